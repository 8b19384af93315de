"""Queries over VCF files: the platform's engine against DivBase's sequence of Debian's bcftools, in the same rounds.

`python -m benchmarks.variants_query [--rounds 3] [--files 20] [--samples 100] [--sites 50000]` makes files of GT:DP:GQ
over five contigs, four fifths of their sites shared, indexes them, and prints for three questions the least CPU and
wall seconds of: DivBase's way (per file `view -Ou` and index, `merge -Ou`, `annotate -h`, `sort -Oz`, one after the
other), the engine on its own copies (BCF), on plain VCF, and with Debian's bcftools instead of pysam's. Small: 3 files,
10 samples each, 2 Mb; contig: 5 samples of each file, one contig; genome: the same, everything. All ways must give the
same genotypes. `--overhead` prints milliseconds of the engine on the small question over the bare pipeline's.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.timing import compare, cost, me
from grt_platform.adapters.bcftools.index import index_file
from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform.kernel.bgzf import END_BLOCK, packed_blocks
from grt_platform.systems.variants.engine.answering import answer
from grt_platform.systems.variants.engine.sources import Source
from grt_platform.systems.variants.logic.command import parse_command
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.planning import FileDimensions, PlanLimits, plan

DEBIAN = "/usr/bin/bcftools"
CONTIGS, CONTIG_BASES = 5, 20_000_000
PIECE = 20
AT_ONCE = 2_000_000
QUESTIONS = {
    "small": ("view -r chr2:1000000-3000000", 3, 10),
    "contig": ("view -r chr2", 0, 5),
    "genome": ("view", 0, 5),
}


def make_vcf(path: Path, number: int, samples: int, sites: int, piece: int = PIECE) -> None:
    """One file: sites on all contigs, in proportion to nothing but chance; samples are written in pieces of so many."""
    random, shared = np.random.default_rng(number + 1), np.random.default_rng(0)
    head = ["##fileformat=VCFv4.2", *(f"##contig=<ID=chr{one},length={CONTIG_BASES}>" for one in range(1, CONTIGS + 1))]
    for tag, kind in (("GT", "String"), ("DP", "Integer"), ("GQ", "Integer")):
        head.append(f'##FORMAT=<ID={tag},Number=1,Type={kind},Description="{tag}">')
    names = [f"s{number}_{one}" for one in range(samples)]
    head.append("\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *names]))
    per_contig = sites // CONTIGS
    assert samples % piece == 0
    pieces = made_pieces(random, piece)
    with path.open("wb") as sink:
        sink.write(packed_blocks("\n".join([*head, ""]).encode()))
        for contig in range(1, CONTIGS + 1):
            common = shared.choice(CONTIG_BASES, per_contig, replace=False)[: per_contig * 4 // 5]
            own = random.choice(CONTIG_BASES, per_contig - len(common), replace=False)
            lines = []
            for position in np.unique(np.concatenate([common, own])).tolist():
                letter, other = "ACGT"[position % 4], "ACGT"[(position + 1) % 4]
                fields = (pieces[at] for at in random.integers(len(pieces), size=samples // piece))
                site = (f"chr{contig}", str(position + 1), ".", letter, other, "50", "PASS", ".", "GT:DP:GQ")
                lines.append("\t".join([*site, *fields]))
                if len(lines) * samples >= AT_ONCE:
                    sink.write(packed_blocks("\n".join([*lines, ""]).encode()))
                    lines.clear()
            sink.write(packed_blocks("\n".join([*lines, ""]).encode()))
        sink.write(END_BLOCK)


def made_pieces(random: np.random.Generator, piece: int) -> list[str]:
    """Pieces of rows, so many that a block hardly ever has one twice."""
    calls = np.array(["0/0", "0/1", "1/1", "./."])[random.choice(4, (4000, piece), p=[0.7, 0.2, 0.08, 0.02])]
    depths, qualities = random.integers(5, 60, (4000, piece)), random.integers(10, 99, (4000, piece))
    return ["\t".join(map("{}:{}:{}".format, *row)) for row in zip(calls, depths, qualities, strict=True)]


def make(folder: Path, files: int, samples: int, sites: int, piece: int = PIECE) -> None:
    """All files, indexed, with what is known of them."""
    tool, known = Bcftools(ToolLimits()), []
    for number in range(files):
        path = folder / f"{number:03}.vcf.gz"
        make_vcf(path, number, samples, sites, piece)
        made = index_file(path, folder / f"{number:03}", tool, name=path.name)
        shutil.copy(folder / f"{number:03}" / "index.csi", f"{path}.csi")
        known.append([path.name, made.samples, made.scaffolds, made.contigs, made.size_bytes])
    (folder / "known.json").write_text(json.dumps(known))


def asked(folder: Path, question: str) -> tuple[str, list[str]]:
    """The command of a question, and its samples."""
    command, files, samples = QUESTIONS[question]
    known = json.loads((folder / "known.json").read_text())
    return command, [name for one in known[: files or len(known)] for name in one[1][:samples]]


def ours(folder: Path, question: str, kind: str) -> Path:
    """The engine's answer, from a copy or from text, by pysam's bcftools or Debian's."""
    text, samples = asked(folder, question)
    return answered(folder, folder / f"{kind}-{question}", text, samples, kind)


def answered(folder: Path, place: Path, text: str, samples: list[str], kind: str) -> Path:
    """The engine's answer to a command for some samples, in a place of its own."""
    known = json.loads((folder / "known.json").read_text())
    dimensions = [FileDimensions(one[0], one[0], one[4], tuple(one[1]), one[2], tuple(one[3])) for one in known]
    command = parse_command(text, ResultFormat.VCF)
    planned = plan(dimensions, samples, command.regions, PlanLimits())
    sources = {}
    for name in planned.version_ids:
        copy = folder / name.removesuffix(".vcf.gz") / "copy.bcf"
        path = folder / name if kind == "text" else copy
        sources[name] = Source(name, path, Path(f"{path}.csi"))
    tool = Bcftools(ToolLimits(bcftools=DEBIAN if kind == "debian" else ""))
    shutil.rmtree(place, ignore_errors=True)
    given = answer(
        planned, command, sources, place, tool, result_format=ResultFormat.VCF, mark="x", report=lambda *_: None
    )
    return given.result


def divbase(folder: Path, question: str, binary: str = DEBIAN) -> Path:
    """DivBase's sequence: one command after the other, each to a file."""
    text, samples = asked(folder, question)
    place = folder / f"divbase-{question}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    region = ["-r", text.split()[2]] if "-r" in text else []
    known = json.loads((folder / "known.json").read_text())
    parts = []
    for name, held, *_ in known:
        wanted = [sample for sample in samples if sample in set(held)]
        if wanted:
            parts.append(str(place / f"{name}.bcf"))
            run(binary, "view", "-s", ",".join(wanted), *region, "-Ou", "-o", parts[-1], str(folder / name))
            run(binary, "index", "-f", parts[-1])
            run(binary, "query", "-l", parts[-1])
    run(binary, "merge", "-Ou", "-o", str(place / "merged.bcf"), *parts)
    (place / "head.txt").write_text("##made=x\n")
    run(
        binary,
        "annotate",
        "-h",
        str(place / "head.txt"),
        "-Ou",
        "-o",
        str(place / "noted.bcf"),
        str(place / "merged.bcf"),
    )
    run(binary, "sort", "-Oz", "-o", str(place / "result.vcf.gz"), str(place / "noted.bcf"))
    return place / "result.vcf.gz"


def bare(folder: Path, question: str) -> Path:
    """The same pipeline as ours by a shell, with nothing around it: what bcftools itself costs."""
    text, samples = asked(folder, question)
    place = folder / f"bare-{question}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    (place / "places").write_text("chr2\t1000000\t3000000\n")
    known = json.loads((folder / "known.json").read_text())
    parts, script = [], [f"cd {place}"]
    for name, held, *_ in known:
        wanted = [sample for sample in samples if sample in set(held)]
        if wanted:
            (place / f"{name}.txt").write_text("\n".join(wanted))
            os.mkfifo(place / name)
            copy = folder / name.removesuffix(".vcf.gz") / "copy.bcf"
            script.append(f"{DEBIAN} view -S {name}.txt -R places -Ou -o {name} {copy} &")
            parts.append(name)
    script.append(
        f"{DEBIAN} merge --no-index -Ou {' '.join(parts)} | {DEBIAN} {text.replace('-r', '-t')} -Oz -o result.vcf.gz"
    )
    script.append(f"{DEBIAN} index -c result.vcf.gz")
    subprocess.run(["/bin/sh", "-c", "\n".join(script)], check=True, stderr=subprocess.DEVNULL)
    return place / "result.vcf.gz"


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def digest(path: Path) -> str:
    """Of contig, position, alleles and genotypes by sample, whatever the order of columns."""
    text = subprocess.run([DEBIAN, "view", str(path)], check=True, capture_output=True).stdout.decode()
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("##")]
    order = sorted(range(9, len(lines[0])), key=lambda at: lines[0][at])
    rows = ["\t".join([*line[:2], *line[3:5], *(line[at] for at in order)]) for line in lines]
    return hashlib.md5("\n".join(rows).encode(), usedforsecurity=False).hexdigest()


WAYS = {
    "divbase": divbase,
    "copies": lambda folder, question: ours(folder, question, "copies"),
    "text": lambda folder, question: ours(folder, question, "text"),
    "debian": lambda folder, question: ours(folder, question, "debian"),
    "bare": bare,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FOLDER", "QUESTION"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--sites", type=int, default=50_000)
    parser.add_argument("--questions", nargs="*", default=list(QUESTIONS))
    parser.add_argument("--folder", type=Path)
    asked_for = parser.parse_args()
    if asked_for.one:
        way, folder, question = asked_for.one
        WAYS[way](Path(folder), question)
        return
    folder = asked_for.folder or Path(tempfile.mkdtemp(prefix="grt-bench-"))
    folder.mkdir(exist_ok=True)
    if not (folder / "known.json").exists():
        began = time.perf_counter()
        make(folder, asked_for.files, asked_for.samples, asked_for.sites)
        print(f"made and indexed {asked_for.files} files in {time.perf_counter() - began:.0f} s")
    for question in asked_for.questions:
        ways = [way for way in WAYS if way != "bare" or question == "small"]
        found = compare({way: me(__spec__.name, way, folder, question) for way in ways}, asked_for.rounds)
        idle = cost(f"{sys.executable} -c 'import benchmarks.variants_query'")
        print(
            f"\n{question}: load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {idle.cpu:.2f} s taken off (start)"
        )
        base = found["divbase"]
        cpus, walls = (min(one.cpu for one in base) - idle.cpu, min(one.wall for one in base) - idle.wall)
        for way, runs in found.items():
            cpu, wall = min(one.cpu for one in runs) - idle.cpu, min(one.wall for one in runs) - idle.wall
            peak = max(one.peak_mib for one in runs)
            times = f"CPU {cpu:6.2f} s {cpu / cpus:5.2f} x   wall {wall:6.2f} s {wall / walls:5.2f} x"
            print(f"{way:10} {times}   peak {peak:4.0f} MiB")
        digests = {way: digest(folder / f"{way}-{question}" / "result.vcf.gz") for way in ways}
        print("same genotypes" if len(set(digests.values())) == 1 else f"DIFFERENT: {digests}")


if __name__ == "__main__":
    main()
