"""A large dump in shards: each reads some chunks of it, anywhere; what they found is put together (ADR 0020, 0021)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import polars as pl

from grt_platform.adapters.memory import give_back_freed_memory, keep_freed_memory
from grt_platform.adapters.parquet import marked_schema
from grt_platform.adapters.parquet_joined import join_parquet
from grt_platform.adapters.pieces import Pieces
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.shards import Shard, shards
from grt_platform.systems.lustre.cutting import Cutting
from grt_platform.systems.lustre.ingest import Built, Ingest
from grt_platform.systems.lustre.logic.accounts import quarantine_rows
from grt_platform.systems.lustre.logic.chunks import blocks_in, chunks_of
from grt_platform.systems.lustre.logic.frame_files import places, write_frame
from grt_platform.systems.lustre.logic.kept import Kept
from grt_platform.systems.lustre.logic.parts import Added, PartFiles, added, write_part
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.logic.scan import Scanned, scan
from grt_platform.systems.lustre.logic.spill import Scratch
from grt_platform.systems.lustre.schemas import ENTRIES

_MOST_DIRECTORIES = 1_500_000
"""Summed in memory at a time by a shard: others may be read beside it, and more cost it little, for what it tells of
directories goes into a file anyway."""
_new: Scratch = TemporaryFile
_ENTRIES, _BAD = "entries.parquet", "bad.frames"


def read_shard(cutting: Cutting, dumped_on: date, volume: str, shard: Shard) -> None:
    """The piece of the shard is whole, unless the dump cannot be read or is no longer the newest."""
    version, pieces = cutting.newest(dumped_on, volume), cutting.pieces(dumped_on, volume)
    mark, cut = cutting.mark(version) if version else "", pieces.cut
    if version is None or cut is None or (cut["mark"], len(cut["begins"])) != (mark, shard.of):
        return
    if _told(pieces, shard, mark) is None:
        keep_freed_memory(up_to_mib=8)
        with ExitStack() as files:
            try:
                made, counts = _read(cutting, version, cut["begins"], shard, files)
            except BadSourceError:
                return  # the last step finds the same, and says it
            pieces.keep(shard, made, {"mark": mark, "counts": counts})


def _read(
    cutting: Cutting, version: Kept, begins: list[int], shard: Shard, files: ExitStack
) -> tuple[dict[str, BinaryIO], dict[str, Any]]:
    """The files of a piece, which nobody but this process can see, and its `Counts`."""
    entries, bad, *rest = (files.enter_context(_new()) for _ in range(2 + len(PartFiles._fields)))
    rules = cutting.rules(version.dumped_on)
    rules = replace(rules, max_tree_directories=min(rules.max_tree_directories, _MOST_DIRECTORIES))
    with cutting.shelf.open(version) as packed:
        scanned = scan(
            packed,
            version.source,
            rules,
            entries=entries,
            entries_schema=marked_schema(ENTRIES),
            bad=lambda lines: write_frame(bad, quarantine_rows(version, lines)),
            scratch=_new,
            tidy=give_back_freed_memory,
            chunks=chunks_of(begins, shard.number, blocks_in(rules.chunk_bytes)),
        )
    write_part(scanned, PartFiles(*rest))
    return {_ENTRIES: entries, _BAD: bad, **PartFiles(*rest)._asdict()}, scanned.counts.told()


@dataclass(frozen=True, slots=True)
class Joining:
    """Puts pieces together.

    Attributes:
        cutting: Knows the pieces.
        ingest: Loads.
    """

    cutting: Cutting
    ingest: Ingest

    def build(self, dumped_on: date, volume: str) -> Built:
        """As `Ingest.build`, from the pieces where all are there; nothing is left of them.

        A dump that was cut and had to be read as a whole all the same is among the warnings.
        """
        pieces, hindered = self.cutting.pieces(dumped_on, volume), list[str]()
        with ExitStack() as files:
            built = self.ingest.build(dumped_on, volume, [partial(self._tried, hindered, files)])
        if pieces.cut is None:
            return built
        pieces.remove()
        return replace(built, warnings=(*built.warnings, *hindered))

    def _tried(self, hindered: list[str], *given: Any) -> Scanned[Added]:
        """As `_joined`; what hinders it is told."""
        try:
            return self._joined(*given)
        except BadSourceError as error:
            hindered.append(f"read in one pass, not put together from shards: {error}")
            raise

    def _joined(
        self,
        files: ExitStack,
        version: Kept,
        rules: ScanRules,
        entries: BinaryIO,
        bad: Callable[[pl.DataFrame], None],
    ) -> Scanned[Added]:
        """A way of `Ingest`; the files of sums are needed until the last table is written."""
        pieces, mark = self.cutting.pieces(version.dumped_on, version.volume), self.cutting.mark(version)
        all_shards = shards(len(pieces.cut["begins"]) if pieces.cut is not None else 0)
        told = [note for shard in all_shards if (note := _told(pieces, shard, mark)) is not None]
        if not told or len(told) < len(all_shards):
            raise BadSourceError("not every shard could be read, or they are of another dump", version.source)
        join_parquet(_each(pieces, all_shards, _ENTRIES), entries)
        for file in _each(pieces, all_shards, _BAD):
            for place in places(file):
                bad(place.read())
        parts = [PartFiles(*(_brought(pieces, each, name, files) for name in PartFiles._fields)) for each in all_shards]
        return added([note["counts"] for note in told], parts, version.source, rules)


def _each(pieces: Pieces, all_shards: Sequence[Shard], name: str) -> Iterator[BinaryIO]:
    """A file of each piece, one after the other on this machine."""
    for shard in all_shards:
        with ExitStack() as files:
            yield _brought(pieces, shard, name, files)


def _brought(pieces: Pieces, shard: Shard, name: str, files: ExitStack) -> BinaryIO:
    """A file of a piece, on this machine."""
    file = files.enter_context(_new())
    pieces.pour(shard, name, file)
    return file


def _told(pieces: Pieces, shard: Shard, mark: str) -> dict[str, Any] | None:
    """What is told of a piece that belongs to the others."""
    told = pieces.told(shard)
    return dict(told) if told is not None and told["mark"] == mark else None
