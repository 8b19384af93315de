"""Rows as the text they came in, which a database may take without their being written anew."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows of text: a tab between fields, a line feed behind each row, nothing escaped.

    Attributes:
        columns: Names of the fields, in their order.
        null: A field with this text is NULL; no other is.
        text: The rows, which hold neither a backslash nor a carriage return.
    """

    columns: tuple[str, ...]
    null: str
    text: bytes
