"""Sums of project keys as rows of `project_totals`, each with its owner."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.arrow import class_bytes, readable_paths
from grt_platform.systems.lustre.logic.kernels.directories import COUNT, Directories
from grt_platform.systems.lustre.logic.kernels.keys import NO_OWNER, add_above, choose_owners
from grt_platform.systems.lustre.logic.kernels.pairs import FILES, NEWEST, PAIRS, USED, Pairs, grown_pairs, new_pairs
from grt_platform.systems.lustre.logic.kernels.sums import CLASSES, FILE_USED, newest_times
from grt_platform.systems.lustre.logic.kernels.written import measure
from grt_platform.systems.lustre.logic.moments import moment
from grt_platform.systems.lustre.logic.projects import ProjectKeys
from grt_platform.systems.lustre.logic.rules import NO_TIME

_ORDER = ("area", "project", "directory")


def projects_frame(
    keys: ProjectKeys, sums: NDArray[np.int64], bytes_by_gid: Pairs, own: Pairs, classes: Sequence[str]
) -> pl.DataFrame:
    """`project_totals`: what each key holds with all below it, with its owner, sorted.

    Args:
        keys: All keys.
        sums: Theirs, with all below; by number.
        bytes_by_gid: Bytes of files by key and gid, without those below.
        own: Groups of the keys' own directories.
        classes: Names of file classes.
    """
    ways = keys.ways_up()
    owner = _owners(keys.table, bytes_by_gid, own, len(ways))[1:]
    mine = sums[1 : ways.shape[1]]
    texts = _texts(keys, ways[:, 1:])
    frame = texts.with_columns(
        pl.Series("owner_gid", owner).replace(NO_OWNER, None),
        pl.Series("used_bytes", mine[:, FILE_USED].copy()),
        pl.Series("files", mine[:, FILES].copy()),
        pl.Series("last_modified_at", newest_times(mine[:, NEWEST])),
        class_bytes(mine[:, CLASSES:].T.copy(), list(classes)),
    )
    return frame.with_columns(moment("last_modified_at", NO_TIME)).sort(_ORDER)


def _texts(keys: ProjectKeys, ways: NDArray[np.int32]) -> pl.DataFrame:
    """Area, project and directory of each key."""
    each, depth = np.arange(ways.shape[1]), np.count_nonzero(ways, axis=0)
    area, project = ways[depth - 1, each], np.where(depth > 1, ways[depth - 2, each], 0)
    areas = np.array(sorted(keys.areas), np.int32)
    names = pl.Series("area", [keys.areas[number] for number in areas.tolist()], pl.String())
    parent = keys.table.parent[: int(keys.table.now[COUNT])].copy()
    parent[areas] = 0
    is_project = np.isin(parent, areas)
    alone = np.where(is_project, 0, parent)
    below = np.where(is_project[parent], 0, parent)
    return pl.DataFrame(
        [
            names.gather(np.searchsorted(areas, area)),
            _text(keys.table, alone, project, "project"),
            _text(keys.table, below, np.where(depth > 2, ways[0], 0), "directory"),
        ]
    )


def _text(table: Directories, parent: NDArray[np.int32], nodes: NDArray[np.int32], name: str) -> pl.Series:
    """Paths in the table by these parents, without their first slash, as people read them; empty for the root."""
    other = table._replace(parent=parent, reach=np.zeros(len(parent), np.int32))
    measure(other)
    return readable_paths(other, nodes.astype(np.int32)).str.strip_prefix("/").alias(name)


def _owners(table: Directories, bytes_by_gid: Pairs, own: Pairs, levels: int) -> NDArray[np.int64]:
    """The owner of each key; NO_OWNER where nobody has a file in it and its directories do not agree."""
    below, done = new_pairs(USED + 1), 0
    while (done := add_above(table, bytes_by_gid, done, levels, below)) != int(bytes_by_gid.now[PAIRS]):
        below = grown_pairs(below)
    owner = np.full(int(table.now[COUNT]), NO_OWNER, np.int64)
    choose_owners(below, own, owner, np.zeros_like(owner))
    return owner
