"""What is inside a report's archive: its members by kind, checked in one pass and never extracted."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic.headers import KINDS, Header, parse_header
from grt_platform.systems.galaxy.logic.inflate import BLOCK, Inflated, Readable
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.lines import MAX_LINE_BYTES
from grt_platform.systems.galaxy.logic.tar import TarWalk

_MAX_HEADER_BYTES = 4096

Open = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a known kind that has a header.

    Attributes:
        body: All bytes, header line included; None where the archive is too large to keep.
    """

    kind: str
    header: Header
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """An archive that may be read.

    Attributes:
        members: Members with a header, by kind; the jobs member is always there.
        oddities: What was seen and ignored, each a short sentence.
        sha256: Hash of the packed bytes.
    """

    members: dict[str, Member]
    oddities: tuple[str, ...]
    unpacked_bytes: int
    sha256: str

    @property
    def is_kept(self) -> bool:
        """Whether the bodies are in memory."""
        return all(member.body is not None for member in self.members.values())


class _Hashed:
    """A stream that hashes what is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.sha256 = stream, hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self.sha256.update(data)
        return data


class _Bodies:
    """The bodies of members, kept as long as all of them together are small."""

    def __init__(self, room: int) -> None:
        self._room, self._bodies = room, dict[str, bytes]()

    def read(self, kind: str, walk: TarWalk) -> bytes:
        """The first bytes of the present member: all of it where it fits, else at least the header line."""
        parts: list[bytes] = []
        length = 0
        while part := walk.body():
            if self._room >= 0 or length < _MAX_HEADER_BYTES:
                parts.append(part)
            self._room -= len(part)
            length += len(part)
        start = b"".join(parts) if self._room >= 0 else b"".join(parts[:_MAX_HEADER_BYTES])[:BLOCK]
        if self._room >= 0:
            self._bodies[kind] = start
        else:
            self._bodies.clear()
        return start

    def get(self, kind: str) -> bytes | None:
        """The whole body; None where the members together are not small."""
        return self._bodies.get(kind) if self._room >= 0 else None


def kind_of(name: str) -> str | None:
    """The kind of a member by the end of its base name, any path before it; None for other files."""
    base = name.rsplit("/", 1)[-1]
    return next((kind for kind in KINDS if base.endswith(f".{kind}.tsv")), None)


def inspect(stream: BinaryIO, limits: Limits) -> Inspection:
    """The members of a tar.gz; memory is bounded by `limits.small_bytes`.

    Raises:
        BadSourceError: The archive is damaged, beyond a limit or hostile, has no jobs member with a header, or has
            two members of one kind.
    """
    hashed = _Hashed(stream)
    inflated = Inflated(hashed, limits)
    walk, bodies = TarWalk(inflated, limits.max_members), _Bodies(limits.small_bytes)
    found: dict[str, Header] = {}
    oddities: list[str] = []
    for entry in walk:
        kind = kind_of(entry.name) if entry.is_file else None
        if kind is None:
            oddities.append(f"ignored member {ascii(entry.name.rsplit('/', 1)[-1])[1:-1][:200]}")
            continue
        if kind in found or f"empty member {kind}" in oddities:
            raise BadSourceError(f"archive: two {kind} members, it is ambiguous which one counts")
        start = bodies.read(kind, walk)
        if start or kind == "jobs":
            found[kind] = _header(kind, start)
            oddities += [f"ignored column {column} of {kind}" for column in found[kind].extra]
        else:
            oddities.append(f"empty member {kind}")
    if "jobs" not in found:
        raise BadSourceError("archive: no jobs member")
    members = {kind: Member(kind, header, bodies.get(kind)) for kind, header in found.items()}
    return Inspection(members, tuple(oddities), inflated.plain_bytes, hashed.sha256.hexdigest())


def member_chunks(member: Member, open_archive: Open, limits: Limits) -> Iterator[bytes]:
    """The data lines of a member as pieces of about `limits.chunk_bytes`, each of whole lines ending in a newline.

    A line of more than 1 MiB is cut behind that, so that it is still seen as too long.
    """
    if member.body is not None:
        data = member.body[member.body.find(b"\n") + 1 :] if b"\n" in member.body else b""
        if data:
            yield _cut_long_lines(data if data.endswith(b"\n") else data + b"\n")
        return
    with open_archive() as stream:
        yield from _whole_lines(_blocks(member, stream, limits), limits.chunk_bytes)


def _header(kind: str, start: bytes) -> Header:
    end = start.find(b"\n", 0, _MAX_HEADER_BYTES)
    if end < 0 and len(start) >= _MAX_HEADER_BYTES:
        raise BadSourceError(f"{kind}: has no header")
    return parse_header(kind, start if end < 0 else start[:end])


def _blocks(member: Member, stream: Readable, limits: Limits) -> Iterator[bytes]:
    walk, size = TarWalk(Inflated(stream, limits), limits.max_members), min(BLOCK, limits.chunk_bytes)
    for entry in walk:
        if entry.is_file and kind_of(entry.name) == member.kind:
            header = b""
            while b"\n" not in header and (part := walk.body(size)):
                header += part
            yield header[header.find(b"\n") + 1 :] if b"\n" in header else b""
            while part := walk.body(size):
                yield part
            return


def _whole_lines(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    waiting: list[bytes] = []
    length = 0
    for block in blocks:
        waiting.append(block)
        length += len(block)
        if length < size:
            continue
        data = b"".join(waiting)
        end = data.rfind(b"\n") + 1
        if end:
            yield _cut_long_lines(data[:end])
        rest = data[end : end + 2 * MAX_LINE_BYTES]
        waiting, length = [rest], len(rest)
    rest = b"".join(waiting)
    if rest:
        yield _cut_long_lines(rest if rest.endswith(b"\n") else rest + b"\n")


def _cut_long_lines(data: bytes) -> bytes:
    if len(data) <= MAX_LINE_BYTES:
        return data
    step = MAX_LINE_BYTES // 2
    if all(data.find(b"\n", start, start + step) >= 0 for start in range(0, len(data) - step, step)):
        return data
    return b"\n".join(line[: MAX_LINE_BYTES + 1] for line in data.split(b"\n"))
