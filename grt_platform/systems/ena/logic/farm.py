"""Which files of a taxon are still to be fetched, and how they are divided into batches."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from grt_platform.systems.ena.logic.files import read_files
from grt_platform.systems.ena.logic.manifest import Fetched
from grt_platform.systems.ena.logic.orders import RunFile
from grt_platform.systems.ena.logic.split import Batch, Sized, batch_id, by_size, in_turn, within
from grt_platform.systems.ena.schemas import BATCHES

SCHEMA = BATCHES.polars_schema(with_partition=False)
_COLUMNS = ("run_accession", "library_layout", "fastq_ftp", "fastq_bytes", "fastq_md5")


@dataclass(frozen=True, slots=True)
class Division:
    """How runs are divided.

    Attributes:
        batches: Most batches of one division.
        is_by_bytes: Balanced by bytes, or dealt out in turn.
        fits: Whether a machine can be told of these files.
    """

    batches: int
    is_by_bytes: bool
    fits: Callable[[Sequence[RunFile]], bool]


def wanted_files(runs: pl.LazyFrame) -> list[RunFile]:
    """The files of the runs that are not excluded, by run.

    Args:
        runs: Rows of `ena/table/runs`.
    """
    chosen = runs.filter(~pl.col("is_excluded")).select(_COLUMNS).sort("run_accession").collect(engine="streaming")
    return [
        RunFile(row["run_accession"], file)
        for row in chosen.iter_rows(named=True)
        for file in read_files(row, is_paired=row["library_layout"] == "PAIRED").files
    ]


def fetched(file: RunFile) -> Fetched:
    """The file as a manifest lists it."""
    return Fetched(file.run_accession, file.file.name, file.file.size_bytes, file.file.md5)


def to_fetch(files: Iterable[RunFile], home: set[tuple[str, int, str]], taken: set[str]) -> dict[str, list[RunFile]]:
    """By run, all files of the runs of which one is not at home as ENA lists it now, and that no machine has.

    Args:
        files: What is wanted.
        home: Path below the taxon, size and sum of each verified file.
        taken: Runs that machines have already.
    """
    found: dict[str, list[RunFile]] = {}
    for file in files:
        found.setdefault(file.run_accession, []).append(file)
    return {
        run: each
        for run, each in found.items()
        if run not in taken and not all((f.path, f.size_bytes, f.md5) in home for f in map(fetched, each))
    }


def batches(taxonomy_id: int, runs: dict[str, list[RunFile]], division: Division) -> pl.DataFrame:
    """The runs divided: rows of `ena/product/batches` without the partition's column.

    Raises:
        BadInputError: A single run is more than a machine can be told.
    """
    sized = [Sized(run, sum(file.file.size_bytes for file in files)) for run, files in runs.items()]
    divide = by_size if division.is_by_bytes else in_turn

    def fits(batch: Batch) -> bool:
        return division.fits([file for run in batch for file in runs[run.run_accession]])

    divided = within(divide(sized, division.batches), fits) if sized else []
    rows: list[dict[str, Any]] = [
        {
            "batch_id": batch_id(taxonomy_id, batch),
            "run_accession": file.run_accession,
            "location": file.file.location,
            "size_bytes": file.file.size_bytes,
            "md5": file.file.md5,
        }
        for batch in divided
        for run in batch
        for file in runs[run.run_accession]
    ]
    return pl.DataFrame(rows, SCHEMA)
