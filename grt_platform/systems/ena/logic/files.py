"""The FASTQ files of a run, from ENA's three lists that belong together position by position."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MD5 = re.compile(r"[0-9a-f]{32}")
_PATH = re.compile(r"[A-Za-z0-9.-]+(/[A-Za-z0-9_.+-]+)+")
_MATE = re.compile(r"_([12])\.fastq\.gz$")
NO_FASTQ, NO_PAIR, DISAGREE = "no fastq file", "fastq pair incomplete", "file lists disagree"


@dataclass(frozen=True, slots=True)
class ReadsFile:
    """One file: where it is (without scheme), its size and MD5; `mate` is 1, 2, or None for reads without a mate."""

    location: str
    size_bytes: int
    md5: str

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.location.rsplit("/", 1)[1]

    @property
    def mate(self) -> int | None:
        """Which mate it holds; None for single reads and for those whose mate was lost."""
        match = _MATE.search(self.name)
        return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of a run, or why they cannot be had; `is_fault` where ENA contradicts itself."""

    files: tuple[ReadsFile, ...]
    reason: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether somebody should look at it."""
        return self.reason.startswith(DISAGREE)

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.size_bytes for file in self.files)


def read_files(row: Mapping[str, str | None], *, is_paired: bool) -> RunFiles:
    """The files that a run's row lists: each with its own size and sum, the third file of a pair too.

    Args:
        row: With `fastq_ftp`, `fastq_bytes` and `fastq_md5`, `;`-separated.
        is_paired: Whether both mates must be there.
    """
    locations, sizes, sums = (_items(row.get(name)) for name in ("fastq_ftp", "fastq_bytes", "fastq_md5"))
    if not locations and not sizes and not sums:
        return RunFiles((), NO_FASTQ)
    if not len(locations) == len(sizes) == len(sums):
        return RunFiles((), f"{DISAGREE}: {len(locations)} files, {len(sizes)} sizes, {len(sums)} sums")
    fault = next((fault for each in zip(locations, sizes, sums, strict=True) if (fault := _fault(*each))), "")
    names = [location.rsplit("/", 1)[-1] for location in locations]
    if fault or len(set(names)) < len(names):
        return RunFiles((), f"{DISAGREE}: {fault or 'a file is named twice'}")
    listed = zip(locations, sizes, sums, strict=True)
    files = tuple(ReadsFile(location, int(size), md5.lower()) for location, size, md5 in listed)
    if is_paired and not {1, 2} <= {file.mate for file in files}:
        return RunFiles(files, NO_PAIR)
    return RunFiles(files)


def _items(text: str | None) -> list[str]:
    return text.strip().split(";") if text and text.strip() else []


def _fault(location: str, size: str, md5: str) -> str:
    if not _PATH.fullmatch(location) or ".." in location.split("/"):
        return f"{location[:80]!r} is no location"
    if not (size.isascii() and size.isdecimal() and len(size) <= 18):
        return f"{size[:40]!r} is no size"
    return "" if _MD5.fullmatch(md5.lower()) else f"{md5[:40]!r} is no MD5 sum"
