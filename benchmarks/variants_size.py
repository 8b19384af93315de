"""How time and memory of queries over VCF files grow: one file of many GB, many files, many samples, many sites.

`python -m benchmarks.variants_size large [--gigabytes 5] [--folder FOLDER]` makes one file of that size (2,000 samples,
GT:DP:GQ), looks at it as its arrival does (check, index, BCF copy), and asks it for 5 samples of one contig and of
everything, and for all samples of one contig; `many [--files 1500]` asks files of 8 samples for all their samples by
name; `growth` doubles files, samples and sites one at a time. Printed are wall seconds and the most memory that a
process with all its children had (proportional set size, looked at ten times a second, the definitions of the
platform loaded as in a run's process).
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import psutil

from benchmarks.family import memory_of
from benchmarks.timing import me
from benchmarks.variants_query import answered, make, make_vcf
from grt_platform.adapters.bcftools.csi import read_csi
from grt_platform.adapters.bcftools.index import index_file
from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.bcftools.tool import Bcftools

LARGE_SAMPLES = 2000
BYTES_PER_SITE = 6_500
LOOK_S = 0.1
DEFINITIONS = "grt_platform.definitions"


@dataclass(frozen=True)
class Grown:
    wall: float
    peak_mib: float


def watched(command: str) -> Grown:
    """Wall time of a command, and the most memory of it and all below it."""
    began, peak = time.perf_counter(), 0.0
    process = psutil.Popen(["/bin/sh", "-c", f"exec {command}"], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, memory_of(process.pid) / 1024**2)
        time.sleep(LOOK_S)
    if process.returncode:
        raise SystemExit(f"failed: {command}")
    return Grown(time.perf_counter() - began, peak)


def show(name: str, grown: Grown) -> None:
    print(f"{name:60} {grown.wall:8.1f} s   peak {grown.peak_mib:5.0f} MiB   load {os.getloadavg()[0]:.1f}", flush=True)


def large(folder: Path, gigabytes: float) -> None:
    """One file that is as large as those of a cohort of thousands."""
    path = folder / "000.vcf.gz"
    if not path.exists():
        part = folder / "part"
        make_vcf(part, 0, LARGE_SAMPLES, int(gigabytes * 1e9 / BYTES_PER_SITE))
        part.rename(path)
    print(f"{path.stat().st_size / 1e9:.2f} GB of VCF, {LARGE_SAMPLES:,} samples")
    if not (folder / "known.json").exists():
        show("look at it: check, index, copy, index of the copy", watched(me(__spec__.name, "index", folder)))
    copy = folder / "000" / "copy.bcf"
    print(f"copy {copy.stat().st_size / 1e9:.2f} GB, {read_csi(Path(f'{copy}.csi')).records:,} records")
    for question in ("view -r chr2|5", "view|5", f"view -r chr2|{LARGE_SAMPLES}"):
        show(question, watched(me(__spec__.name, "ask", folder, f"'{question}'")))


def many(folder: Path, files: int) -> None:
    """More files than may be open at once, all samples by name."""
    if not (folder / "known.json").exists():
        make(folder, files, 8, 500, piece=8)
    for question in ("view -r chr2|8", "view|8"):
        show(
            f"{files} files, {files * 8:,} samples: {question}",
            watched(me(__spec__.name, "ask", folder, f"'{question}'")),
        )


def growth(folder: Path) -> None:
    """One of files, samples and sites is doubled twice, the others stay."""
    for files, samples, sites in (
        (20, 100, 20_000),
        (40, 100, 20_000),
        (80, 100, 20_000),
        (20, 200, 20_000),
        (20, 400, 20_000),
        (20, 100, 40_000),
        (20, 100, 80_000),
    ):
        place = folder / f"{files}-{samples}-{sites}"
        place.mkdir(exist_ok=True)
        if not (place / "known.json").exists():
            make(place, files, samples, sites)
        for selected in (5, samples):
            grown = min(
                (watched(me(__spec__.name, "ask", place, f"'view|{selected}'")) for _ in range(2)),
                key=lambda one: one.wall,
            )
            show(f"{files} files x {samples} samples x {sites:,} sites, {selected} of each", grown)


def index(folder: Path) -> None:
    """What a file's arrival makes of it."""
    import_module(DEFINITIONS)
    path = folder / "000.vcf.gz"
    made = index_file(path, folder / "000", Bcftools(ToolLimits()), name=path.name)
    shutil.copy(folder / "000" / "index.csi", f"{path}.csi")
    (folder / "known.json").write_text(
        json.dumps([[path.name, made.samples, made.scaffolds, made.contigs, made.size_bytes]])
    )


def ask(folder: Path, question: str) -> None:
    """One question, on the copies."""
    import_module(DEFINITIONS)
    text, each = question.split("|")
    known = json.loads((folder / "known.json").read_text())
    samples = [name for one in known for name in one[1][: int(each)]]
    answered(folder, folder / "asked", text, samples, "copies")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", nargs="+", metavar="WAY FOLDER [QUESTION]")
    parser.add_argument("what", nargs="?", choices=["large", "many", "growth"], default="growth")
    parser.add_argument("--gigabytes", type=float, default=5)
    parser.add_argument("--files", type=int, default=1500)
    parser.add_argument("--folder", type=Path)
    asked_for = parser.parse_args()
    if asked_for.one:
        way, folder, *question = asked_for.one
        return index(Path(folder)) if way == "index" else ask(Path(folder), *question)
    folder = asked_for.folder or Path(tempfile.mkdtemp(prefix="grt-bench-"))
    folder.mkdir(exist_ok=True)
    if asked_for.what == "large":
        return large(folder, asked_for.gigabytes)
    return many(folder, asked_for.files) if asked_for.what == "many" else growth(folder)


if __name__ == "__main__":
    main()
