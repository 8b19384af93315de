"""Versions of the objects of a project: their states, their keys in the raw store, what is promised of their bytes."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from grt_platform.kernel.errors import BadInputError

FOLDER = "projects"
"""First part of every object's key in the raw store."""
MAX_SINGLE_BYTES = 5 << 30
MIN_PART_BYTES, MAX_PART_BYTES, MAX_PARTS = 5 << 20, 5 << 30, 10_000
USUAL_PART_BYTES = 16 << 20

_SHA256, _MD5 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{32}")
_MIB = 1 << 20


class State(StrEnum):
    """What has become of a version; only STORED ones can be read."""

    PENDING = "pending"
    STORED = "stored"
    ABORTED = "aborted"
    EXPIRED = "expired"
    FAILED = "failed"
    PURGED = "purged"


class AbsentError(BadInputError):
    """There is no such object, version or upload, or the person asking may not know of it."""


class NotYetError(BadInputError):
    """What is asked for will be possible once the bytes are there."""


class EndedError(BadInputError):
    """The upload is over, one way or another; a new one is needed."""


class TakenError(BadInputError):
    """Another object, or another promise, stands in the way."""


class QuotaError(BadInputError):
    """The project has no room for these bytes."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What somebody says of the bytes that will come; they are refused when they are others.

    Args:
        size_bytes: Their number.
        sha256: Their hash in lower-case hexadecimal; for uploads by parts it may follow with the announcement.
        md5: The same, where the sender knows only this one.
    """

    size_bytes: int
    sha256: str | None = None
    md5: str | None = None

    def __post_init__(self) -> None:
        if self.size_bytes < 0:
            raise BadInputError(f"a file cannot have {self.size_bytes} bytes")
        check_sha256(self.sha256)
        if self.md5 is not None and not _MD5.fullmatch(self.md5):
            raise BadInputError(f"{self.md5[:100]!r} is no MD5: give 32 hexadecimal digits in lower case")


@dataclass(frozen=True, slots=True)
class PartPromise:
    """One part of an upload: its 1-based number, size and hash (lower-case hexadecimal)."""

    number: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of one object; its bytes never change.

    Attributes:
        version_id: Unique, and ordered by the time of its making (UUIDv7).
        project: The project.
        name: The object's name there.
        size_bytes: Promised size; that of the bytes once they are stored.
        state: What became of it.
        sha256: Promised hash; None until known, certain once stored.
        md5: Promised MD5, if any.
        part_bytes: Size of the parts it comes in, the last may be smaller; None for one PUT.
        created_by: Who asked for the upload.
        created_at: When.
        expires_at: When a pending upload ends by itself.
        stored_at: When the bytes were found whole and right.
        reason: Why it is neither pending nor stored.
    """

    version_id: str
    project: str
    name: str
    size_bytes: int
    state: State
    sha256: str | None
    md5: str | None
    part_bytes: int | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    stored_at: datetime | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        """Where its bytes are in the raw store."""
        return f"{FOLDER}/{self.project}/{self.version_id}/{self.name}"

    @property
    def parts_count(self) -> int:
        """How many parts it comes in; 0 for one PUT."""
        return 0 if self.part_bytes is None else max(1, -(-self.size_bytes // self.part_bytes))

    def part_size(self, number: int) -> int:
        """The bytes of part `number`.

        Raises:
            BadInputError: There is no such part.
        """
        if self.part_bytes is None or not 1 <= number <= self.parts_count:
            raise BadInputError(f"{self.name} has no part {number}; its parts are 1 to {self.parts_count}")
        return min(self.part_bytes, self.size_bytes - (number - 1) * self.part_bytes)


def check_sha256(sha256: str | None) -> None:
    """Returns when `sha256` can be one, or is None.

    Raises:
        BadInputError: It cannot.
    """
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise BadInputError(f"{sha256[:100]!r} is no sha256: give 64 hexadecimal digits in lower case")


def part_size_for(size_bytes: int, wanted: int | None) -> int | None:
    """The size of parts for an upload of `size_bytes`; None for one PUT.

    Args:
        size_bytes: Size of the whole.
        wanted: What the sender asks for, None to leave it to us.

    Raises:
        BadInputError: When S3 could not take parts of that size.
    """
    if wanted is None:
        if size_bytes <= MAX_SINGLE_BYTES:
            return None
        least = -(-size_bytes // MAX_PARTS)
        wanted = max(USUAL_PART_BYTES, -(-least // _MIB) * _MIB)
    if not MIN_PART_BYTES <= wanted <= MAX_PART_BYTES or wanted * MAX_PARTS < size_bytes:
        raise BadInputError(
            f"parts of {wanted} bytes cannot make up {size_bytes}: a part has {MIN_PART_BYTES} to {MAX_PART_BYTES} "
            f"bytes, an upload {MAX_PARTS} parts at most"
        )
    return wanted


def time_ordered_id(now: datetime, random: bytes) -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then ten random bytes."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(random[:10], "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def version_in(key: str) -> tuple[str, str] | None:
    """Project and version id of a key in the raw store, None when it is not one of ours."""
    parts = key.split("/", 3)
    if len(parts) < 4 or parts[0] != FOLDER or not is_version_id(parts[2]):
        return None
    return parts[1], parts[2]


def is_version_id(text: str) -> bool:
    """Whether it has the form of one."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
