"""Tells a good answer of ENA's portal API from a degraded one; the format is tab-separated values with a header.

In bad hours ENA answers 200 with no body, with a header only, with blank file columns, with rows cut short, or with a
page for people. Some of these can also be the truth (a taxon without runs), so they are believed only when they come
again and again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grt_platform.kernel.errors import UnavailableError
from grt_platform.systems.ena.logic.fields import FILE_FIELDS
from grt_platform.systems.ena.schemas import RUN

CONFIRMATIONS = 5
BLANK_SHARE = 0.5


class DegradedError(UnavailableError):
    """ENA answered, but not with what was asked for: ask again."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What an answer held."""

    rows: int
    blank: int

    @property
    def doubt(self) -> str:
        """Why the answer is believed only when it comes again; empty for a plain one."""
        if not self.rows:
            return "no rows"
        return f"{self.blank} of {self.rows} runs without files" if self.blank > self.rows * BLANK_SHARE else ""


def read_rows(lines: Iterable[bytes], wanted: Sequence[str]) -> Iterator[dict[str, str]]:
    """The rows of an answer as texts by field, as they come.

    Args:
        lines: The body, line by line, each with or without its line end.
        wanted: The fields that were asked for.

    Raises:
        DegradedError: The body is empty, no table, lacks a field that was asked for, or has a row of the wrong width;
            rows before the fault were already given.
    """
    stream = iter(lines)
    header = _cells(next(stream, b""))
    if header == [""]:
        raise DegradedError("ENA answered with an empty body")
    if header[0].lstrip().startswith(("<", "{", "[")):
        raise DegradedError(f"ENA answered with something else than a table: {header[0][:80]!r}")
    absent = [name for name in wanted if name not in header]
    if absent:
        raise DegradedError(f"ENA's answer lacks the columns {', '.join(absent)}")
    for number, line in enumerate(stream, start=2):
        cells = _cells(line)
        if len(cells) != len(header):
            raise DegradedError(f"line {number} of ENA's answer has {len(cells)} fields instead of {len(header)}")
        yield dict(zip(header, cells, strict=True))


class Tally:
    """Counts the rows of an answer while they pass."""

    def __init__(self) -> None:
        self._rows = self._blank = 0

    def watch(self, rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
        """The same rows."""
        for row in rows:
            self._rows += 1
            self._blank += not any(row.get(name) for name in FILE_FIELDS)
            yield row

    def summary(self, expected: int) -> Summary:
        """What was seen, once all rows have passed.

        Raises:
            DegradedError: There were fewer or more rows than ENA itself counts.
        """
        if self._rows != expected:
            raise DegradedError(f"ENA sent {self._rows} runs where it counts {expected}")
        return Summary(self._rows, self._blank)


def read_count(body: bytes) -> int:
    """The number that `/count` answered.

    Raises:
        DegradedError: There is none.
    """
    words = body.decode("utf-8", "replace").split()
    if not words or not (words[-1].isascii() and words[-1].isdecimal()) or words[:-1] not in ([], ["count"]):
        raise DegradedError(f"ENA answered a count with {body[:80]!r}")
    return int(words[-1])


def read_field_names(body: bytes) -> list[str]:
    """The names in an answer of `/returnFields`.

    Raises:
        DegradedError: The run's own accession is not among them.
    """
    names = [line.split(b"\t")[0].strip().decode("utf-8", "replace") for line in body.splitlines()]
    if RUN.name not in names:
        raise DegradedError(f"ENA answered the list of its fields with {body[:80]!r}")
    return names


def _cells(line: bytes) -> list[str]:
    return line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
