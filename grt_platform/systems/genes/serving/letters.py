"""Letters of sequences that are too long for Postgres, read from the lake a few pieces at a time."""

from collections.abc import Iterator

import pyarrow.parquet as pq

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import Store
from grt_platform.systems.genes.logic.scan import PIECE_LETTERS
from grt_platform.systems.genes.schemas import SEQUENCES

_PIECES_AT_ONCE = 4


def pieces(store: Store, job_id: str, ordinal: int, start: int = 0) -> Iterator[str]:
    """The letters of a gene from the 0-based letter `start`, piece by piece.

    Args:
        store: The store of the lake.
        job_id: The job that parsed its upload.
        ordinal: The gene.
        start: Letters to pass over; pieces before it are not read from their row groups.
    """
    first = start // PIECE_LETTERS
    key = Lake(store).key(SEQUENCES, {"job_id": job_id})
    with store.open(key) as file, pq.ParquetFile(file) as parquet:
        for group in range(parquet.num_row_groups):
            if not _may_hold(parquet, group, ordinal):
                continue
            for batch in parquet.iter_batches(_PIECES_AT_ONCE, row_groups=[group]):
                for row in batch.to_pylist():
                    if row["ordinal"] == ordinal and row["piece"] >= first:
                        yield (
                            row["sequence"][start - first * PIECE_LETTERS :]
                            if row["piece"] == first
                            else row["sequence"]
                        )


def _may_hold(parquet: pq.ParquetFile, group: int, ordinal: int) -> bool:
    statistics = parquet.metadata.row_group(group).column(0).statistics
    if statistics is None or statistics.min is None or statistics.max is None:
        return True
    return bool(statistics.min <= ordinal <= statistics.max)
