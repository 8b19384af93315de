r"""One line of a dump, read the plain way: the rules in readable Python, and the reason where a line breaks them.

Formats: mpistat and wrstat up to 5.1 write 11 tab-separated fields with the path in base64; wrstat from 5.2 on writes
the path as Go's `%q` does, and from 6.4 on a 12th field, the apparent size. Fields: path, size, uid, gid, atime, mtime,
ctime, type, inode, links, device [, apparent size]; times in Unix seconds, sizes in bytes; no header, an inode a line.
The compiled readers accept exactly the lines that this one accepts; the tests compare them.
"""

import re
from enum import IntEnum
from typing import NamedTuple

from grt_platform.systems.lustre.logic.paths import base64_path, go_unquote

TYPES = b"fdlsbcFX"
MAX_LINE_BYTES = 64 * 1024
MAX_PARTS = 1024
RAW_BYTES = 64 * 1024
_NUMBER = re.compile(rb"-?[0-9]+")
_FIELDS = ("size", "uid", "gid", "atime", "mtime", "ctime", "type", "inode", "links", "device", "apparent size")
_NEVER_NEGATIVE = {"size", "uid", "gid", "inode", "links", "apparent size"}
_UNSIGNED = {"inode", "device"}


class Form(IntEnum):
    """How a file writes its paths."""

    BASE64 = 0
    QUOTED = 1

    @property
    def label(self) -> str:
        """The program that writes it: `mpistat` (wrstat up to 5.1 does the same) or `wrstat`."""
        return ("mpistat", "wrstat")[self]


class Entry(NamedTuple):
    """One inode under one of its names; `path` has no trailing slash where it is a directory's."""

    path: bytes
    size: int
    uid: int
    gid: int
    atime: int
    mtime: int
    ctime: int
    type: str
    inode: int
    nlink: int
    dev: int
    apparent_size: int | None = None

    @property
    def used_bytes(self) -> int:
        """The entry's share of its inode's bytes: size over links, 0 where it has no link left."""
        return self.size // self.nlink if self.nlink else 0


def form_of(line: bytes) -> Form:
    """The form that a line claims to have."""
    return Form.QUOTED if line.startswith(b'"') else Form.BASE64


def read_line(line: bytes, form: Form, max_bytes: int = MAX_LINE_BYTES) -> Entry | str:
    """The entry of a line without its newline, or the reason why it is none."""
    if len(line) > max_bytes:
        return too_long(max_bytes)
    path_field, *fields = line.split(b"\t")
    if len(fields) != 10 and not (form is Form.QUOTED and len(fields) == 11):
        return f"not {'11' if form is Form.BASE64 else '11 or 12'} tab-separated fields"
    path = _path(path_field, form)
    if isinstance(path, str):
        return path
    values: list[int] = []
    for name, field in zip(_FIELDS, fields, strict=False):
        value = _type(field) if name == "type" else _number(name, field)
        if isinstance(value, str):
            return value
        values.append(value)
    kind = chr(values.pop(6))
    if kind == "d" and path != b"/":
        path = path.removesuffix(b"/")
    if b"//" in path or (path.endswith(b"/") and kind != "d"):
        return "path has an empty part"
    size, uid, gid, atime, mtime, ctime, inode, nlink, dev, *apparent = values
    rest = (inode, nlink, dev, *apparent)
    return Entry(path, size, uid, gid, atime, mtime, ctime, kind, *rest)


def too_long(max_bytes: int) -> str:
    """The reason for a line beyond the limit."""
    return f"line is longer than {max_bytes} bytes"


def _path(field: bytes, form: Form) -> bytes | str:
    path = go_unquote(field) if form is Form.QUOTED else base64_path(field)
    if path is None:
        return f"path is not {'Go-quoted' if form is Form.QUOTED else 'base64'}"
    if not path.startswith(b"/"):
        return "path does not start with /"
    if b"\0" in path:
        return "path holds a NUL byte"
    return f"path has more than {MAX_PARTS} parts" if path.count(b"/") > MAX_PARTS else path


def _number(name: str, field: bytes) -> int | str:
    if not _NUMBER.fullmatch(field):
        return f"{name} is not a whole number"
    digits = field.lstrip(b"-").lstrip(b"0")
    value = int(digits or b"0") if len(digits) <= 20 else 1 << 64
    value = -value if field.startswith(b"-") else value
    if value < 0 and name in _NEVER_NEGATIVE:
        return f"{name} is negative"
    if not -(1 << 63) <= value < (1 << 64 if name in _UNSIGNED else 1 << 63):
        return f"{name} is beyond 64 bits"
    return value


def _type(field: bytes) -> int | str:
    return field[0] if len(field) == 1 and field in TYPES else "type is unknown"
