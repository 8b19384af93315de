"""Columns of entries added up as they come: by user and group, by project, by directory."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import polars as pl

from grt_platform.kernel.ahead import one_ahead, soon
from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.frames import users_frame
from grt_platform.systems.lustre.logic.kernels.compact import new_compact, with_beyond, with_rows
from grt_platform.systems.lustre.logic.kernels.directories import COUNT, Directories, new_directories
from grt_platform.systems.lustre.logic.kernels.lines import DIRECTORY, Columns
from grt_platform.systems.lustre.logic.kernels.numbers import TYPE
from grt_platform.systems.lustre.logic.kernels.order import by_depth_and_path
from grt_platform.systems.lustre.logic.kernels.pairs import FILES, PAIRS, TOTAL, USED, new_pairs, with_room_for
from grt_platform.systems.lustre.logic.kernels.room import wider
from grt_platform.systems.lustre.logic.kernels.sums import CLASSES, Placed, add_keys, add_placed, add_rows, roll_up
from grt_platform.systems.lustre.logic.project_sums import ProjectSums
from grt_platform.systems.lustre.logic.projects import ProjectKeys
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.logic.spill import Scratch, Spill
from grt_platform.systems.lustre.logic.tree_rows import Tree, evened, tree_chunks, tree_frame, tree_frames

_ROOM_MORE = 1 << 18
"""More directories than allowed come with the last rows before sums are set aside."""
_DIRECTORIES_A_KEY, _LEAST_SHARE = 4, 4
"""A project's key, with its sums and groups, takes as much memory as two directories, and once more while tables grow;
directories are left a quarter."""


class Gathered:
    """What the rows taken so far add up to; memory is bounded by users, projects, and the directories allowed."""

    def __init__(self, rules: ScanRules, scratch: Scratch, tidy: Callable[[], None] | None = None) -> None:
        self._rules, self._classes = rules, [each.name for each in rules.classes]
        self._users, self._width = new_pairs(), CLASSES + len(rules.classes)
        self._spill = Spill(scratch, tidy)
        self._last: Tree | None = None
        self._begin_projects()
        self._begin_directories()

    def _begin_projects(self) -> None:
        self._keys = ProjectKeys(self._rules.areas, self._rules.depth)
        self._key_sums = np.zeros((0, self._width), np.int64)
        self._owners, self._own = new_pairs(USED + 1), new_pairs(0)

    def _begin_directories(self) -> None:
        room = self._rules.max_tree_directories + _ROOM_MORE
        self._sums = new_compact(room, self._width)
        self._keys.begin()

    def add(self, columns: Columns, first: int, behind: int, known: Directories, source: str) -> int:
        """Adds rows, best while they are still in the processor's cache; returns how many of them are directories."""
        self._follow(known)
        values, file_class, node = columns.values, columns.file_class, columns.node
        done = first
        while True:
            places = (known, self._keys.key, self._sums, self._users, self._owners, self._own)
            done = add_rows(values, file_class, node, done, behind, self._rules.as_of_s, *places)
            if done == behind:
                return int(np.count_nonzero(values[TYPE, first:behind] == DIRECTORY))
            if done < 0:
                raise BadSourceError("the sizes add up to more than 2^63 bytes", source)
            self._users, self._sums = with_room_for(self._users, 1), with_beyond(self._sums)
            self._owners, self._own = with_room_for(self._owners, 1), with_room_for(self._own, 1)

    def add_placed(self, rows: Placed, known: Directories) -> None:
        """Adds rows to the sums of their directories alone."""
        self._follow(known)
        done = 0
        while (done := add_placed(rows, done, self._rules.as_of_s, self._sums)) != len(rows.size):
            self._sums = with_beyond(self._sums)

    def settle(self, known: Directories) -> Directories:
        """The directories to go on with: the same, or none where there were too many and their sums are set aside."""
        self._spill.tidy()  # not before: who called held the directories then
        if int(known.now[COUNT]) <= self._allowed():
            return known
        self._set_aside(self._close_directories(known))
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
        """Rolls up; nothing may be added any more."""
        self._follow(known)
        self._last = self._close_directories(known)
        if self._spill.is_used:
            self._set_aside(self._last)  # now, for projects need room too
            self._last = None

    def projects(self) -> pl.DataFrame:
        """`project_totals` of all rows; once, after `finish`."""
        return self.project_sums().frame(self._classes)

    def project_sums(self) -> ProjectSums:
        """The same before it is rolled up; nothing of it is kept, for the tree needs room too."""
        sums = ProjectSums(self._keys, self._key_sums, self._owners, self._own)
        self._begin_projects()
        return sums

    def tree(self) -> Iterator[pl.DataFrame]:
        """`tree` of all rows, in frames, sorted by depth and path; once, after `finish`."""
        if self._last is None:
            yield from (tree_frame(frame, self._classes) for frame in self.raw_tree())
        else:
            yield from tree_frames(self._last, self._rules.max_tree_depth, self._classes)

    def raw_tree(self) -> Iterator[pl.DataFrame]:
        """The same as `tree_chunks` gives it."""
        if self._last is None:
            yield from one_ahead(evened(self._spill.merged()))
        else:
            yield from tree_chunks(self._last, self._rules.max_tree_depth)

    def _allowed(self) -> int:
        """How many directories there may be; what is known of projects stays, so it takes room from them."""
        most, kept = self._rules.max_tree_directories, int(self._keys.table.now[COUNT])
        return max(most - _DIRECTORIES_A_KEY * kept, most // _LEAST_SHARE)

    def _set_aside(self, tree: Tree) -> None:
        self._spill.add_run(tree_chunks(tree, self._rules.max_tree_depth))
        self._begin_directories()

    def _follow(self, known: Directories) -> None:
        """Every directory has a key and sums."""
        count = int(known.now[COUNT])
        self._sums = with_rows(self._sums, count)
        self._keys.follow(known, count)

    def _close_directories(self, known: Directories) -> Tree:
        """Adds up the keys, then all that is below each directory, while directories are put in order."""
        count, keys = int(known.now[COUNT]), int(self._keys.table.now[COUNT])
        if keys > len(self._key_sums):
            self._key_sums = wider(self._key_sums, max(keys, 2 * len(self._key_sums)))
        known = known._replace(slots=np.zeros(0, np.uint64))  # nothing is looked up any more
        order = soon(partial(by_depth_and_path, known))
        add_keys(count, self._keys.key, self._sums, self._key_sums)
        while count := roll_up(known, count, self._sums):
            self._sums = with_beyond(self._sums)
        return Tree(known, self._sums, order)
