"""One cell of a sample table: plain text, or a list `[1, 2]`, `["West", "South"]` of several values.

The grammar is that of DivBase's tables: numbers, and texts in single or double quotes. Nothing is evaluated.
"""

import re
from decimal import Decimal

_LIST = re.compile(
    r"""\s*(?:(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)
    |"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)')\s*(?P<end>,|$)""",
    re.VERBOSE | re.ASCII,
)
_NUMBER = re.compile(r"[+-]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][+-]?\d{1,3})?", re.ASCII)


class ListSyntaxError(ValueError):
    """A cell begins with `[` but is no list."""


class MixedListError(ValueError):
    """A list holds numbers and texts."""


def is_list(cell: str) -> bool:
    """Whether a cell, its blanks taken off, must be a list."""
    return cell.startswith("[")


def values(cell: str) -> tuple[str, ...]:
    """What is in a cell, its blanks taken off: one text, the elements of a list, or nothing in an empty one.

    Raises:
        ListSyntaxError: It begins with `[` and is no list.
        MixedListError: Its list holds numbers and texts.
    """
    if not is_list(cell):
        return (cell,) if cell else ()
    inside = cell[1:-1].strip()
    if not cell.endswith("]") or len(cell) < 2:
        raise ListSyntaxError("a list ends with ]")
    return _elements(inside) if inside else ()


def number(text: str) -> Decimal | None:
    """The number that a text is, exactly; None when it is none (`nan` and `inf` are words)."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _elements(inside: str) -> tuple[str, ...]:
    found, kinds, at = [], set(), 0
    while True:
        match = _LIST.match(inside, at)
        if match is None:
            raise ListSyntaxError("a list holds numbers, or texts in quotes, separated by commas")
        is_number = match["number"] is not None
        kinds.add(is_number)
        found.append(match["number"] if is_number else _text(match["double"] or match["single"] or ""))
        at = match.end()
        if match["end"] != "," or at == len(inside):
            break
    if len(kinds) > 1:
        raise MixedListError("a list holds numbers or texts, not both")
    return tuple(found)


def _text(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted).strip()
