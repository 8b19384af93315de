"""Gene files: parsing against Biopython, the whole job against parse and COPY alone and against the old program's way.

`python -m benchmarks.genes [--rounds 5] [--megabytes 96] [--letters 1900]` makes a FASTA file of genes of about so many
letters and prints, as medians of rounds in which every way takes its turn: MB per CPU second of parse + validate +
digest against Biopython's `SimpleFastaParser`, seconds of the whole job (Parquet, Postgres, JSON) against parse + COPY,
genes per second against the old way. `--sharded` loads the file in shards instead, one after the other in one process,
and says what cutting, the shards and putting together cost. `--large GB` loads a file that is one record of so many
gigabases, and one of as many in records of 3,000, each in a new process, and prints its peak memory.
"""

import argparse
import json
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from Bio.SeqIO.FastaIO import SimpleFastaParser

from benchmarks import old_genes_parser
from benchmarks.made_fasta import make_fasta, make_large
from benchmarks.server import durable_postgres
from grt_platform.adapters import ddl
from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.memory import keep_freed_memory
from grt_platform.adapters.partition_sink import PartitionSink
from grt_platform.adapters.pieces import Pieces
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.shards import shards
from grt_platform.settings import Settings
from grt_platform.systems.genes.ingest import Ingest, Task
from grt_platform.systems.genes.joining import Joining
from grt_platform.systems.genes.logic.alphabets import tables
from grt_platform.systems.genes.logic.gathered import Gathered
from grt_platform.systems.genes.logic.load import Source, load
from grt_platform.systems.genes.logic.options import Limits, Options
from grt_platform.systems.genes.logic.result_json import NoResult
from grt_platform.systems.genes.logic.scan import Chunk, Entry, entry_after, scan_chunk
from grt_platform.systems.genes.schemas import SERVED_GENES, SERVED_TABLES
from grt_platform.systems.genes.shard_files import ShardFiles
from grt_platform.systems.genes.sharded import parse_part, parts_of

DNA = Options(alphabet="dna")
_OLD_GENES = 20
_SHARDS = 4
SPENT: dict[str, tuple[float, float]] = {}


def parse(path: Path) -> int:
    """Ours: parse, validate, digest; returns records."""
    lookup, entry, found = tables(DNA), Entry(), 0
    with path.open("rb") as stream:
        while data := stream.read(Limits().chunk_bytes):
            found += sum(len(scan.rows) - 1 for scan in scan_chunk(Chunk(data, entry), lookup))
            entry = entry_after(data, entry)
    return found


def parse_biopython(path: Path) -> int:
    """Biopython: parse alone; returns records."""
    with path.open() as stream:
        return sum(1 for _ in SimpleFastaParser(stream))


def load_whole(path: Path, url: str) -> int:
    """The whole job: Parquet, Postgres and JSON in one pass; returns genes."""
    with tempfile.TemporaryDirectory(prefix="grt-bench-", dir=path.parent) as folder:
        lake = Lake(FolderStore(Path(folder) / "lake", "lake", Settings()))
        products = FolderStore(Path(folder) / "products", "products", Settings())
        with Warehouse(url).transaction() as connection:
            return Ingest(lake, products, Limits()).parse(task_of(path), connection, nothing).tally.genes


def load_sharded(path: Path, url: str) -> int:
    """The same in shards, one after the other: cut, parsed, kept, brought, put together; returns genes."""
    with tempfile.TemporaryDirectory(prefix="grt-bench-", dir=path.parent) as name:
        folder, task = Path(name), task_of(path)
        lake = Lake(FolderStore(folder / "lake", "lake", Settings()))
        products = FolderStore(folder / "products", "products", Settings())
        pieces, counts = Pieces(products, "pieces"), []
        with spent("cut"):
            parts = parts_of(task, Limits(), _SHARDS, nothing)
        for shard in shards(len(parts)):
            with spent("shards"), closing(ShardFiles()) as files:
                counts.append(parse_part(task, Limits(), parts[shard.number], files, nothing) or {})
                pieces.keep(shard, files.finish(), {})
        joining = Joining(pieces, counts, DNA, Limits(), nothing)
        with spent("join"), Warehouse(url).transaction() as connection:
            return Ingest(lake, products, Limits()).parse(task, connection, nothing, joining.into).tally.genes


def task_of(path: Path) -> Task:
    """The parse of a file on this machine's disk."""
    return Task(
        job_id=str(uuid4()),
        upload_id=str(uuid4()),
        project="default",
        file_name=path.name,
        sha256="0" * 64,
        size_bytes=path.stat().st_size,
        received_at=datetime.now(UTC),
        options=DNA,
        open=lambda: path.open("rb"),
    )


def nothing(_done: float) -> None:
    """Nobody is told how far it is."""


@contextmanager
def spent(stage: str) -> Iterator[None]:
    """The CPU and wall seconds of the block are added to the stage's."""
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    was = SPENT.get(stage, (0.0, 0.0))
    SPENT[stage] = (was[0] + time.process_time() - cpu, was[1] + time.perf_counter() - wall)


def load_copy(path: Path, url: str) -> int:
    """Parse and COPY alone, with the same rows; returns genes."""
    keep_freed_memory()
    lake = Lake(FolderStore(path.parent / "none", "lake", Settings()))
    with (
        Warehouse(url).transaction() as connection,
        PartitionSink(lake, connection, (), {"job_id": str(uuid4())}, {}, served=(SERVED_GENES,)) as sink,
    ):
        gathered = Gathered(lambda _noun, frame: sink.publish(SERVED_GENES, frame))

        def emit(noun: str, frame: object) -> None:
            if noun == "served_genes":
                gathered.take(noun, frame)  # type: ignore[arg-type]

        tally = load(Source(path.name, "v", lambda: path.open("rb")), DNA, Limits(), lambda: (emit, NoResult()))
        gathered.flush()
    return tally.genes


WAYS: dict[str, Callable[[Path, str], int]] = {"whole": load_whole, "copy": load_copy, "sharded": load_sharded}


def run_one(way: str, path: Path, url: str) -> None:
    """The child of `measure`; the first small file makes it warm."""
    small = path.with_name("warm.fasta")
    small.write_bytes(b">a\nACGT\n")
    WAYS[way](small, url)
    SPENT.clear()
    before, cpu = time.perf_counter(), time.process_time()
    genes = WAYS[way](path, url)
    seconds, used = time.perf_counter() - before, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"genes": genes, "seconds": seconds, "cpu": used, "peak_mib": peak, **_stages()}))


def _stages() -> dict[str, float]:
    return {f"{stage}_{unit}": took[at] for stage, took in SPENT.items() for at, unit in enumerate(("cpu", "s"))}


def measure(server: EmbeddedPostgres, way: str, path: Path) -> dict[str, float]:
    """One load in a process and a database of its own."""
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        with psycopg.connect(server.url(name), autocommit=True) as made:
            made.execute(ddl.create_schema("genes"))
            for statement in (text for table in SERVED_TABLES for text in ddl.statements(table)):
                made.execute(statement.encode())
        try:
            command = [sys.executable, "-m", "benchmarks.genes", "--one", way, str(path), server.url(name)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            return json.loads(done.stdout.splitlines()[-1])
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            admin.execute("CHECKPOINT")


def compare_parsers(path: Path, rounds: int) -> None:
    """MB per CPU second, ours and Biopython's in turn, in a process that treats memory as the ingest does."""
    keep_freed_memory()
    parse(path)
    seen: dict[str, list[float]] = {"ours": [], "Biopython": []}
    for _ in range(rounds):
        for name, way in (("ours", parse), ("Biopython", parse_biopython)):
            before = time.process_time()
            way(path)
            seen[name].append(path.stat().st_size / 1e6 / (time.process_time() - before))
    rate = {name: statistics.median(rates) for name, rates in seen.items()}
    print(f"parse + validate + digest {rate['ours']:6.0f} MB/CPU-s, Biopython's parse alone {rate['Biopython']:6.0f}")
    print(f"ratio {rate['ours'] / rate['Biopython']:.2f} x (asked: 0.7)")


def compare_jobs(server: EmbeddedPostgres, path: Path, rounds: int) -> float:
    """The whole job against parse and COPY; returns genes per second of the whole job."""
    seen: dict[str, list[dict[str, float]]] = {"copy": [], "whole": []}
    for _ in range(rounds):
        for way, runs in seen.items():
            runs.append(measure(server, way, path))
    for way, runs in seen.items():
        seconds, cpu = (statistics.median(run[name] for run in runs) for name in ("seconds", "cpu"))
        peak = max(run["peak_mib"] for run in runs)
        print(
            f"{way:6} {seconds:6.2f} s  client {cpu:5.2f} CPU-s  peak {peak:4.0f} MiB  {int(runs[0]['genes']):,} genes"
        )
    ratios = [w["seconds"] / c["seconds"] for w, c in zip(seen["whole"], seen["copy"], strict=True)]
    print(f"whole job over parse + COPY: {statistics.median(ratios):.2f} x (asked: 1.3 at most)")
    return statistics.median(run["genes"] / run["seconds"] for run in seen["whole"])


def compare_shards(server: EmbeddedPostgres, path: Path, rounds: int) -> None:
    """The file in shards against the file as a whole: which steps cost how much, in CPU seconds of the client."""
    seen: dict[str, list[dict[str, float]]] = {"whole": [], "sharded": []}
    for _ in range(rounds):
        for way, runs in seen.items():
            runs.append(measure(server, way, path))
    whole = {name: statistics.median(run[name] for run in seen["whole"]) for name in ("cpu", "seconds")}
    for stage in ("cut", "shards", "join"):
        cpu, wall = (statistics.median(run[f"{stage}_{unit}"] for run in seen["sharded"]) for unit in ("cpu", "s"))
        print(f"{stage:6} {cpu:6.2f} CPU-s, {cpu / whole['cpu']:.2f} x of the whole; {wall:6.2f} s")
    ratios = [s["cpu"] / w["cpu"] for s, w in zip(seen["sharded"], seen["whole"], strict=True)]
    peak = max(run["peak_mib"] for run in seen["sharded"])
    print(f"all of {_SHARDS} shards over the whole: {statistics.median(ratios):.2f} x CPU; peak {peak:.0f} MiB")
    print(f"the whole: {whole['cpu']:.2f} CPU-s, {whole['seconds']:.2f} s")


def compare_old(server: EmbeddedPostgres, path: Path, rate: float) -> None:
    """Genes per second of the old way, over the first genes of the file."""
    data = b"\n>".join(path.read_bytes()[: _OLD_GENES * 4000].split(b"\n>")[:_OLD_GENES])
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(old_genes_parser.SCHEMA)
        before = time.perf_counter()
        genes = old_genes_parser.load(connection, data)
        old = genes / (time.perf_counter() - before)
    print(f"old way {old:.1f} genes/s, ours {rate:,.0f}: ratio {rate / old:,.0f} x (asked: 5,000)")


def measure_memory(server: EmbeddedPostgres, folder: Path, gigabytes: float) -> None:
    """Peak memory of large files."""
    for name, record in (("one record", None), ("records of 3,000", 3000)):
        path = folder / "large.fasta"
        make_large(path, gigabytes, record)
        run = measure(server, "whole", path)
        size = path.stat().st_size / 1e6
        print(f"{name}, {size:,.0f} MB: peak {run['peak_mib']:.0f} MiB (asked: 512), {size / run['seconds']:.0f} MB/s")
        path.unlink()


def main() -> None:
    """Reads the arguments and runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=float, default=96)
    parser.add_argument("--letters", type=int, default=1900, help="mean length of a gene")
    parser.add_argument("--large", type=float, metavar="GB")
    parser.add_argument("--sharded", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FILE", "URL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one[0], Path(given.one[1]), given.one[2])
        return
    with tempfile.TemporaryDirectory(prefix="grt-bench-") as name, durable_postgres(Path(name)) as server:
        if given.large:
            measure_memory(server, Path(name), given.large)
            return
        path = Path(name) / "genes.fasta"
        make_fasta(path, given.megabytes, given.letters)
        if given.sharded:
            compare_shards(server, path, given.rounds)
            return
        compare_parsers(path, given.rounds)
        compare_old(server, path, compare_jobs(server, path, given.rounds))


if __name__ == "__main__":
    main()
