"""Puts together what the shards of one file made: rows, the lake's file of sequences, the JSON result."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import polars as pl

from grt_platform.adapters.memory import mapped_file
from grt_platform.adapters.parquet_joined import join_parquet
from grt_platform.adapters.pieces import Pieces
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.shards import Shard, shards
from grt_platform.systems.genes.logic.joining import Joiner, RepeatedError
from grt_platform.systems.genes.logic.options import Limits, Options
from grt_platform.systems.genes.logic.tally import Tally
from grt_platform.systems.genes.outputs import Outputs
from grt_platform.systems.genes.shard_files import FILES, SequenceRows, rows_of, unnamed, without


@dataclass(frozen=True, slots=True)
class Joining:
    """What the shards made, to be put together.

    Attributes:
        pieces: Where it is.
        counts: What each of them counted.
        options: How the file is read.
        limits: Bounds of the platform.
        progress: Told how much is put together, 0 to 1; may raise to stop that.
    """

    pieces: Pieces
    counts: Sequence[Mapping[str, int]]
    options: Options
    limits: Limits
    progress: Callable[[float], None]

    def into(self, outputs: Outputs) -> Tally | None:
        """Everything is in the outputs, as if the file had been read as a whole; what was counted.

        Returns:
            None where it has to be read as a whole: a piece is not as its shard made it, or a name repeats one of
            another part and that is an error, which only who reads all tells rightly.
        """
        emit, result, sink = outputs.begin_joined()
        joiner = Joiner(self.options, self.limits, emit, result, mapped_file)
        try:
            outputs.rows["sequences"] = join_parquet(self._sequences(joiner), sink)
        except (BadSourceError, RepeatedError):
            return None
        result.close()
        return joiner.tally

    def _sequences(self, joiner: Joiner) -> Iterator[BinaryIO]:
        """The file of sequences of each shard, after everything else of it was taken."""
        for shard, counts in zip(shards(len(self.counts)), self.counts, strict=True):
            with ExitStack() as stack:
                files = {name: stack.enter_context(unnamed()) for name in FILES}
                for name, file in files.items():
                    self.pieces.pour(shard, name, file)
                self._take(joiner, files, shard)
                joiner.tally.add(counts)
                yield stack.enter_context(_kept(files["sequences"], joiner))

    def _take(self, joiner: Joiner, files: Mapping[str, BinaryIO], shard: Shard) -> None:
        sequences = SequenceRows(files["sequences"])
        for genes in rows_of(files["genes"]):
            self.progress(shard.number / shard.of)
            joiner.take(genes, sequences)
        for rows in rows_of(files["quarantine"]):
            joiner.emit("quarantine", rows)


def _kept(file: BinaryIO, joiner: Joiner) -> BinaryIO:
    """The file of sequences, without those of genes that were left out since the last one."""
    if not joiner.dropped:
        return file
    ordinals = pl.Series(np.concatenate(joiner.dropped))
    joiner.dropped.clear()
    return without(file, ordinals)
