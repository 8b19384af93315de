"""The worker against `curl` on the same files from the same local server, and the memory of 100,000 runs of metadata.

`python -m benchmarks.ena_fetch [--rounds 3] [--files 4] [--mebibytes 128] [--runs 100000]` prints MB/s of both ways in
turn and the ratio of the medians, then the peak memory of the processes that keep and judge the answer about a large
taxon. `curl` gets the files one after another, without looking at their sums, and all at once (`-Z`).
"""

import argparse
import hashlib
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.server import durable_postgres
from grt_platform.adapters.migrate import upgrade
from grt_platform.systems.ena.logic.fields import FIELDS
from grt_platform.systems.ena.packing import ARCHIVE, worker_archive
from grt_platform.systems.ena.procedure import Procedure
from grt_platform.systems.ena.serving.stand_in import StandIn, serving
from grt_platform.systems.ena.workshop import Workshop
from grt_platform_tests.systems.ena.shop import settings_of

RUN, TAXON = "SRR1000001", 562


def reads(number: int, mebibytes: int) -> dict[str, bytes]:
    """Files of random bytes by their location."""
    return {f"vol1/{RUN}/{RUN}_{n}.fastq.gz": random.Random(n).randbytes(mebibytes << 20) for n in range(number)}


def by_worker(url: str, files: dict[str, bytes], folder: Path) -> list[str]:
    """The worker's command, its spec written."""
    listed = [[RUN, path, len(body), hashlib.md5(body).hexdigest()] for path, body in files.items()]
    spec = {
        "batch_id": "t562-0123456789abcdef",
        "files_url": url,
        "files": listed,
        "connections": 4,
        "attempts": 1,
        "timeout_s": 60,
        "callback_url": f"{url}/nobody",
        "token": "x",
    }
    (folder / "spec.json").write_text(json.dumps(spec))
    (folder / ARCHIVE).write_bytes(worker_archive())
    return [sys.executable, "-I", "-S", str(folder / ARCHIVE), "all", str(folder / "spec.json"), str(folder / "data")]


def by_curl(url: str, files: dict[str, bytes], folder: Path, *options: str) -> list[str]:
    """The command of curl."""
    pairs = [part for path in files for part in (f"{url}/{path}", "-o", str(folder / path.rsplit("/", 1)[1]))]
    return ["curl", "-sS", "--fail", *options, *pairs]


_WATCH = """
import json, os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
took = time.perf_counter() - began
print(json.dumps([os.waitstatus_to_exitcode(status), took, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
"""


def timed(command: list[str]) -> tuple[float, float, int]:
    """Seconds, CPU seconds and peak bytes of a command; a small process watches it, for a child counts its parent's."""
    watch = [sys.executable, "-I", "-S", "-c", _WATCH, *command]
    code, took, cpu, peak = json.loads(subprocess.run(watch, capture_output=True, check=True).stdout.splitlines()[-1])
    assert code == 0, command
    return took, cpu, peak


def compare(rounds: int, number: int, mebibytes: int) -> None:
    """Print both speeds and their ratio."""
    files = reads(number, mebibytes)
    size, seconds = sum(map(len, files.values())), dict[str, list[float]]()
    with serving(StandIn([], files)) as url:
        for _ in range(rounds):
            for name in ("curl", "curl -Z", "worker"):
                folder = Path(tempfile.mkdtemp(prefix="grt-fetch-"))
                options = ("-Z",) if name == "curl -Z" else ()
                command = by_worker(url, files, folder) if name == "worker" else by_curl(url, files, folder, *options)
                took, cpu, peak = timed(command)
                shutil.rmtree(folder)
                seconds.setdefault(name, []).append(took)
                print(f"{name:8} {size / took / 1e6:7.0f} MB/s  {cpu:5.1f} CPU s  peak {peak >> 20} MiB")
    middle = {name: statistics.median(each) for name, each in seconds.items()}
    for name in ("curl", "curl -Z"):
        print(f"worker / {name}: {middle[name] / middle['worker']:.2f}")


def many_runs(number: int) -> StandIn:
    """A taxon of many runs, each with two files."""
    first = {field.name: "" for field in FIELDS} | {
        "tax_id": str(TAXON),
        "library_strategy": "WGS",
        "instrument_platform": "ILLUMINA",
        "library_source": "GENOMIC",
        "library_layout": "PAIRED",
        "base_count": "1000000000",
        "first_public": "2024-05-01",
        "last_updated": "2024-05-02",
        "country": "Norway: Bergen",
        "sample_title": "a title of a sample, as long as they are " * 3,
        "fastq_md5": f"{'0' * 32};{'1' * 32}",
        "fastq_bytes": "100;100",
    }
    return StandIn([first | _names(f"SRR{n:07}") for n in range(1, number + 1)], {})


def _names(run: str) -> dict[str, str]:
    files = ";".join(f"ftp.sra.ebi.ac.uk/vol1/fastq/{run[:6]}/{run}/{run}_{mate}.fastq.gz" for mate in (1, 2))
    return {"run_accession": run, "sample_accession": f"SAMN{run[3:]}", "fastq_ftp": files}


def metadata(number: int) -> None:
    """Print the peak memory of the stages that keep and judge many runs."""
    with (
        tempfile.TemporaryDirectory() as made,
        durable_postgres(Path(made)) as server,
        serving(many_runs(number)) as url,
    ):
        upgrade(server.url())
        shop = Workshop(settings_of(Path(made), server.url(), url))
        shop.tracker.add([str(TAXON)], datetime.now(UTC))
        for stage in ("check", "build"):
            command = [sys.executable, "-m", __spec__.name, "--stage", stage, made, server.url(), url]
            took, cpu, peak = timed(command)
            print(f"{stage} {number:,} runs: {took:.1f} s, {cpu:.1f} CPU s, peak {peak / 1e6:.0f} MB")


def main() -> None:
    """Measure."""
    options = argparse.ArgumentParser(description=__doc__)
    for name, default in {"rounds": 3, "files": 4, "mebibytes": 128, "runs": 100_000}.items():
        options.add_argument(f"--{name}", type=int, default=default)
    options.add_argument("--stage", nargs=4)
    given = options.parse_args()
    if given.stage:
        stage, home, warehouse_url, url = given.stage
        getattr(Procedure(Workshop(settings_of(Path(home), warehouse_url, url))), stage)(TAXON)
        return
    if given.rounds:
        compare(given.rounds, given.files, given.mebibytes)
    if given.runs:
        metadata(given.runs)


if __name__ == "__main__":
    main()
