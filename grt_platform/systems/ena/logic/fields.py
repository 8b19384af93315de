"""The fields of ENA's `read_run` that are kept, and how each one's text is read.

Source: the portal API's documentation (advanced search, `returnFields?result=read_run`), which names each field.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from html import unescape

from grt_platform.kernel.table import Kind
from grt_platform.systems.ena.schemas import RUN, RUN_COLUMNS

Value = str | int | float | date | None

_INTEGER = re.compile(r"[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,17})?")
SENTINEL_YEARS = (1000, 1800)
"""Years that stand for `missing` when the date is their first of January."""


def _text(text: str) -> str | None:
    return unescape(text).strip() or None


def _integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text.strip()) else None


def _degrees(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text.strip()) and abs(float(text)) <= 180 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class RunField:
    """One field: ENA's name is the column's name too."""

    name: str
    kind: Kind

    def read(self, text: str) -> Value:
        """The value of a field's text; NULL for a blank and for what is not of the field's kind."""
        return _READERS[self.kind](text)


_READERS: dict[Kind, Callable[[str], Value]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.FLOAT: _degrees,
    Kind.DATE: _day,
}


FIELDS = tuple(RunField(column.name, column.kind) for column in RUN_COLUMNS)
FILE_FIELDS = ("fastq_ftp", "fastq_bytes", "fastq_md5")
NEEDED = (
    RUN.name,
    "library_strategy",
    "instrument_platform",
    "library_source",
    "library_layout",
    "base_count",
    *FILE_FIELDS,
    "first_public",
    "last_updated",
)
"""Without these nothing can be decided: an ENA that does not return them is not asked."""


def wanted(returnable: Iterable[str]) -> tuple[RunField, ...]:
    """The fields to ask for: ours that ENA returns today, in our order."""
    there = set(returnable)
    return tuple(field for field in FIELDS if field.name in there)


def missing(returnable: Iterable[str]) -> list[str]:
    """Needed fields that ENA does not return."""
    there = set(returnable)
    return [name for name in NEEDED if name not in there]


def is_sentinel(text: str | None) -> bool:
    """Whether a collection date is one of the dates that stand for `missing`."""
    day = _day(text or "")
    return day is not None and day.year in SENTINEL_YEARS and (day.month, day.day) == (1, 1)
