"""Where a FASTA file is cut: at records. Its text is read once, for line ends alone: so each part knows its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grt_platform.systems.genes.logic.kernels import Bytes, compiled

_CR, _LF, _GT = 13, 10, 62


@dataclass(frozen=True, slots=True)
class Located:
    """Some bytes of the plain text.

    Attributes:
        at: Where in the file reading begins to come upon them; for BGZF, where their first block does.
        data: What is unpacked from there.
        skip: Bytes of it that are no text: a byte order mark.
    """

    at: int
    data: bytes
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A run of whole records.

    Attributes:
        at: Where in the file reading begins.
        skip: Bytes of what is unpacked from there that do not belong to it.
        size: Bytes of its text.
        records, lines: How many are before it.
    """

    at: int
    skip: int
    size: int
    records: int
    lines: int


def cut_text(chunks: Iterable[Located], marks: Sequence[int]) -> list[Part]:
    """A text in parts, each but the first of which begins with the `>` of a record; together they are all of it.

    Args:
        chunks: All of the text, in order.
        marks: Places in the file, ascending: the first record that begins in a chunk at or behind one begins a part.
    """
    begins = list[_Place]()
    text = records = lines = 0
    before, due = _LF, list(marks)
    for chunk in chunks:
        given = np.frombuffer(chunk.data, np.uint8)[chunk.skip :]
        begins = begins or [_Place(chunk.at, chunk.skip, 0, 0, 0)]
        found = _first_record(given, before) if records and due and chunk.at >= due[0] else -1
        if found >= 0:
            passed, ended = _count(given[:found], before)
            place = _Place(chunk.at, chunk.skip + found, text + found, records + passed, lines + ended)
            begins.append(place)
            due = [mark for mark in due if mark > chunk.at]
        passed, ended = _count(given, before)
        text, records, lines = text + len(given), records + passed, lines + ended
        before = int(given[-1]) if len(given) else before
    ends = [*(place.text for place in begins[1:]), text][: len(begins)]
    return [Part(p.at, p.skip, end - p.text, p.records, p.lines) for p, end in zip(begins, ends, strict=True)]


@dataclass(frozen=True, slots=True)
class _Place:
    at: int
    skip: int
    text: int
    records: int
    lines: int


@compiled
def _first_record(data: Bytes, before: int) -> Any:
    """Where the first record begins, when `before` is the byte ahead of the data; -1 where none does."""
    last = before
    for i in range(len(data)):
        if data[i] == _GT and ((last == _LF) | (last == _CR)):
            return i
        last = data[i]
    return -1


@compiled
def _count(data: Bytes, before: int) -> Any:
    """How many records begin in the data and how many lines end: plain loops, as in `finish`."""
    records = lines = 0
    if len(data):
        records += (data[0] == _GT) & ((before == _LF) | (before == _CR))
        lines += (data[0] == _CR) | ((data[0] == _LF) & (before != _CR))
    last, here = data[:-1], data[1:]
    for i in range(len(here)):
        lines += (here[i] == _CR) | ((here[i] == _LF) & (last[i] != _CR))
    for i in range(len(here)):
        records += (here[i] == _GT) & ((last[i] == _LF) | (last[i] == _CR))
    return records, lines
