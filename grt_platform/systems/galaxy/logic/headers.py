"""The header lines of a report's members: which column of a file is which column of a table."""

import re
from dataclasses import dataclass

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic import fields
from grt_platform.systems.galaxy.logic.fields import Field

MAX_COLUMNS = 15
_BOM = b"\xef\xbb\xbf"
_PLAIN = re.compile(r"[\x20-\x7e]*")

FIELDS: dict[str, dict[str, Field]] = {
    "jobs": {
        "id": Field("job_id", fields.ID),
        "tool_id": Field("tool_id", fields.TEXT),
        "tool_version": Field("tool_version", fields.TEXT),
        "state": Field("state", fields.TEXT),
        "create_time": Field("created_at", fields.TIME),
    },
    "params": {
        "job_id": Field("job_id", fields.ID),
        "name": Field("name", fields.NAME),
        "value": Field("value", fields.VERBATIM),
    },
    "metric_num": {
        "job_id": Field("job_id", fields.ID),
        "plugin": Field("plugin", fields.NAME),
        "name": Field("name", fields.NAME),
        "value": Field("value", fields.NUMBER),
    },
    "metric_txt": {
        "job_id": Field("job_id", fields.ID),
        "plugin": Field("plugin", fields.NAME),
        "name": Field("name", fields.NAME),
        "value": Field("value", fields.TEXT),
    },
    "datasets": {
        "job_id": Field("job_id", fields.ID),
        "dataset_id": Field("dataset_id", fields.ID),
        "extension": Field("extension", fields.TEXT),
        "file_size": Field("size_bytes", fields.SIZE),
        "param_name": Field("param_name", fields.TEXT),
        "type": Field("direction", fields.DIRECTION),
    },
}
KINDS = tuple(FIELDS)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one member of `kind`.

    Attributes:
        columns: For each column of the file the table's field, or None for a column that no table has.
        extra: The names of those columns.
    """

    kind: str
    columns: tuple[Field | None, ...]
    extra: tuple[str, ...] = ()


def parse_header(kind: str, line: bytes) -> Header:
    """The header in the first line of a member, with or without its newline and a byte order mark.

    Raises:
        BadSourceError: A column of the table is missing or named twice, or there are more than 15.
    """
    text = line.removeprefix(_BOM).removesuffix(b"\n").decode("utf-8", "replace")
    names = text.split("\t")
    known = FIELDS[kind]
    missing = [name for name in known if name not in names]
    if missing:
        what = "has no header" if len(missing) == len(known) else f"lacks the column {missing[0]} in its header"
        raise BadSourceError(f"{kind}: {what}")
    if len(set(names)) != len(names):
        raise BadSourceError(f"{kind}: names a column twice in its header")
    if len(names) > MAX_COLUMNS:
        raise BadSourceError(f"{kind}: has more than {MAX_COLUMNS} columns")
    extra = tuple(_shown(name) for name in names if name not in known)
    return Header(kind, tuple(known.get(name) for name in names), extra)


def _shown(name: str) -> str:
    return name[:64] if _PLAIN.fullmatch(name[:64]) else ascii(name[:64])
