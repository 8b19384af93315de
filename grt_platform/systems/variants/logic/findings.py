"""What is wrong, or only strange, in a sample table: one finding for all the rows of a column that share it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Category = Literal[
    "file_read",
    "header",
    "sample_id_column",
    "row_format",
    "format",
    "list_syntax",
    "mixed_type",
    "sample_id_value",
    "type_classification",
    "dimensions",
]
Severity = Literal["error", "warning"]

SHOWN = 20
"""How many names or rows a message lists; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding.

    Attributes:
        category: What kind of thing it is about.
        severity: `error` where the table cannot be used so, else `warning`.
        message: A sentence for the person who made the table, with what to do.
        column: The column, without `#`; empty where it is about whole rows or the file.
        rows: Lines of the file, the header being 1; none where it is about the file or the project.
    """

    category: Category
    severity: Severity
    message: str
    column: str = ""
    rows: tuple[int, ...] = ()


def listed(things: Iterable[object]) -> str:
    """The first of them, and how many more there are."""
    all_of_them = [str(thing) for thing in things]
    more = f" and {len(all_of_them) - SHOWN} more" if len(all_of_them) > SHOWN else ""
    return ", ".join(all_of_them[:SHOWN]) + more


def samples_named(names: Sequence[str]) -> str:
    """How many samples, and which: `1 sample (S1)`, `2 samples (S1, S2)`."""
    return f"{len(names)} sample{'s' if names[1:] else ''} ({listed(names)})"
