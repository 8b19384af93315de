"""What a scan is asked to do: the clock, the areas and file classes that reports care about, bounds of memory."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.logic.entry import MAX_LINE_BYTES, MAX_PARTS

DAY = 86_400
MONTH, YEAR = 30 * DAY, 365 * DAY
AGE_LIMITS = (MONTH, 2 * MONTH, 6 * MONTH, YEAR, 2 * YEAR, 3 * YEAR, 5 * YEAR, 7 * YEAR)
"""Seconds at which the next age begins."""
EARLIEST, LATEST = -62_135_596_800, 253_402_300_799
"""Unix times of the first and last second of the years 1 to 9999; others are absurd and count as no time."""
NO_TIME = -(1 << 63)
"""Stands for "none" where a newest time is kept."""

DEFAULT_AREAS = (
    "/lustre/scratch[0-9]+/(projects|teams); /lustre/scratch[0-9]+/realdata/mdt[0-9]/(projects|teams); "
    "/lustre/scratch118/humgen/hgi/projects; /lustre/scratch118/humgen/old-team-data; "
    "/lustre/scratch119/humgen/(projects|teams); /lustre/scratch123/hgi/(projects|teams)"
)
DEFAULT_CLASSES = (
    "BAM=.bam .sam .bam.gz .sam.gz; CRAM=.cram .cram.gz; VCF=.vcf .bcf .gvcf .vcf.gz .bcf.gz .gvcf.gz; "
    "PEDBED=.ped .bed .ped.gz .bed.gz"
)
_SHARD = re.compile(r"mdt[0-9]")
_MAX_CLASSES = 64


@dataclass(frozen=True, slots=True)
class FileClass:
    """A kind of file, known by the end of its name (case counts)."""

    name: str
    suffixes: tuple[bytes, ...]


class Area:
    """Directories whose sub-directories are projects: one regular expression for each part of their path.

    Args:
        pattern: Such as `/lustre/scratch115/realdata/mdt[0-9]/(projects|teams)`; each part must match wholly, so that
            `projects` does not take in `projects_old`.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        if not pattern.startswith("/") or pattern.endswith("/"):
            raise BadInputError(f"GRT_LUSTRE_AREAS has {pattern!r}: write an absolute path without a slash at its end")
        try:
            self.parts = tuple(re.compile(part.encode()) for part in pattern[1:].split("/"))
        except re.error as error:
            told = f"GRT_LUSTRE_AREAS has {pattern!r}: a part is no regular expression ({error})"
            raise BadInputError(told) from error

    def fits(self, position: int, part: bytes) -> bool:
        """Whether a path may have this part at this position."""
        return self.parts[position].fullmatch(part) is not None


def area_name(parts: Sequence[str]) -> str:
    """How an area is called: without `/lustre/<volume>`, and without the shards of metadata servers."""
    kept = [part for part in parts if not _SHARD.fullmatch(part) and part != "realdata"]
    return "/".join(kept[2:] if len(kept) > 2 and kept[0] == "lustre" else kept)


@dataclass(frozen=True)
class ScanRules:
    """How a dump is read and summed.

    Attributes:
        as_of: The clock: the last second of the dump's date, UTC.
        areas: Where projects lie; the first that fits a directory takes it.
        classes: Kinds of files; the first whose suffix fits takes the file.
        depth: How many levels of directories below an area are told apart; one more below `users`, in any case.
        max_bad_share: Share of bad lines above which the dump is rejected.
        max_tree_directories: Directories summed in memory at a time (170 bytes each); more go to scratch files.
        max_tree_depth: The deepest directories of the tree; what lies deeper counts for these.
        max_line_bytes: Longest line taken.
        chunk_bytes: Text of a chunk; behind each a row group of entries ends, so that parts can be read for themselves.
    """

    as_of: datetime
    areas: tuple[Area, ...]
    classes: tuple[FileClass, ...]
    depth: int = 2
    max_bad_share: float = 0.01
    max_tree_directories: int = 2_950_000
    max_tree_depth: int = MAX_PARTS
    max_line_bytes: int = MAX_LINE_BYTES
    chunk_bytes: int = 256 * 1024**2

    @cached_property
    def as_of_s(self) -> int:
        """The clock in Unix seconds."""
        return int(self.as_of.astimezone(UTC).timestamp())

    @property
    def told(self) -> list[str]:
        """All that decides what is made of a dump, as texts; bounds of memory do not."""
        areas = [area.pattern for area in self.areas]
        deciding = (self.as_of, areas, self.classes, self.depth, self.max_bad_share, self.max_tree_depth)
        return [repr(each) for each in (*deciding, self.max_line_bytes, self.chunk_bytes)]

    @cached_property
    def deepest(self) -> int:
        """How deep directories are told apart: as deep as the tree goes, and as projects do."""
        areas = max((len(area.parts) for area in self.areas), default=0)
        return max(self.max_tree_depth, areas + self.depth + 1)


def parse_areas(text: str) -> tuple[Area, ...]:
    """Areas from a setting: patterns with `;` between them."""
    return tuple(Area(part.strip()) for part in text.split(";") if part.strip())


def parse_classes(text: str) -> tuple[FileClass, ...]:
    """File classes from a setting: `NAME=.suffix .suffix; NAME=...`, in the order in which they are tried."""
    classes = tuple(_file_class(part.strip()) for part in text.split(";") if part.strip())
    names = [each.name for each in classes]
    if len(set(names)) != len(names) or len(names) > _MAX_CLASSES:
        raise BadInputError(f"GRT_LUSTRE_CLASSES is {text!r}: a name occurs twice, or there are over {_MAX_CLASSES}")
    return classes


def _file_class(text: str) -> FileClass:
    name, _, suffixes = text.partition("=")
    found = tuple(suffix.encode() for suffix in suffixes.split())
    if not name.strip() or not found:
        raise BadInputError(f"GRT_LUSTRE_CLASSES has {text!r}: write NAME=.suffix .suffix")
    return FileClass(name.strip(), found)
