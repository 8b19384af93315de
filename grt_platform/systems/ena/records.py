"""ENA's answers in the raw store, kept for ever: one folder for each check of a taxon, its list of answers last.

`ena/<taxon>/<stamp>/answer-00000.tsv.gz` are the answers as they came, `CHECK.json` says that the check is complete.
"""

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.systems.ena.logic.answer import DegradedError, read_rows
from grt_platform.systems.ena.logic.fields import NEEDED
from grt_platform.systems.ena.logic.query import TaxonQuery, slices
from grt_platform.systems.ena.portal import Portal

LIST = "CHECK.json"
_MOST_LINE_BYTES = 4 * 1024**2


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One answer: the name of its object, hash and size of that, and the runs it tells of."""

    name: str
    sha256: str
    size_bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Check:
    """One complete check of a taxon.

    Attributes:
        taxonomy_id: The taxon.
        stamp: Its folder; stamps sort by time.
        checked_at: When it began, UTC.
        since: Only runs that became public or changed on this day or later were asked for; None for all.
        has_subtree: Whether taxa below were asked for.
        answers: What is kept.
        is_given: Whether a person brought the answer in.
    """

    taxonomy_id: int
    stamp: str
    checked_at: datetime
    since: date | None
    has_subtree: bool
    answers: tuple[KeptAnswer, ...]
    is_given: bool = False

    @property
    def rows(self) -> int:
        """Runs in all answers."""
        return sum(answer.rows for answer in self.answers)

    def source(self, answer: KeptAnswer) -> str:
        """What the ledger calls an answer."""
        return f"{self.stamp}/{answer.name}"


class Records:
    """The raw store of ENA.

    Args:
        store: The raw store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def taxa(self) -> list[int]:
        """The taxa that were checked."""
        return sorted(int(name) for name in self._store.folders("ena/") if name.isascii() and name.isdecimal())

    def checks(self, taxonomy_id: int) -> list[Check]:
        """The complete checks of a taxon, the oldest first."""
        places = [f"ena/{taxonomy_id}/{stamp}/{LIST}" for stamp in self._store.folders(f"ena/{taxonomy_id}/")]
        return [_read(self._store.read(place)) for place in sorted(places) if self._store.head(place)]

    def since(self, taxonomy_id: int, overlap: timedelta, *, has_subtree: bool) -> date | None:
        """The day from which on runs are asked for: that of the last complete check, less `overlap`; None for all."""
        asked = [
            check.checked_at
            for check in self.checks(taxonomy_id)
            if not check.is_given and check.has_subtree == has_subtree
        ]
        return (asked[-1] - overlap).date() if asked else None

    def check(self, portal: Portal, query: TaxonQuery, now: datetime, most: int) -> Check:
        """ENA's whole answer to a query is kept: asked in slices of at most `most` runs, counted before and after.

        Raises:
            BadInputError: ENA refuses the question.
            UnavailableError: ENA did not answer well; what came is swept away, what was kept before stays.
        """
        self._sweep(query.taxonomy_id)
        fields, total = portal.fields(), portal.count(query.text())
        kept: list[KeptAnswer] = []
        stamp = _stamp(now)
        for number, (days, _) in enumerate(slices(query, portal.count, total, most, now.date())):
            keeper = _Keeper(self._store, f"ena/{query.taxonomy_id}/{stamp}", f"answer-{number:05}.tsv.gz")
            summary = portal.fetch(query.text(days), fields, keeper.open)
            kept.append(keeper.kept(summary.rows))
        told = (total, portal.count(query.text()))
        check = Check(query.taxonomy_id, stamp, now, query.since, query.has_subtree, tuple(kept))
        if not min(told) <= check.rows <= max(told):
            raise UnavailableError(
                f"ENA counts {told[1]} runs of taxon {query.taxonomy_id}, its slices hold {check.rows}"
            )
        return self._complete(check)

    def give(self, taxonomy_id: int, path: Path, now: datetime) -> Check:
        """An answer of the portal in a file (tab-separated, or that gzipped) is kept as a check of the taxon.

        Raises:
            BadSourceError: It is no whole answer with the columns that are needed.
        """
        stamp = _stamp(now)
        keeper = _Keeper(self._store, f"ena/{taxonomy_id}/{stamp}", "answer-00000.tsv.gz")
        with _opened(path) as stream, keeper.open() as kept:
            rows = 0
            try:
                for _ in read_rows(_copied(stream, kept, path.name), NEEDED):
                    rows += 1
            except DegradedError as error:
                raise BadSourceError(str(error).replace("ENA's answer", "it"), path.name) from error
        return self._complete(
            Check(taxonomy_id, stamp, now, None, has_subtree=False, answers=(keeper.kept(rows),), is_given=True)
        )

    @contextmanager
    def lines(self, check: Check, answer: KeptAnswer) -> Iterator[Iterator[bytes]]:
        """The lines of an answer, as they came."""
        key = f"ena/{check.taxonomy_id}/{check.stamp}/{answer.name}"
        with self._store.open(key) as packed, gzip.open(packed) as stream:
            yield _lines(cast("BinaryIO", stream), key)

    def _complete(self, check: Check) -> Check:
        body = {**asdict(check), "checked_at": check.checked_at.isoformat(), "since": check.since and str(check.since)}
        key = f"ena/{check.taxonomy_id}/{check.stamp}/{LIST}"
        self._store.put(key, json.dumps(body, indent=1).encode(), only_if_absent=True)
        return check

    def _sweep(self, taxonomy_id: int) -> None:
        """Removes what checks left that never became complete."""
        for stamp in self._store.folders(f"ena/{taxonomy_id}/"):
            if self._store.head(f"ena/{taxonomy_id}/{stamp}/{LIST}") is None:
                self._store.delete_prefix(f"ena/{taxonomy_id}/{stamp}/")


class _Keeper:
    """One object that is written until an answer is good."""

    def __init__(self, store: Store, folder: str, name: str) -> None:
        self._store, self._folder, self._name = store, folder, name
        self._sink: _HashingSink | None = None

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The place of the answer; what stood there before is replaced at the clean end."""
        with self._store.writer(f"{self._folder}/{self._name}") as stream:
            self._sink = _HashingSink(stream)
            with gzip.GzipFile(filename="", mode="wb", fileobj=cast("BinaryIO", self._sink), mtime=0) as packed:
                yield cast("BinaryIO", packed)

    def kept(self, rows: int) -> KeptAnswer:
        """What stands there now."""
        assert self._sink is not None
        return KeptAnswer(self._name, self._sink.digest.hexdigest(), self._sink.size, rows)


class _HashingSink:
    """Writes on, and knows hash and size of what passed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.digest, self.size = stream, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def _read(body: bytes) -> Check:
    told = json.loads(body)
    told |= {
        "checked_at": datetime.fromisoformat(told["checked_at"]),
        "since": date.fromisoformat(told["since"]) if told["since"] else None,
        "answers": tuple(KeptAnswer(**answer) for answer in told["answers"]),
    }
    return Check(**told)


def _lines(stream: BinaryIO, source: str) -> Iterator[bytes]:
    while line := stream.readline(_MOST_LINE_BYTES + 1):
        if len(line) > _MOST_LINE_BYTES:
            raise BadSourceError(f"a line is longer than {_MOST_LINE_BYTES} bytes", source)
        yield line


def _copied(stream: BinaryIO, kept: BinaryIO, source: str) -> Iterator[bytes]:
    for line in _lines(stream, source):
        kept.write(line)
        yield line


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as stream:
            is_packed = stream.read(2) == b"\x1f\x8b"
            stream.seek(0)
            if not is_packed:
                yield stream
                return
            with gzip.open(stream) as unpacked:
                yield cast("BinaryIO", io.BufferedReader(unpacked))
    except (OSError, EOFError) as error:
        raise BadSourceError(f"it cannot be read: {error}", path.name) from error
