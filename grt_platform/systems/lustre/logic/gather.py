"""Columns of entries added up as they come: by user and group, by project, by directory."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.ahead import ahead
from grt_platform.systems.lustre.logic.frames import users_frame
from grt_platform.systems.lustre.logic.kernels.directories import COUNT, Directories, new_directories
from grt_platform.systems.lustre.logic.kernels.lines import DIRECTORY, Columns
from grt_platform.systems.lustre.logic.kernels.numbers import TYPE
from grt_platform.systems.lustre.logic.kernels.pairs import FILES, PAIRS, TOTAL, USED, new_pairs, roomy
from grt_platform.systems.lustre.logic.kernels.room import wider
from grt_platform.systems.lustre.logic.kernels.sums import CLASSES, Placed, add_keys, add_placed, add_rows, roll_up
from grt_platform.systems.lustre.logic.project_sums import ProjectSums
from grt_platform.systems.lustre.logic.projects import ProjectKeys
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.logic.spill import Scratch, Spill
from grt_platform.systems.lustre.logic.tree_rows import evened, tree_chunks, tree_frame, tree_frames

_ROOM_MORE = 1 << 18
"""More directories than allowed come with the last rows before sums are set aside."""
_DIRECTORIES_A_KEY, _LEAST_SHARE = 2, 4
"""A project's key, with its sums and groups, takes as much memory as two directories; these are left a quarter."""


class Known(NamedTuple):
    """Directories, and how many of them are complete: those that came since may be half written."""

    directories: Directories
    complete: int

    @classmethod
    def now(cls, directories: Directories) -> "Known":
        """All that there are."""
        return cls(directories, int(directories.now[COUNT]))


class Gathered:
    """What the rows taken so far add up to; memory is bounded by users, projects, and the directories allowed."""

    def __init__(self, rules: ScanRules, scratch: Scratch, tidy: Callable[[], None] | None = None) -> None:
        self._last = new_directories()
        self._rules, self._classes = rules, [each.name for each in rules.classes]
        self._users, self._width = new_pairs(), CLASSES + len(rules.classes)
        self._spill = Spill(scratch, tidy)
        self._begin_projects()
        self._begin_directories()

    def _begin_projects(self) -> None:
        self._keys = ProjectKeys(self._rules.areas, self._rules.depth)
        self._key_sums = np.zeros((0, self._width), np.int64)
        self._owners, self._own = new_pairs(USED + 1), new_pairs(0)

    def _begin_directories(self) -> None:
        room = self._rules.max_tree_directories + _ROOM_MORE
        self._sums = np.zeros((room, self._width), np.int64)  # pages that nobody touches take no memory
        self._keys.begin()

    def add(self, columns: Columns, first: int, behind: int, known: Known, source: str) -> int:
        """Adds rows, best while they are still in the processor's cache; returns how many of them are directories.

        Other rows may be read meanwhile.
        """
        self._follow(known)
        values, file_class, node = columns.values, columns.file_class, columns.node
        done = first
        while True:
            places = (known.directories, self._keys.key, self._sums, self._users, self._owners, self._own)
            done = add_rows(values, file_class, node, done, behind, self._rules.as_of_s, *places)
            if done == behind:
                return int(np.count_nonzero(values[TYPE, first:behind] == DIRECTORY))
            if done < 0:
                raise BadSourceError("the sizes add up to more than 2^63 bytes", source)
            self._users, self._owners, self._own = roomy(self._users), roomy(self._owners), roomy(self._own)

    def add_placed(self, rows: Placed, known: Known) -> None:
        """Adds rows to the sums of their directories alone."""
        self._follow(known)
        add_placed(rows, self._rules.as_of_s, self._sums)

    def settle(self, known: Directories) -> Directories:
        """The directories to go on with: the same, or none where there were too many and their sums are set aside."""
        self._spill.tidy()  # not before: who called held the directories then
        if int(known.now[COUNT]) <= self._allowed():
            return known
        self._close_directories(known)
        self._set_aside(known)
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
        self._follow(Known.now(known))
        self._close_directories(known)
        if self._spill.is_used:
            self._set_aside(known)  # now, for projects need room too
        else:
            self._last = known._replace(slots=np.zeros(0, np.uint64))  # nothing is looked up any more

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
        if self._spill.is_used:
            yield from (tree_frame(frame, self._classes) for frame in self.raw_tree())
        else:
            yield from tree_frames(self._last, self._sums, self._rules.max_tree_depth, self._classes)

    def raw_tree(self) -> Iterator[pl.DataFrame]:
        """The same as `tree_chunks` gives it."""
        if self._spill.is_used:
            yield from ahead(evened(self._spill.merged()))
        else:
            yield from ahead(tree_chunks(self._last, self._sums, self._rules.max_tree_depth))

    def _allowed(self) -> int:
        """How many directories there may be; what is known of projects stays, so it takes room from them."""
        most, kept = self._rules.max_tree_directories, int(self._keys.table.now[COUNT])
        return max(most - _DIRECTORIES_A_KEY * kept, most // _LEAST_SHARE)

    def _set_aside(self, known: Directories) -> None:
        self._spill.add_run(tree_chunks(known, self._sums, self._rules.max_tree_depth))
        self._begin_directories()

    def _follow(self, known: Known) -> None:
        """Every directory has a key and sums."""
        self._sums = _with_room(self._sums, known.complete)
        self._keys.follow(known.directories, known.complete)

    def _close_directories(self, known: Directories) -> None:
        """Adds up the keys, then all that is below each directory."""
        self._key_sums = _with_room(self._key_sums, int(self._keys.table.now[COUNT]))
        add_keys(int(known.now[COUNT]), self._keys.key, self._sums, self._key_sums)
        roll_up(known, self._sums)


def _with_room(sums: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The sums, with room for so many directories or more."""
    return sums if count <= len(sums) else wider(sums, max(count, 2 * len(sums)))
