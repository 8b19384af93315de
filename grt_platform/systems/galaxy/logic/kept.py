"""The versions of reports that are kept for ever, and how their names tell all about their reception."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from grt_platform.kernel.objects import StoredObject
from grt_platform.systems.galaxy.logic.arrivals import UUID

_KEPT = re.compile(
    rf"galaxy/(?P<instance>{UUID})/kept/(?P<month>\d{{4}}-\d{{2}})/(?P<stem>[^/]+)/"
    r"(?P<stamp>\d{8}T\d{12}Z)_(?P<etag>[0-9a-f]{12})_(?P<sha256>[0-9a-f]{64})\.(?P<kind>tar\.gz|json)"
)
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a report, kept for ever; everything about its reception stands in its name."""

    instance_id: str
    month: str
    stem: str
    received_at: datetime
    etag: str
    sha256: str
    size_bytes: int = 0

    @property
    def source(self) -> str:
        """The archive's file name as its sender knows it."""
        return f"{self.stem}.tar.gz"

    @property
    def archive_key(self) -> str:
        """Key of the archive in the raw store."""
        return self._key("tar.gz")

    @property
    def metadata_key(self) -> str:
        """Key of the metadata in the raw store; written last, so a version without it is not there."""
        return self._key("json")

    def _key(self, kind: str) -> str:
        stamp = self.received_at.strftime(_STAMP)
        return f"{kept_prefix(self.instance_id, self.month)}{self.stem}/{stamp}_{self.etag}_{self.sha256}.{kind}"


def kept_prefix(instance_id: str, month: str = "") -> str:
    """Where the kept versions of an instance, or of one month of it, lie."""
    return f"galaxy/{instance_id}/kept/{month}/" if month else f"galaxy/{instance_id}/kept/"


def read_kept(facts: Iterable[StoredObject]) -> Iterator[Kept]:
    """The versions that are there whole, in the order of their reception."""
    halves: dict[str, dict[str, tuple[StoredObject, re.Match[str]]]] = {}
    for fact in facts:
        match = _KEPT.fullmatch(fact.key)
        if match is not None:
            halves.setdefault(fact.key.removesuffix(match["kind"]), {})[match["kind"]] = (fact, match)
    whole = [pair["tar.gz"] for pair in halves.values() if len(pair) == 2]
    for fact, match in sorted(whole, key=lambda item: (item[1]["stamp"], item[0].key)):
        received_at = datetime.strptime(match["stamp"], _STAMP).replace(tzinfo=UTC)
        names = (match["instance"], match["month"], match["stem"])
        yield Kept(*names, received_at, match["etag"], match["sha256"], fact.size_bytes)


def left_over(facts: Iterable[StoredObject], before: datetime) -> list[str]:
    """Keys of archives whose taking in began before that time and never came to its end, the metadata."""
    keys = {fact.key: match for fact in facts if (match := _KEPT.fullmatch(fact.key)) is not None}
    return [
        key
        for key, match in keys.items()
        if match["kind"] == "tar.gz"
        and match["stamp"] < before.strftime(_STAMP)
        and f"{key.removesuffix('tar.gz')}json" not in keys
    ]
