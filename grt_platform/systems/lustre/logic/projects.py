"""Which directories are projects: decided once for each directory on the way to an area, by a kernel for all below."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.directories import (
    COUNT,
    Directories,
    grown,
    name_of,
    new_directories,
)
from grt_platform.systems.lustre.logic.kernels.finding import find_children
from grt_platform.systems.lustre.logic.kernels.keys import ASKS, CLOSED, NO_KEY, give_keys
from grt_platform.systems.lustre.logic.kernels.room import wider
from grt_platform.systems.lustre.logic.paths import path_text
from grt_platform.systems.lustre.logic.rules import Area, area_name

_PADDING = bytes(64)


@dataclass(frozen=True, slots=True)
class Way:
    """A directory that may lead to areas: the parts of its path, and these areas."""

    parts: tuple[bytes, ...]
    areas: tuple[Area, ...]

    @property
    def is_area(self) -> bool:
        """Whether it is one itself."""
        return any(len(area.parts) == len(self.parts) for area in self.areas)

    def inside(self, name: bytes) -> "Way":
        """The way on to a sub-directory."""
        position = len(self.parts)
        return Way((*self.parts, name), tuple(area for area in self.areas if area.fits(position, name)))


class NamedKeys(NamedTuple):
    """Keys of a table by themselves: the first is the root, the others follow their parents.

    Attributes:
        parent: Of each key.
        ends, text: Where each name ends, and the names one behind the other; one more end than keys, the first is 0.
    """

    parent: NDArray[np.int32]
    ends: NDArray[np.int32]
    text: NDArray[np.uint8]


class ProjectKeys:
    """The keys of directories, and the keys met so far, which outlive the numbers of directories.

    Attributes:
        key: Of each directory its key's number in `table`, or NO_KEY.
        table: The keys: below its root areas, below these projects, below these their directories.
        areas: Names of areas by their number in `table`.
    """

    def __init__(self, areas: Sequence[Area], depth: int) -> None:
        self._areas, self._depth = tuple(areas), depth
        self.table, self.areas = new_directories(), dict[int, str]()
        self.begin()

    def begin(self) -> None:
        """Forgets the numbers of directories."""
        self._ways = {0: Way((), self._areas)}
        self.key, self._opens = np.full(1, NO_KEY, np.int32), np.full(1, ASKS if self._areas else CLOSED, np.int8)
        self._decided = 1

    def follow(self, known: Directories, count: int) -> None:
        """Gives the first directories, so many, their keys; those that have one keep it."""
        room = len(known.parent)
        if room > len(self.key):
            self.key, self._opens = wider(self.key, room), wider(self._opens, room)
        while (node := give_keys(known, self._decided, count, self.key, self._opens, self.table)) != count:
            parent = int(known.parent[node])
            if self._opens[parent] == ASKS:
                self.key[node], self._opens[node] = self._decide(node, parent, name_of(known, node))
                node += 1
            else:
                self.table = grown(self.table)
            self._decided = node
        self._decided = count

    def _decide(self, node: int, parent: int, name: bytes) -> tuple[int, int]:
        way = self._ways[parent].inside(name)
        if way.is_area:
            return self._area(area_name([path_text(part) for part in way.parts])), self._depth
        if way.areas:
            self._ways[node] = way
        return NO_KEY, ASKS if way.areas else CLOSED

    def _area(self, name: str) -> int:
        """The key of an area; its name in the table begins with a slash, so that none is empty."""
        text = b"/" + name.encode()
        ends, padded = np.array([0, len(text)], np.int32), np.frombuffer(bytearray(text + _PADDING), np.uint8)
        [node] = self._children(np.zeros(1, np.int32), np.ones(1, np.uint8), ends, padded)
        self.areas[int(node)] = name
        return int(node)

    def _children(
        self, parents: NDArray[np.int32], wanted: NDArray[np.uint8], ends: NDArray[np.int32], text: NDArray[np.uint8]
    ) -> NDArray[np.int32]:
        """The keys of these names below these parents, where they are wanted; new ones are made."""
        nodes, done = np.zeros_like(parents), 0
        while (done := find_children(self.table, parents, wanted, text, ends, done, nodes)) != len(parents):
            self.table = grown(self.table)
        return nodes

    def named(self) -> NamedKeys:
        """All keys."""
        count, filled = self.table.now.tolist()
        ends = np.zeros(count + 1, np.int32)
        np.cumsum([len(name_of(self.table, node)) for node in range(count)], out=ends[1:])
        return NamedKeys(self.table.parent[:count], ends, self.table.names[:filled])

    def take(self, named: NamedKeys) -> NDArray[np.int32]:
        """The numbers here of the keys of another table; those that were not here are new."""
        at, depth = np.zeros(len(named.parent), np.int32), np.zeros(len(named.parent), np.int32)
        for key in range(1, len(depth)):
            depth[key] = depth[named.parent[key]] + 1
        text = np.concatenate([named.text, np.frombuffer(_PADDING, np.uint8)])
        for level in range(1, int(depth.max()) + 1):
            wanted = depth == level
            at[wanted] = self._children(at[named.parent], wanted.astype(np.uint8), named.ends, text)[wanted]
        for key in np.flatnonzero(depth == 1).tolist():
            self.areas[int(at[key])] = name_of(self.table, int(at[key]))[1:].decode()
        return at

    def ways_up(self) -> NDArray[np.int32]:
        """Each key in a column, in the next row its parent and so on; the last row is 0."""
        up = np.arange(int(self.table.now[COUNT]), dtype=np.int32)
        found = [up]
        while up.any():
            up = self.table.parent[up]
            found.append(up)
        return np.array(found)
