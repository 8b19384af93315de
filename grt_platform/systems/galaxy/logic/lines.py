"""One line of a member, read exactly: the reference of what a row is and why it is bad."""

from datetime import datetime

from grt_platform.systems.galaxy.logic.fields import MAX_FIELD_BYTES, BadFieldError, Value
from grt_platform.systems.galaxy.logic.headers import Header

MAX_LINE_BYTES = 1024 * 1024


class BadLineError(ValueError):
    """A line that cannot be loaded; the message is the reason told in the quarantine."""


def read_line(header: Header, line: bytes, latest: datetime) -> dict[str, Value]:
    """The values of one line by column of the table.

    Args:
        header: The member's header.
        line: The line's bytes without the newline.
        latest: Times after this one are impossible.

    Raises:
        BadLineError: The line cannot be loaded.
    """
    values: dict[str, Value] = {}
    for field, text in zip(header.columns, _texts(line, len(header.columns)), strict=True):
        if field is None:
            continue
        try:
            value = field.rule.read(text)
        except BadFieldError as error:
            raise BadLineError(f"{field.column} {error}") from error
        if isinstance(value, datetime) and value > latest:
            raise BadLineError(f"{field.column} lies more than a day after the report came in")
        values[field.column] = value
    return values


def _texts(line: bytes, columns: int) -> list[str]:
    if not line:
        raise BadLineError("blank line")
    if len(line) > MAX_LINE_BYTES:
        raise BadLineError("line longer than 1 MiB")
    control = next((byte for byte in line if byte < 32 and byte != 9), None)
    if control is not None:
        raise BadLineError(f"control byte 0x{control:02x}")
    parts = line.split(b"\t")
    if len(parts) != columns:
        raise BadLineError(f"{len(parts)} fields instead of {columns}")
    if any(len(part) > MAX_FIELD_BYTES for part in parts):
        raise BadLineError("field longer than 64 KiB")
    try:
        return line.decode("utf-8").split("\t")
    except UnicodeDecodeError as error:
        raise BadLineError("not UTF-8") from error
