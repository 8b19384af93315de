"""Walking a tar stream (ustar, pax, GNU long names) without ever writing a file: plain members only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic.inflate import BLOCK, Inflated

_BLOCK = 512
_MAX_EXTENSION = 1024 * 1024
_FILE, _FOLDER, _PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK = b"0\0", b"5", b"x", b"g", b"L", b"K"
_REFUSED = {b"1": "a hard link", b"2": "a symbolic link", b"3": "a device", b"4": "a device", b"6": "a FIFO"}
_OCTAL = re.compile(rb"[ 0]*([0-7]*)[ \0]*")
_PAX_RECORD = re.compile(rb"([0-9]{1,9}) ([^=]+)=", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One member: its name as written, its size, and whether it is a plain file (else a folder)."""

    name: str
    size: int
    is_file: bool


class TarWalk:
    """The members of a tar stream, one after the other; `body` reads from the member last given.

    Errors are `BadSourceError`: a bad checksum, a truncated or unended archive, other bytes after its end, links,
    devices, FIFOs, sparse and unknown members, more members than allowed.
    """

    def __init__(self, stream: Inflated, max_members: int) -> None:
        self._stream, self._max_members = stream, max_members
        self._left = self._padding = 0

    def __iter__(self) -> Iterator[Entry]:
        count = 0
        while (entry := self._next()) is not None:
            count += 1
            if count > self._max_members:
                raise BadSourceError(f"archive: more than {self._max_members} members")
            yield entry
        self._finish()

    def body(self, size: int = BLOCK) -> bytes:
        """At most `size` further bytes of the present member; none at its end."""
        part = self._stream.some(min(size, self._left)) if self._left else b""
        if self._left and not part:
            raise BadSourceError("archive: truncated tar")
        self._left -= len(part)
        return part

    def _next(self) -> Entry | None:
        extended: dict[str, bytes] = {}
        while True:
            self._skip()
            block = self._stream.read(_BLOCK)
            if len(block) < _BLOCK:
                raise BadSourceError("archive: truncated tar" if block else "archive: tar without its end mark")
            if not any(block):
                if extended:
                    raise BadSourceError("archive: truncated tar")
                return None
            size = _check(block)
            kind = block[156:157]
            if kind in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
                extended.update(self._extension(kind, size))
                continue
            return self._entry(block, kind, size, extended)

    def _entry(self, block: bytes, kind: bytes, size: int, extended: dict[str, bytes]) -> Entry:
        if "size" in extended:
            size = _pax_size(extended["size"])
        name = extended.get("path") or _name(block)
        shown = name.decode("utf-8", "backslashreplace")
        if kind not in _FILE and kind != _FOLDER:
            what = _REFUSED.get(kind, f"a member of kind {kind!r}")
            raise BadSourceError(f"archive: holds {what}: {ascii(shown)[:100]}")
        is_file = kind in _FILE and not name.endswith(b"/")
        self._expect(size if kind in _FILE else 0)
        return Entry(shown, self._left, is_file)

    def _extension(self, kind: bytes, size: int) -> dict[str, bytes]:
        if size > _MAX_EXTENSION:
            raise BadSourceError("archive: an extended header of more than 1 MiB")
        self._expect(size)
        body = b""
        while part := self.body():
            body += part
        if kind == _LONG_NAME:
            return {"path": body.rstrip(b"\0")}
        if kind == _LONG_LINK:
            return {}
        records = _pax_records(body)
        if any(key.startswith("GNU.sparse") for key in records):
            raise BadSourceError("archive: holds a sparse file")
        return records if kind == _PAX else {}

    def _expect(self, size: int) -> None:
        self._left, self._padding = size, -size % _BLOCK

    def _skip(self) -> None:
        while self._left:
            self.body()
        if self._padding and len(self._stream.read(self._padding)) < self._padding:
            raise BadSourceError("archive: truncated tar")
        self._padding = 0

    def _finish(self) -> None:
        while block := self._stream.some(BLOCK):
            if block.count(0) != len(block):
                raise BadSourceError("archive: other bytes follow the tar")


def _check(block: bytes) -> int:
    stored = _number(block[148:156])
    if stored != sum(block) - sum(block[148:156]) + 8 * 32:
        raise BadSourceError("archive: not a tar, or a bad checksum in it")
    return _number(block[124:136])


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") - (0x80 << (8 * (len(field) - 1)))
        if field[0] == 0x80 and value < 2**62:
            return value
    elif matched := _OCTAL.fullmatch(field):
        return int(matched[1] or b"0", 8)
    raise BadSourceError("archive: not a tar, or a bad number in it")


def _name(block: bytes) -> bytes:
    name = block[:100].split(b"\0", 1)[0]
    prefix = block[345:500].split(b"\0", 1)[0] if block[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _pax_records(body: bytes) -> dict[str, bytes]:
    records: dict[str, bytes] = {}
    start = 0
    while start < len(body):
        matched = _PAX_RECORD.match(body, start)
        end = start + int(matched[1]) if matched else 0
        if matched is None or end <= matched.end() or body[end - 1 : end] != b"\n":
            raise BadSourceError("archive: a damaged pax header")
        records[matched[2].decode("utf-8", "backslashreplace")] = body[matched.end() : end - 1]
        start = end
    return records


def _pax_size(text: bytes) -> int:
    if not re.fullmatch(rb"[0-9]{1,18}", text):
        raise BadSourceError("archive: a damaged pax header")
    return int(text)
