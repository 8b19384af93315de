"""Sums of more directories than memory may hold: sorted runs in scratch files, merged at the end."""

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import BinaryIO

import polars as pl

from grt_platform.systems.lustre.logic.frame_files import Place, places, write_frame

Scratch = Callable[[], BinaryIO]
"""Makes an empty file that can be written and read, and is gone when closed."""


class Spill:
    """Runs of frames sorted by depth and path; what several runs say of one directory is added up.

    Memory: one frame of each run.

    Args:
        scratch: Makes the files.
        tidy: Gives freed memory back; None for nobody.
    """

    def __init__(self, scratch: Scratch, tidy: Callable[[], None] | None = None) -> None:
        self._scratch, self._tidy, self._is_untidy = scratch, tidy, False
        self._files: list[BinaryIO] = []
        self._runs: list[dict[int, list[Place]]] = []

    @property
    def is_used(self) -> bool:
        """Whether anything was set aside."""
        return bool(self._runs)

    def add_run(self, frames: Iterable[pl.DataFrame]) -> None:
        """Sets a run aside; each of its frames is of one depth."""
        file = self._scratch()
        write_run(file, frames)
        self.take_run(file)
        self._is_untidy = True

    def tidy(self) -> None:
        """Has given back, once, what making the last run needed."""
        if self._is_untidy and self._tidy is not None:
            self._tidy()
        self._is_untidy = False

    def take_run(self, file: BinaryIO) -> None:
        """The same for a run that was written elsewhere; the file is closed at the end."""
        run = dict[int, list[Place]]()
        self._files.append(file)
        for place in places(file):
            run.setdefault(place.mark, []).append(place)
        self._runs.append(run)

    def merged(self) -> Iterator[pl.DataFrame]:
        """The frames of all runs as those of one; closes the scratch files."""
        try:
            for depth in range(max((depth for run in self._runs for depth in run), default=-1) + 1):
                yield from _merge([iter(run.get(depth, ())) for run in self._runs])
        finally:
            self.close()

    def close(self) -> None:
        """Lets go of the scratch files."""
        for file in self._files:
            file.close()


def write_run(file: BinaryIO, frames: Iterable[pl.DataFrame]) -> None:
    """Writes a run into a file; each of its frames is of one depth."""
    for frame in frames:
        write_frame(file, frame, frame["depth"][0])


def _merge(runs: list[Iterator[Place]]) -> Iterator[pl.DataFrame]:
    """Merges sorted frames: always as far as the first of their last paths, up to which nothing can follow."""
    heads = dict[int, pl.DataFrame]()
    while True:
        for number, run in enumerate(runs):
            if number not in heads and (piece := next(run, None)) is not None:
                heads[number] = piece.read()
        if not heads:
            return
        pivot = min(frame["path"][-1] for frame in heads.values())
        ready = [frame.filter(pl.col("path") <= pl.lit(pivot, pl.Binary)) for frame in heads.values()]
        yield _added_up(ready)
        rest = {number: frame[part.height :] for (number, frame), part in zip(heads.items(), ready, strict=True)}
        heads = {number: frame for number, frame in rest.items() if frame.height}


def _added_up(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Sorted frames as one; the few rows of paths that several have are added up."""
    rows = reduce(lambda one, other: one.merge_sorted(other, "path"), parts)
    is_again = (rows["path"] == rows["path"].shift(1)).fill_null(value=False)
    is_shared = is_again | is_again.shift(-1, fill_value=False)
    if not is_shared.any():
        return rows
    newest, oldest = pl.col("last_modified_at").max(), pl.col("oldest_accessed_at").min()
    sums = pl.exclude("depth", "path", "last_modified_at", "oldest_accessed_at").sum()
    added = rows.filter(is_shared).group_by("path").agg(pl.col("depth").first(), newest, oldest, sums)
    return rows.filter(~is_shared).merge_sorted(added.select(rows.columns).sort("path"), "path")
