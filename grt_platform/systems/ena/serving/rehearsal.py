"""A small taxon that the stand-in for ENA serves: the sample's runs, with FASTQ files made from their names."""

import csv
import gzip
import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

from grt_platform.systems.ena.logic.fields import FIELDS
from grt_platform.systems.ena.serving.stand_in import Run, StandIn

TAXON = 900001
SAMPLE = Path(__file__).resolve().parents[1] / "sample" / "runs.tsv"
_READS, _LENGTH = 500, 120


def rehearsal() -> StandIn:
    """The stand-in with the sample's runs and files."""
    runs, files = list[Run](), dict[str, bytes]()
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            made = dict(_files(row["run_accession"], row.pop("files").split()))
            files |= made
            runs.append(_run(row, made))
    return StandIn(runs, files)


def fastq(name: str) -> bytes:
    """A gzipped FASTQ file, the same for the same name."""
    chance = random.Random(name)  # noqa: S311  (reads to look at, nobody's secret)
    reads = (
        f"@{name}.{number}\n{''.join(chance.choices('ACGT', k=_LENGTH))}\n+\n{'I' * _LENGTH}\n"
        for number in range(_READS)
    )
    return gzip.compress("".join(reads).encode(), compresslevel=1, mtime=0)


def _files(run: str, mates: list[str]) -> Iterator[tuple[str, bytes]]:
    for mate in mates:
        name = f"{run}.fastq.gz" if mate == "0" else f"{run}_{mate}.fastq.gz"
        yield f"ftp.sra.ebi.ac.uk/vol1/fastq/{run[:6]}/0{run[-2:]}/{run}/{name}", fastq(name)


def _run(row: dict[str, str], files: dict[str, bytes]) -> Run:
    sums = [hashlib.md5(body, usedforsecurity=False).hexdigest() for body in files.values()]
    told = {
        "fastq_ftp": ";".join(files),
        "fastq_bytes": ";".join(str(len(body)) for body in files.values()),
        "fastq_md5": ";".join(sums),
    }
    return {**{field.name: "" for field in FIELDS}, **row, **told, "ancestors": str(TAXON)}
