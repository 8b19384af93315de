"""64 bytes at a time: what numba has no words for, said in LLVM's, which knows every processor.

All take an array of bytes and a position from which at least 64 bytes must be there; bit i of a mask is byte i.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_BYTE, _WORD = ir.IntType(8), ir.IntType(64)
_WIDE = ir.VectorType(_BYTE, 64)


def _load(context: Any, builder: Any, array_type: Any, array: Any, position: Any, shape: ir.Type = _WIDE) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    address = builder.bitcast(builder.gep(data, [position]), shape.as_pointer())
    return builder.load(address, align=1)


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
def lowest(_typing: Any, mask: Any) -> Any:
    """The number of the lowest bit that is set; 64 for none."""

    def generate(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate
