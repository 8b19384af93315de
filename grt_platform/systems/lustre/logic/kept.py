"""The versions of dumps that are kept for ever, and the record beside each that tells of its reception."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from grt_platform.kernel.objects import StoredObject

KEPT = "lustre/kept/"
_STAMP = "%Y%m%dT%H%M%S%fZ"
_RECORD = re.compile(
    r"lustre/kept/(?P<dumped_on>\d{4}-\d{2}-\d{2})/(?P<volume>[^/]+)/(?P<stamp>\d{8}T\d{12}Z)_(?P<etag>[0-9a-f]{12})\.json"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a dump, kept for ever.

    Attributes:
        dumped_on, volume: The partition it belongs to.
        source: Where it arrived, below `raw/lustre/mpistat/`.
        etag: 12 hex digits by which a sensor knows the arrival again.
    """

    dumped_on: date
    volume: str
    source: str
    received_at: datetime
    etag: str
    sha256: str
    size_bytes: int

    @property
    def dump_key(self) -> str:
        """Key of the dump in the raw store."""
        return f"{kept_name(self.dumped_on, self.volume, self.received_at, self.etag)}.gz"

    @property
    def record_key(self) -> str:
        """Key of the record in the raw store; written last, so a version without it is not there."""
        return f"{kept_name(self.dumped_on, self.volume, self.received_at, self.etag)}.json"

    def record(self) -> bytes:
        """What the record holds: all that the key does not tell."""
        told = {"source": self.source, "sha256": self.sha256, "size_bytes": self.size_bytes}
        return json.dumps(told, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def kept_name(dumped_on: date, volume: str, received_at: datetime, etag: str) -> str:
    """Key of a version without what tells dump and record apart."""
    return f"{kept_prefix(dumped_on, volume)}{received_at.strftime(_STAMP)}_{etag}"


def kept_prefix(dumped_on: date, volume: str) -> str:
    """Where the kept versions of one volume's dumps of one date lie."""
    return f"{KEPT}{dumped_on.isoformat()}/{volume}/"


def record_keys(facts: Iterable[StoredObject]) -> list[str]:
    """Keys of the records in a listing, in the order of their reception."""
    found = [(match["stamp"], fact.key) for fact in facts if (match := _RECORD.fullmatch(fact.key))]
    return [key for _, key in sorted(found)]


def read_record(key: str, record: bytes) -> Kept:
    """The version that a record tells of.

    Raises:
        ValueError: It is none of ours, or somebody changed it.
    """
    match = _RECORD.fullmatch(key)
    if match is None:
        raise ValueError(f"{key} is no record of a kept dump")
    told = json.loads(record)
    received_at = datetime.strptime(match["stamp"], _STAMP).replace(tzinfo=UTC)
    return Kept(
        date.fromisoformat(match["dumped_on"]),
        match["volume"],
        str(told["source"]),
        received_at,
        match["etag"],
        str(told["sha256"]),
        int(told["size_bytes"]),
    )
