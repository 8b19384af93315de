"""Which lines of a text are plainly good, by the bytes of their fields: a block of lines at a time."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from grt_platform.systems.galaxy.logic.fields import MAX_FIELD_BYTES
from grt_platform.systems.galaxy.logic.headers import Header
from grt_platform.systems.galaxy.logic.places import Flags, Integers, Places, Text

_BLOCK = 16_384  # columns of so many lines stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Proved:
    """What the bytes of a text's lines prove.

    Attributes:
        is_plain: Which lines are of the usual good form.
        has_empty: Whether any field is empty.
        made: Columns made from the bytes, true where lines are plain.
    """

    is_plain: Flags
    has_empty: bool
    made: tuple[pl.Series, ...]


def prove(header: Header, text: Text) -> Proved:
    """Look at every field of a text whose lines have as many as the header."""
    width = len(header.columns)
    is_plain = np.ones(len(text.marks) // width, np.bool_)
    made = {
        field.column: (np.empty(len(is_plain), np.int64), np.empty(len(is_plain), np.bool_))
        for field in header.columns
        if field is not None and field.rule.values is not None
    }
    has_empty = False
    for first in range(0, len(is_plain), _BLOCK):
        block = slice(first, first + _BLOCK)
        for places, field in zip(_columns(text, width, block), header.columns, strict=True):
            is_plain[block] &= places.lengths <= MAX_FIELD_BYTES
            has_empty |= not places.lengths.all()
            if field is None:
                continue
            is_plain[block] &= field.rule.proof(places)
            if field.rule.values is not None:
                values, is_null = made[field.column]
                values[block], is_null[block] = field.rule.values(places)
    return Proved(is_plain, has_empty, tuple(_series(header, name, *given) for name, given in made.items()))


def _columns(text: Text, width: int, block: slice) -> list[Places]:
    marks = np.ascontiguousarray(text.marks.reshape(-1, width)[block].T)
    first = text.marks[block.start * width - 1] + 1 if block.start else 0
    starts = np.concatenate([[first], marks[-1, :-1] + 1])
    columns = list[Places]()
    for ends in marks:
        columns.append(Places(text, starts, ends))
        starts = ends + 1
    return columns


def _series(header: Header, name: str, values: Integers, is_null: Flags) -> pl.Series:
    kind = next(field.rule.kind for field in header.columns if field is not None and field.column == name)
    series = pl.Series(name, values).cast(kind)
    return series.scatter(np.flatnonzero(is_null), None) if is_null.any() else series
