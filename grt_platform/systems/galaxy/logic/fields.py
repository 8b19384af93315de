"""The rules for one field of a row: what text is good, what it means, and the same for many fields at once.

Each rule is given twice: `read` is exact and decides; `proof` accepts a subset of the good texts, the usual ones, for
many rows at once, whose values polars then reads the same. What it does not accept is left to `read`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import polars as pl

from grt_platform.systems.galaxy.logic.places import Flags, Integers, Places

MAX_FIELD_BYTES = 64 * 1024
_MAX_INTEGER = 2**63 - 1
_DIGITS = re.compile(r"[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,31}(\.[0-9]{1,7}0*)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?")
Value = int | str | Decimal | datetime | None


class BadFieldError(ValueError):
    """A field that cannot be loaded; the message completes a sentence that begins with the column's name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule for a field.

    Attributes:
        read: The value of a text; raises `BadFieldError`.
        proof: Which of many fields are of the usual good form.
        kind: What polars reads them as, or what `values` are.
        has_none: The text `None` is NULL.
        values: The values of fields that the proof accepts, where polars is not asked for them, and which are NULL.
        cast: What is made of the column that polars read.
    """

    read: Callable[[str], Value]
    proof: Callable[[Places], Flags]
    kind: pl.DataType | type[pl.DataType] = pl.String
    has_none: bool = False
    values: Callable[[Places], tuple[Integers, Flags]] | None = None
    cast: Callable[[pl.Expr], pl.Expr] = lambda column: column


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table and the rule for its fields."""

    column: str
    rule: Rule


def _read_id(text: str) -> int:
    if not _DIGITS.fullmatch(text) or not 0 < int(text) <= _MAX_INTEGER:
        raise BadFieldError("is not a positive 64-bit integer")
    return int(text)


def _read_number(text: str) -> Decimal | None:
    if text in ("", "None"):
        return None
    if not _NUMBER.fullmatch(text):
        raise BadFieldError("is not a plain decimal number of at most 31 digits and 7 decimals")
    return Decimal(text)


def _read_size(text: str) -> int | None:
    if text in ("", "None", "-1"):
        return None
    if not _DIGITS.fullmatch(text) or int(text) > _MAX_INTEGER:
        raise BadFieldError("is neither a size, -1 nor None")
    return int(text)


def _read_time(text: str) -> datetime | None:
    if text in ("", "None"):
        return None
    if not _TIME.fullmatch(text):
        raise BadFieldError("is not of the form YYYY-MM-DD HH:MM:SS[.ffffff]")
    try:
        return datetime.strptime(text if "." in text else f"{text}.0", "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadFieldError("is an impossible time") from error


def _read_text(text: str) -> str | None:
    return None if text in ("", "None") else text


def _read_verbatim(text: str) -> str | None:
    return text or None


def _read_name(text: str) -> str:
    if not text:
        raise BadFieldError("is empty")
    return text


def _read_direction(text: str) -> str:
    if text not in ("input", "output"):
        raise BadFieldError("is neither input nor output")
    return text


def _is_id(places: Places) -> Flags:
    return places.are_digits(18) & ~places.begin_with(b"0")


def _is_number(places: Places) -> Flags:
    return places.is_none | places.are_decimals()


def _is_size(places: Places) -> Flags:
    return places.is_none | places.are_digits(18) | places.equal(b"-1")


def _is_time(places: Places) -> Flags:
    return places.is_none | places.times[0]


def _times(places: Places) -> tuple[Integers, Flags]:
    is_time, microseconds = places.times
    return microseconds, ~is_time


def _is_any(places: Places) -> Flags:
    return np.ones(len(places.starts), np.bool_)


def _is_direction(places: Places) -> Flags:
    return places.equal(b"input") | places.equal(b"output")


def _size(column: pl.Expr) -> pl.Expr:
    return pl.when(column >= 0).then(column)


ID = Rule(_read_id, _is_id, pl.Int64)
NUMBER = Rule(_read_number, _is_number, pl.Decimal(38, 7), has_none=True)
SIZE = Rule(_read_size, _is_size, pl.Int64, has_none=True, cast=_size)
TIME = Rule(_read_time, _is_time, pl.Datetime("us", "UTC"), has_none=True, values=_times)
TEXT = Rule(_read_text, _is_any, has_none=True)
VERBATIM = Rule(_read_verbatim, _is_any)
NAME = Rule(_read_name, lambda places: places.lengths > 0)
DIRECTION = Rule(_read_direction, _is_direction)
