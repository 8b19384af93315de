"""Parts of a dump, each read for itself, added up to what one pass over the whole finds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import polars as pl

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.counts import Counts
from grt_platform.systems.lustre.logic.frame_files import places, write_frame
from grt_platform.systems.lustre.logic.gather import Gathered
from grt_platform.systems.lustre.logic.project_sums import ProjectSums
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.logic.scan import Scanned
from grt_platform.systems.lustre.logic.spill import Spill, write_run
from grt_platform.systems.lustre.logic.tree_rows import evened, tree_frame

_MOST_BYTES = (1 << 63) - 1


class PartFiles(NamedTuple):
    """What a part adds up to, in files.

    Attributes:
        users: `user_usage` of the part.
        projects: `ProjectSums`.
        tree: A run of `Spill`.
    """

    users: BinaryIO
    projects: BinaryIO
    tree: BinaryIO


def write_part(scanned: Scanned[Gathered], files: PartFiles) -> None:
    """Writes what was found in some chunks of a dump into empty files."""
    write_frame(files.users, scanned.users)
    scanned.sums.project_sums().write(files.projects)
    write_run(files.tree, scanned.sums.raw_tree())


@dataclass(frozen=True)
class Added:
    """What the parts add up to.

    Attributes:
        parts: In the order of the dump; their files are closed once the tree was asked for.
        rules: How they were read.
    """

    parts: Sequence[PartFiles]
    rules: ScanRules

    def users(self) -> pl.DataFrame:
        """`user_usage` of all."""
        frames = [place.read() for part in self.parts for place in places(part.users)]
        sums = pl.col("used_bytes", "inodes", "files").sum()
        return pl.concat(frames).group_by("uid", "gid").agg(sums, pl.col("last_modified_at").max()).sort("uid", "gid")

    def projects(self) -> pl.DataFrame:
        """`project_totals` of all."""
        return ProjectSums.added([part.projects for part in self.parts]).frame(self._classes)

    def tree(self) -> Iterator[pl.DataFrame]:
        """`tree` of all in frames, by depth and path."""
        spill = Spill(_no_scratch)
        for part in self.parts:
            spill.take_run(part.tree)
        yield from (tree_frame(frame, self._classes) for frame in evened(spill.merged()))

    @property
    def _classes(self) -> list[str]:
        return [each.name for each in self.rules.classes]


def added(
    told: Sequence[Mapping[str, Any]], parts: Sequence[PartFiles], source: str, rules: ScanRules
) -> Scanned[Added]:
    """What a dump adds up to.

    Args:
        told: Of each part its `Counts`.
        parts: The parts, in the order of the dump.
        source: Its name, for errors.
        rules: How the parts were read.

    Raises:
        BadSourceError: It holds too many bad lines, or its sizes are beyond 64 bits.
    """
    counts = Counts.added(told)
    counts.check(source, rules.max_bad_share)
    if counts.used_bytes > _MOST_BYTES:
        raise BadSourceError("the sizes add up to more than 2^63 bytes", source)
    sums = Added(parts, rules)
    return Scanned(counts, sums.users(), sums)


def _no_scratch() -> BinaryIO:
    raise AssertionError("runs that are there already need no scratch file")
