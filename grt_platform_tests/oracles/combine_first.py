"""The same answer the slow way, by Debian's bcftools: each sample cut out, all merged, then segment by segment."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

BCFTOOLS = "/usr/bin/bcftools"
Genotypes = list[tuple[str, int, str, str, tuple[tuple[str, str], ...]]]


def combine_first(files: Mapping[Path, Sequence[str]], samples: Sequence[str], command: str, folder: Path) -> Path:
    """The result over indexed files, in the order of priority, for these samples.

    A record that several files have of a sample comes from the first; each sample is put together by itself.
    """
    folder.mkdir()
    columns = []
    for number, sample in enumerate(samples):
        (folder / f"{number}.txt").write_text(f"{sample}\n")
        cut = []
        for at, path in enumerate(path for path, held in files.items() if sample in held):
            cut.append(_made(folder / f"{number}-{at}.bcf", "view", "-S", folder / f"{number}.txt", path))
        columns.append(_made(folder / f"{number}.bcf", "concat", "-a", "-D", *cut) if len(cut) > 1 else cut[0])
    combined = _made(folder / "combined.bcf", "merge", *columns) if len(columns) > 1 else columns[0]
    for at, segment in enumerate(command.split(";")):
        combined = _made(folder / f"segment-{at}.bcf", *shlex.split(segment), combined)
    return combined


def _made(path: Path, *arguments: object) -> Path:
    verb, *others = map(str, arguments)
    subprocess.run([BCFTOOLS, verb, "-Ob", "-o", str(path), *others], check=True, capture_output=True)
    subprocess.run([BCFTOOLS, "index", "-c", "-f", str(path)], check=True, capture_output=True)
    return path


def genotypes(path: Path) -> Genotypes:
    """Contig, position, alleles and each sample's alleles as letters, of every record, sorted; ALT's order is free."""
    text = subprocess.run([BCFTOOLS, "view", str(path)], check=True, capture_output=True, text=True).stdout
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("##")]
    samples = lines[0][9:]
    return sorted(_record(fields, samples) for fields in lines[1:])


def _record(fields: list[str], samples: list[str]) -> tuple[str, int, str, str, tuple[tuple[str, str], ...]]:
    alleles = [fields[3], *fields[4].split(",")]
    calls = [field.split(":")[0] for field in fields[9:]]
    spelled = ["/".join(alleles[int(one)] if one != "." else "." for one in call.split("/")) for call in calls]
    known = {sample: "./." if call == "." else call for sample, call in zip(samples, spelled, strict=True)}
    return fields[0], int(fields[1]), fields[3], ",".join(sorted(alleles[1:])), tuple(sorted(known.items()))
