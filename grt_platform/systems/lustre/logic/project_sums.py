"""What projects add up to, before it becomes rows: sums by key, by key and group, which those of parts are added to."""

from collections.abc import Sequence
from typing import BinaryIO, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.directories import COUNT
from grt_platform.systems.lustre.logic.kernels.pairs import NEWEST, PAIRS, USED, Pairs
from grt_platform.systems.lustre.logic.kernels.sums import OLDEST, roll_up_keys
from grt_platform.systems.lustre.logic.project_rows import projects_frame
from grt_platform.systems.lustre.logic.projects import NamedKeys, ProjectKeys

_MOST = [NEWEST, OLDEST]


class ProjectSums(NamedTuple):
    """Sums of projects.

    Attributes:
        keys: The keys.
        sums: A row for each, without what is below it; columns as those of directories.
        owners: Bytes of files by key and group.
        own: Groups of the keys' own directories.
    """

    keys: ProjectKeys
    sums: NDArray[np.int64]
    owners: Pairs
    own: Pairs

    def frame(self, classes: Sequence[str]) -> pl.DataFrame:
        """`project_totals`; once."""
        roll_up_keys(self.keys.table, self.sums)
        return projects_frame(self.keys, self.sums, self.owners, self.own, classes)

    def write(self, file: BinaryIO) -> None:
        """Writes them into a file."""
        count, named = int(self.keys.table.now[COUNT]), self.keys.named()
        np.savez(
            file,
            parent=named.parent,
            ends=named.ends,
            text=named.text,
            sums=self.sums[:count],
            owners=self.owners.keys[: int(self.owners.now[PAIRS])],
            owned=self.owners.sums[: int(self.owners.now[PAIRS]), USED],
            own=self.own.keys[: int(self.own.now[PAIRS])],
        )

    @classmethod
    def added(cls, files: Sequence[BinaryIO]) -> Self:
        """The sums that were written into files, added up.

        Raises:
            ValueError: A file holds none.
        """
        keys, sums = ProjectKeys((), 0), np.zeros((1, 0), np.int64)
        owners, owned, own = [_NO_PAIRS], [np.zeros(0, np.int64)], [_NO_PAIRS]
        for file in files:
            part = np.load(file, allow_pickle=False)
            at = keys.take(NamedKeys(part["parent"], part["ends"], part["text"]))
            sums = _with(sums, at, part["sums"], int(keys.table.now[COUNT]))
            owners.append(_renamed(part["owners"], at))
            owned.append(part["owned"])
            own.append(_renamed(part["own"], at))
        bytes_by_gid = _pairs(np.concatenate(owners), np.concatenate(owned))
        groups = np.unique(np.concatenate(own), axis=0)
        return cls(keys, sums, bytes_by_gid, _pairs(groups, np.zeros(len(groups), np.int64)))


_NO_PAIRS = np.zeros((0, 2), np.int64)


def _with(sums: NDArray[np.int64], at: NDArray[np.int32], more: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Sums of so many keys, to which those of one part were added; each of its keys has a place of its own."""
    wider = np.zeros((count, more.shape[1]), np.int64)
    wider[: len(sums), : sums.shape[1]] = sums
    most = np.maximum(wider[at][:, _MOST], more[:, _MOST])
    wider[at] += more
    wider[at[:, None], _MOST] = most
    return wider


def _renamed(pairs: NDArray[np.int64], at: NDArray[np.int32]) -> NDArray[np.int64]:
    """Pairs of key and group with other numbers of keys."""
    return np.column_stack([at[pairs[:, 0]], pairs[:, 1]]).astype(np.int64)


def _pairs(keys: NDArray[np.int64], used: NDArray[np.int64]) -> Pairs:
    """Pairs to go through, not to be looked up."""
    sums, keys = np.zeros((len(keys), USED + 1), np.int64), np.ascontiguousarray(keys)
    sums[:, USED] = used
    return Pairs(np.array([len(keys), 0], np.int64), keys, sums, np.zeros(1, np.int32))
