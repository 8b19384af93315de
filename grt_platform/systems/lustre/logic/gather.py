"""Columns of entries added up as they come: by user and group, by project, by directory."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.entries import paths_of
from grt_platform.systems.lustre.logic.frames import projects_frame, tree_columns, tree_frame, users_frame
from grt_platform.systems.lustre.logic.kernels.directories import COUNT, Directories, new_directories
from grt_platform.systems.lustre.logic.kernels.lines import Columns
from grt_platform.systems.lustre.logic.kernels.sums import (
    CLASSES,
    FILES,
    INODES,
    NEWEST,
    PAIRS,
    TOTAL,
    Pairs,
    add_directories,
    add_keys,
    add_owners,
    add_users,
    clear_sums,
    grown_pairs,
    inherit,
    measure_depths,
    new_pairs,
    roll_up,
)
from grt_platform.systems.lustre.logic.projects import ProjectKeys, roll_up_keys
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.logic.spill import Scratch, Spill

_Number = TypeVar("_Number", bound=np.generic)
_CHUNK = 131_072


class Gathered:
    """What the rows taken so far add up to; memory is bounded by users, projects, and the directories allowed."""

    def __init__(self, rules: ScanRules, scratch: Scratch) -> None:
        self._rules, self._classes = rules, [each.name for each in rules.classes]
        self._users, self._owners, self._own = new_pairs(), new_pairs(), new_pairs()
        self._keys = ProjectKeys(rules.areas, rules.depth)
        self._width = CLASSES + len(rules.classes)
        self._key_sums = np.zeros((0, self._width), np.int64)
        self._spill = Spill(scratch)
        self._begin_directories()

    def _begin_directories(self) -> None:
        self._sums = np.zeros((0, self._width), np.int64)
        self._key, self._asks = np.zeros(0, np.int32), np.zeros(0, np.uint8)
        self._decided = self._cleared = 0

    def take(self, columns: Columns, rows: int, known: Directories, source: str) -> Directories:
        """Adds the rows; returns the directories to go on with: the same, or none where their sums were spilled."""
        self._make_room(known)
        self._decide(known)
        self._add_users(columns, rows, source)
        self._add_owners(columns, rows, known)
        add_directories(columns.values, columns.file_class, columns.node, rows, self._sums, self._rules.as_of_s)
        if int(known.now[COUNT]) <= self._rules.max_tree_directories:
            return known
        self._close_directories(known)
        self._spill.add_run(self._chunks(known))
        self._begin_directories()
        return new_directories()

    def close(self) -> None:
        """Lets go of what was set aside."""
        self._spill.close()

    def users(self) -> pl.DataFrame:
        """`user_usage` of all rows."""
        return users_frame(self._users)

    def totals(self) -> tuple[int, int]:
        """Used bytes and regular files of all rows."""
        return int(self._users.now[TOTAL]), int(self._users.sums[: int(self._users.now[PAIRS]), FILES].sum())

    def finish(self, known: Directories) -> None:
        """Rolls up; nothing may be taken any more."""
        self._make_room(known)
        self._decide(known)
        self._close_directories(known)
        self._last = known

    def projects(self) -> pl.DataFrame:
        """`project_totals` of all rows; once, after `finish`."""
        keys = list(self._keys.numbers)
        roll_up_keys(keys, self._key_sums, NEWEST)
        return projects_frame(keys, self._key_sums[: len(keys)], self._owners, self._own, self._classes)

    def tree(self) -> Iterator[pl.DataFrame]:
        """`tree` of all rows, in frames, sorted by depth and path; once, after `finish`."""
        frames = self._chunks(self._last)
        if self._spill.is_used:
            self._spill.add_run(frames)
            self._begin_directories()
            frames = self._spill.merged()
        yield from (tree_frame(frame, self._classes) for frame in frames)

    def _make_room(self, known: Directories) -> None:
        room, count = len(known.parent), int(known.now[COUNT])
        if room > len(self._sums):
            sums = np.empty((room, self._width), np.int64)
            sums[: self._cleared] = self._sums[: self._cleared]
            self._sums = sums
            self._key, self._asks = _wider(self._key, room), _wider(self._asks, room)
        clear_sums(self._sums, self._cleared, count)
        self._cleared = max(self._cleared, count)

    def _decide(self, known: Directories) -> None:
        count = int(known.now[COUNT])
        if self._decided == 0:
            self._key[0], self._asks[0] = self._keys.begin()
            self._decided = 1
        while (node := inherit(known, self._decided, self._key, self._asks)) < count:
            begin = int(known.begin[node])
            name = known.names[begin : begin + int(known.length[node])].tobytes()
            self._key[node], self._asks[node] = self._keys.decide(node, int(known.parent[node]), name)
            self._decided = node + 1
        self._decided = count

    def _add_users(self, columns: Columns, rows: int, source: str) -> None:
        done = 0
        while (done := add_users(columns.values, done, rows, self._users, self._rules.as_of_s)) != rows:
            if done < 0:
                raise BadSourceError("the sizes add up to more than 2^63 bytes", source)
            self._users = grown_pairs(self._users)

    def _add_owners(self, columns: Columns, rows: int, known: Directories) -> None:
        done, values, node = 0, columns.values, columns.node
        while (done := add_owners(values, node, done, rows, known, self._key, self._owners, self._own)) != rows:
            self._owners, self._own = _roomy(self._owners), _roomy(self._own)

    def _close_directories(self, known: Directories) -> None:
        """Adds up the keys, then all that is below each directory."""
        more = len(self._keys.numbers) - len(self._key_sums)
        fresh = np.empty((more, self._width), np.int64)
        clear_sums(fresh, 0, more)
        self._key_sums = np.concatenate([self._key_sums, fresh])
        add_keys(int(known.now[COUNT]), self._key, self._sums, self._key_sums)
        roll_up(known, self._sums)

    def _chunks(self, known: Directories) -> Iterator[pl.DataFrame]:
        """Depth, path and raw numbers of all directories that hold anything, by depth and path."""
        depths = np.empty(int(known.now[COUNT]), np.int32)
        measure_depths(known, depths)
        depths[self._sums[: len(depths), INODES] == 0] = -1
        for depth in range(int(depths.max(initial=-1)) + 1):
            nodes = np.flatnonzero(depths == depth).astype(np.int32)
            paths = pl.Series("path", paths_of(known, nodes), pl.Binary) if depth else pl.Series("path", [b"/"])
            order = paths.arg_sort().to_numpy()
            for start in range(0, len(nodes), _CHUNK):
                part = order[start : start + _CHUNK]
                numbers = tree_columns(self._sums[nodes[part]], self._classes)
                head = [pl.Series("depth", np.full(len(part), depth, np.int64)), paths.gather(part)]
                yield pl.DataFrame(head).with_columns(**{name: pl.Series(each) for name, each in numbers.items()})


def _wider(array: NDArray[_Number], room: int) -> NDArray[_Number]:
    wider = np.zeros(room, array.dtype)
    wider[: len(array)] = array
    return wider


def _roomy(pairs: Pairs) -> Pairs:
    """The pairs, with more room where they are full."""
    return grown_pairs(pairs) if int(pairs.now[PAIRS]) == len(pairs.keys) else pairs
