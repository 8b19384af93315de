"""The rules for one field of a row: what text is good, what it means, and the polars form of the same rule.

Each rule is given twice: `read` is exact and decides; `clean` and `cast` accept a subset of the good texts, the usual
ones, for many rows at once, with the same value. What they do not accept is left to `read`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import polars as pl

MAX_FIELD_BYTES = 64 * 1024
_MAX_INTEGER = 2**63 - 1
_DIGITS = re.compile(r"[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,31}(\.[0-9]{1,7}0*)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?")
_CLEAN_DIGITS = "^[0-9]{1,18}$"
_CLEAN_NUMBER = r"^-?[0-9]{1,30}(\.[0-9]{1,7})?$"
_CLEAN_TIME = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2} [0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?$"

Value = int | str | Decimal | datetime | None


class BadFieldError(ValueError):
    """A field that cannot be loaded; the message completes a sentence that begins with the column's name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule for a field.

    Attributes:
        read: The value of a text; raises `BadFieldError`.
        clean: Whether a text column's rows are of the usual good form.
        cast: The values of such rows.
        has_none: The text `None` is NULL.
    """

    read: Callable[[str], Value]
    clean: Callable[[pl.Expr], pl.Expr]
    cast: Callable[[pl.Expr], pl.Expr]
    has_none: bool


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


def _or_null(pattern: str) -> Callable[[pl.Expr], pl.Expr]:
    return lambda column: column.is_null() | column.str.contains(pattern)


def _as_is(column: pl.Expr) -> pl.Expr:
    return column


def _parsed_time(column: pl.Expr) -> pl.Expr:
    parsed = column.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    return parsed.dt.replace_time_zone("UTC")


def _always(column: pl.Expr) -> pl.Expr:
    return column.is_null() | True


def _cast(kind: pl.DataType | type[pl.DataType]) -> Callable[[pl.Expr], pl.Expr]:
    return lambda column: column.cast(kind, strict=False)


def _cast_size(column: pl.Expr) -> pl.Expr:
    size = column.cast(pl.Int64, strict=False)
    return pl.when(size >= 0).then(size)


ID = Rule(
    _read_id,
    lambda column: column.str.contains(_CLEAN_DIGITS) & (column.cast(pl.Int64, strict=False) > 0),
    _cast(pl.Int64),
    has_none=False,
)
NUMBER = Rule(_read_number, _or_null(_CLEAN_NUMBER), _cast(pl.Decimal(38, 7)), has_none=True)
SIZE = Rule(_read_size, _or_null("^([0-9]{1,18}|-1)$"), _cast_size, has_none=True)
TIME = Rule(
    _read_time,
    lambda column: column.is_null() | (column.str.contains(_CLEAN_TIME) & _parsed_time(column).is_not_null()),
    _parsed_time,
    has_none=True,
)
TEXT = Rule(_read_text, _always, _as_is, has_none=True)
VERBATIM = Rule(_read_verbatim, _always, _as_is, has_none=False)
NAME = Rule(_read_name, lambda column: column.is_not_null(), _as_is, has_none=False)
DIRECTION = Rule(_read_direction, lambda column: column.is_in(["input", "output"]), _as_is, has_none=False)
