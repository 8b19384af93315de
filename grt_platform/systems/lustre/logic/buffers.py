"""Numbers of numpy and a few texts as Arrow arrays, and numbers back, over the same memory.

Arrow's own ways look whether they were given a table of pandas, which takes a second to import and is not needed.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def numbers(values: NDArray[Any], is_null: NDArray[np.bool_] | None = None) -> "pa.Array[Any]":
    """The numbers as an array, NULL where it is said."""
    valid, nulls = None, 0
    if is_null is not None:
        valid, nulls = pa.py_buffer(np.packbits(~is_null, bitorder="little").data), int(np.count_nonzero(is_null))
    return pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), len(values), [valid, pa.py_buffer(values.data)], null_count=nulls
    )


def texts(values: Sequence[str]) -> "pa.Array[Any]":
    """A few texts as an array."""
    encoded = [value.encode() for value in values]
    ends, text = np.cumsum([0, *map(len, encoded)]).astype(np.int32), b"".join(encoded)
    return pa.Array.from_buffers(pa.string(), len(encoded), [None, pa.py_buffer(ends.data), pa.py_buffer(text)])


def values_of(array: Any, kind: type[np.generic]) -> NDArray[Any]:
    """The numbers of an array of this type; where it is NULL they mean nothing."""
    if not len(array):
        return np.zeros(0, kind)
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def is_null(array: Any) -> NDArray[np.bool_]:
    """Where an array is NULL."""
    valid = array.buffers()[0]
    if valid is None or not len(array):
        return np.zeros(len(array), np.bool_)
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
    found: NDArray[np.bool_] = bits[array.offset : array.offset + len(array)] == 0
    return found
