"""64 bytes at a time: what numba has no words for, said in LLVM's, which knows every processor.

All take an array of bytes and a position from which at least 64 bytes must be there; bit i of a mask is byte i.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.cgutils import raw_memcpy
from numba.extending import intrinsic
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.jit import inlined

_BYTE, _WORD = ir.IntType(8), ir.IntType(64)
_WIDE = ir.VectorType(_BYTE, 64)
_PAIRS, _QUADS = ir.VectorType(ir.IntType(16), 32), ir.VectorType(ir.IntType(32), 16)
_RANGES = ((ord("A"), 26, -65), (ord("a"), 26, -71), (ord("0"), 10, 4), (ord("+"), 1, 19), (ord("/"), 1, 16))
"""Of base64's alphabet: the first byte of each range, how many there are, and what to add to get the six bits."""
_THREE_OF_FOUR = [4 * quad + byte for quad in range(16) for byte in (2, 1, 0)] + [0] * 16


def _load(context: Any, builder: Any, array_type: Any, array: Any, position: Any, shape: ir.Type = _WIDE) -> Any:
    address = builder.bitcast(_address(context, builder, array_type, array, position), shape.as_pointer())
    return builder.load(address, align=1)


def _address(context: Any, builder: Any, array_type: Any, array: Any, position: Any) -> Any:
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [position])


def _same(vector: ir.VectorType, number: int) -> ir.Constant:
    return ir.Constant(vector, [number] * vector.count)


def _everywhere(builder: Any, byte: Any) -> Any:
    one = builder.insert_element(ir.Constant(_WIDE, ir.Undefined), byte, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(
        one, ir.Constant(_WIDE, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64)
    )


@intrinsic
def equal_mask(_typing: Any, data: Any, position: Any, byte: Any) -> Any:
    """Which of the 64 bytes are `byte`."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        found = _load(context, builder, signature.args[0], given[0], given[1])
        return builder.bitcast(builder.icmp_unsigned("==", found, _everywhere(builder, given[2])), _WORD)

    return types.uint64(data, types.int64, types.uint8), generate


@intrinsic
def differ_mask(_typing: Any, data: Any, position: Any, other: Any) -> Any:
    """Which of the 64 bytes differ from those at another position of the same array."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        found = _load(context, builder, signature.args[0], given[0], given[1])
        others = _load(context, builder, signature.args[0], given[0], given[2])
        return builder.bitcast(builder.icmp_unsigned("!=", found, others), _WORD)

    return types.uint64(data, types.int64, types.int64), generate


@intrinsic
def unlike_mask(_typing: Any, data: Any, position: Any, other: Any, begin: Any) -> Any:
    """Which of the 64 bytes differ from those at a position of another array."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        found = _load(context, builder, signature.args[0], given[0], given[1])
        others = _load(context, builder, signature.args[2], given[2], given[3])
        return builder.bitcast(builder.icmp_unsigned("!=", found, others), _WORD)

    return types.uint64(data, types.int64, other, types.int64), generate


@intrinsic
def nondigit_mask(_typing: Any, data: Any, position: Any) -> Any:
    """Which of the 64 bytes are no ASCII digits."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        found = _load(context, builder, signature.args[0], given[0], given[1])
        above = builder.sub(found, ir.Constant(_WIDE, [ord("0")] * 64))
        return builder.bitcast(builder.icmp_unsigned(">", above, ir.Constant(_WIDE, [9] * 64)), _WORD)

    return types.uint64(data, types.int64), generate


@intrinsic
def word(_typing: Any, data: Any, position: Any) -> Any:
    """Eight bytes as a number, the first the lowest."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return _load(context, builder, signature.args[0], given[0], given[1], _WORD)

    return types.uint64(data, types.int64), generate


@intrinsic
def flipped(_typing: Any, number: Any) -> Any:
    """The eight bytes of a number in the other order: as such they compare like text."""

    def generate(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.bswap(given[0])

    return types.uint64(types.uint64), generate


@intrinsic
def lowest(_typing: Any, mask: Any) -> Any:
    """The number of the lowest bit that is set; 64 for none."""

    def generate(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


@intrinsic
def without_lowest(_typing: Any, mask: Any) -> Any:
    """The mask without the lowest bit that is set."""

    def generate(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.and_(given[0], builder.sub(given[0], ir.Constant(_WORD, 1)))

    return types.uint64(types.uint64), generate


@intrinsic
def fetch(_typing: Any, data: Any, position: Any) -> Any:
    """Has the cache line with the item of a whole array at this position loaded, for whoever soon needs it.

    `position` counts items as they lie in memory, whatever the dimensions; it need not be in the array.
    """

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        number = ir.IntType(32)
        address = _address(context, builder, signature.args[0], given[0], given[1])
        known = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE.as_pointer()], known)
        to_read, stays, is_data = (ir.Constant(number, value) for value in (0, 3, 1))
        builder.call(prefetch, [builder.bitcast(address, _BYTE.as_pointer()), to_read, stays, is_data])
        return context.get_dummy_value()

    return types.none(data, types.int64), generate


@intrinsic
def copy(_typing: Any, target: Any, at: Any, source: Any, begin: Any, size: Any) -> Any:
    """Copies bytes, however few or many; the two places must not overlap."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        to = _address(context, builder, signature.args[0], given[0], given[1])
        source = _address(context, builder, signature.args[2], given[2], given[3])
        raw_memcpy(builder, to, source, given[4], 1)
        return context.get_dummy_value()

    return types.none(target, types.int64, source, types.int64, types.int64), generate


@intrinsic
def move_64(_typing: Any, target: Any, at: Any, source: Any, begin: Any) -> Any:
    """Copies 64 bytes; the two places must not overlap."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        found = _load(context, builder, signature.args[2], given[2], given[3])
        address = _address(context, builder, signature.args[0], given[0], given[1])
        builder.store(found, builder.bitcast(address, _WIDE.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.none(target, types.int64, source, types.int64), generate


@inlined
def copy_wide(target: NDArray[np.uint8], at: int, source: NDArray[np.uint8], begin: int, size: int) -> None:
    """Copies bytes 64 at a time: what fills up the last 64 is read and written too, and must be there."""
    done = 0
    while done < size:
        move_64(target, at + done, source, begin + done)
        done += 64


@intrinsic
def decode_64(_typing: Any, data: Any, position: Any, text: Any, at: Any) -> Any:
    """Decodes 64 characters of base64 to 48 bytes; writes 64, of which the last 16 mean nothing.

    Returns which characters are not of the alphabet, which of the bytes are 0, and which are slashes.
    """

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        bits, known = _six_bits(builder, _load(context, builder, signature.args[0], given[0], given[1]))
        decoded = _packed(builder, bits)
        address = _address(context, builder, signature.args[2], given[2], given[3])
        builder.store(decoded, builder.bitcast(address, _WIDE.as_pointer()), align=1)
        marks = [builder.icmp_unsigned("==", decoded, _same(_WIDE, byte)) for byte in (0, ord("/"))]
        masks = [builder.bitcast(mark, _WORD) for mark in (builder.not_(known), *marks)]
        return context.make_tuple(builder, signature.return_type, masks)

    return types.UniTuple(types.uint64, 3)(data, types.int64, text, types.int64), generate


def _six_bits(builder: Any, characters: Any) -> tuple[Any, Any]:
    """What each character stands for, and whether it is one of base64's."""
    bits, known = _same(_WIDE, 0), None
    for first, count, add in _RANGES:
        distance = builder.sub(characters, _same(_WIDE, first))
        inside = builder.icmp_unsigned("<", distance, _same(_WIDE, count))
        bits = builder.select(inside, builder.add(characters, _same(_WIDE, add & 255)), bits)
        known = inside if known is None else builder.or_(known, inside)
    return bits, known


def _packed(builder: Any, bits: Any) -> Any:
    """Four times six bits to three bytes, sixteen times; the first of them is the highest."""
    pairs = builder.bitcast(bits, _PAIRS)
    high = builder.shl(builder.and_(pairs, _same(_PAIRS, 0xFF)), _same(_PAIRS, 6))
    quads = builder.bitcast(builder.or_(high, builder.lshr(pairs, _same(_PAIRS, 8))), _QUADS)
    high = builder.shl(builder.and_(quads, _same(_QUADS, 0xFFFF)), _same(_QUADS, 12))
    whole = builder.bitcast(builder.or_(high, builder.lshr(quads, _same(_QUADS, 16))), _WIDE)
    order = ir.Constant(ir.VectorType(ir.IntType(32), 64), _THREE_OF_FOUR)
    return builder.shuffle_vector(whole, ir.Constant(_WIDE, ir.Undefined), order)
