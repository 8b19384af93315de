"""The language that chooses samples by their table: `Area:North,West;Weight:>10,!15`.

`;` separates conditions, which must all hold; `,` separates the values of one, of which any may hold; `!` in front of a
value is "not", and holds in addition to the others. Double quotes protect a value: in them `,` `;` and `!` mean
themselves and `""` is a quote. Nothing that cannot be read is passed over: a misspelt column or value is an error.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.cells import number
from grt_platform.systems.variants.logic.findings import listed
from grt_platform.systems.variants.logic.intervals import Interval, Numbers, between, compared
from grt_platform.systems.variants.logic.sample_table import SAMPLE_ID, ColumnKind, SampleRow, SampleTable

MAX_TEXT = 65_536
MAX_CONDITIONS = 100
_PLAIN = r"-?\d{1,300}(?:\.\d{0,300})?"
_NUMBER = re.compile(_PLAIN, re.ASCII)
_COMPARISON = re.compile(rf"(>=|<=|>|<)({_PLAIN})", re.ASCII)
_RANGE = re.compile(rf"({_PLAIN})-({_PLAIN})", re.ASCII)
_LIKE_COMPARISON = re.compile(r"[<>]=?")
Test = Callable[[tuple[str, ...]], bool]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a condition.

    Attributes:
        text: Without quotes and `!`.
        is_negated: Whether `!` stood in front.
        is_quoted: Whether it is meant as it stands: neither range nor comparison.
    """

    text: str
    is_negated: bool = False
    is_quoted: bool = False

    @property
    def shown(self) -> str:
        """As it is written in a filter."""
        quoted = '"' + self.text.replace('"', '""') + '"' if self.is_quoted else self.text
        return "!" * self.is_negated + quoted


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of one column."""

    column: str
    values: tuple[Value, ...]

    @property
    def shown(self) -> str:
        """As it is written in a filter."""
        return f"{self.column}:{','.join(value.shown for value in self.values)}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that must all hold; without any, every sample is chosen."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The samples chosen, in the table's order, and what should be known about the choice."""

    samples: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def parse_filter(text: str) -> Filter:
    """The filter that a text says; of an empty text one that chooses every sample.

    Raises:
        BadInputError: It cannot be read; says where and how to write it.
    """
    if len(text) > MAX_TEXT:
        raise BadInputError(f"The filter is longer than {MAX_TEXT} characters: name the samples in a file instead")
    if not text.strip():
        return Filter(())
    parts = _split(text, ";", text)
    if len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    if len(parts) > MAX_CONDITIONS:
        raise BadInputError(f"The filter has {len(parts)} conditions, {MAX_CONDITIONS} are the most")
    return Filter(tuple(_condition(part, text) for part in parts))


def select(wanted: Filter, table: SampleTable) -> Selection:
    """The samples of a table that a filter chooses.

    Raises:
        BadInputError: The table has errors, a column is not there, or a value does not fit its column.
    """
    table.require_usable()
    warnings: list[str] = []
    tests = []
    for condition in wanted.conditions:
        test = _row_test(condition, table, warnings)
        if table.rows and not any(map(test, table.rows)):
            warnings.append(f"No sample has {condition.shown} in the column {condition.column!r}.")
        tests.append(test)
    samples = tuple(row.sample_id for row in table.rows if all(test(row) for test in tests))
    return Selection(samples, tuple(dict.fromkeys(warnings)))


def _split(text: str, separator: str, whole: str) -> list[str]:
    """The parts of a text between separators that stand outside double quotes."""
    parts, begin, is_quoted = [], 0, False
    for at, letter in enumerate(text):
        is_quoted ^= letter == '"'
        if letter == separator and not is_quoted:
            parts.append(text[begin:at])
            begin = at + 1
    if is_quoted:
        raise BadInputError(
            f'The filter {whole[:200]!r} has a double quote that is not closed; write "" for one itself'
        )
    return [*parts, text[begin:]]


def _condition(text: str, whole: str) -> Condition:
    column, *rest = _split(text, ":", whole)
    if not rest:
        raise BadInputError(
            f"The filter {whole[:200]!r} cannot be read at {text.strip()[:80]!r}: write column:value1,value2, or "
            "column:10-20 for a range, and ; between columns"
        )
    name = _unquoted(column.strip(), whole).text.removeprefix("#")
    values = tuple(_value(part.strip(), name, whole) for part in _split(":".join(rest), ",", whole))
    return Condition(name, values)


def _value(text: str, column: str, whole: str) -> Value:
    is_negated = text.startswith("!")
    value = _unquoted(text.removeprefix("!").strip() if is_negated else text, whole)
    if not value.text and not value.is_quoted and not is_negated:
        raise BadInputError(f'The filter {whole[:200]!r} has no value for {column!r}: write one, or "" for missing')
    return Value(value.text, is_negated, value.is_quoted)


def _unquoted(text: str, whole: str) -> Value:
    if '"' not in text:
        return Value(text)
    if not re.fullmatch(r'"(?:[^"]|"")*"', text):
        raise BadInputError(
            f"The filter {whole[:200]!r} cannot be read at {text[:80]!r}: quotes stand around a whole value, and a "
            'quote in it is written ""'
        )
    return Value(text[1:-1].replace('""', '"').strip(), is_quoted=True)


def _row_test(condition: Condition, table: SampleTable, warnings: list[str]) -> Callable[[SampleRow], bool]:
    at, kind = _place(condition.column, table)
    if kind is ColumnKind.MIXED:
        warnings.append(f"The column {condition.column!r} mixes numbers and texts and is compared as text.")
    is_number = kind is ColumnKind.NUMBER
    make = _number_test if is_number else _text_test
    wanted = [value for value in condition.values if not value.is_negated]
    unwanted = [value for value in condition.values if value.is_negated]
    is_wanted, is_unwanted = make(wanted, condition), make(unwanted, condition)
    if kind is ColumnKind.TEXT:
        warnings += [
            f"The column {condition.column!r} holds texts: {value.text!r} is looked for as it stands."
            for value in condition.values
            if not value.is_quoted and _LIKE_COMPARISON.match(value.text)
        ]

    def test(row: SampleRow) -> bool:
        cell = (row.sample_id,) if at is None else row.cells[at]
        return (not wanted or is_wanted(cell)) and not is_unwanted(cell)

    return test


def _place(column: str, table: SampleTable) -> tuple[int | None, ColumnKind]:
    if column == SAMPLE_ID:
        return None, ColumnKind.TEXT
    for at, known in enumerate(table.columns):
        if known.name == column:
            return at, known.kind
    names = [SAMPLE_ID, *(known.name for known in table.columns)]
    folded = {name.casefold(): name for name in names}
    close = get_close_matches(column.casefold(), folded, 1)
    hint = f"did you mean {folded[close[0]]!r}?" if close else f"it has {listed(names)}"
    raise BadInputError(f"The sample table {table.name!r} has no column {column[:80]!r}; {hint}")


def _text_test(values: Sequence[Value], condition: Condition) -> Test:
    for value in values:
        if value.is_negated and not value.is_quoted and _LIKE_COMPARISON.match(value.text):
            raise BadInputError(
                f"{condition.shown[:200]!r}: the column holds texts, which are not larger or smaller; quote the value "
                "if it is meant as it stands"
            )
    texts = {value.text for value in values if value.text}
    with_missing = any(not value.text for value in values)
    return lambda cell: any(text in texts for text in cell) if cell else with_missing


def _number_test(values: Sequence[Value], condition: Condition) -> Test:
    numbers = Numbers(_interval(value, condition) for value in values if value.text)
    with_missing = any(not value.text for value in values)

    def test(cell: tuple[str, ...]) -> bool:
        return any((one := number(text)) is not None and one in numbers for text in cell) if cell else with_missing

    return test


def _interval(value: Value, condition: Condition) -> Interval:
    text = value.text
    if match := _COMPARISON.fullmatch(text) if not value.is_quoted else None:
        return compared(match[1], Decimal(match[2]))
    if match := _RANGE.fullmatch(text) if not value.is_quoted else None:
        return between(Decimal(match[1]), Decimal(match[2]))
    if not _NUMBER.fullmatch(text):
        raise BadInputError(
            f"{condition.shown[:200]!r}: the column {condition.column!r} holds numbers, and {text[:80]!r} is none: "
            "write 15, 10-20, >10, >=10, <10 or <=10"
        )
    return between(Decimal(text), Decimal(text))
