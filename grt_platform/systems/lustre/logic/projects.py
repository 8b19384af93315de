"""Which directories are projects: decided once for each directory near an area, inherited by all below."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.paths import path_text
from grt_platform.systems.lustre.logic.rules import Area, area_name

Key = tuple[str, tuple[bytes, ...]]
"""An area's name and the parts of a directory's path below it."""
NO_KEY = -1
_USERS = b"users"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a directory lies: on the way to these areas, or, with a key, in one.

    Attributes:
        parts: Its path from the root on.
        areas: Those that its path may still lead to.
        key: The project directory it is; None outside areas.
        is_open: Whether its sub-directories are told apart.
    """

    parts: tuple[bytes, ...]
    areas: tuple[Area, ...]
    key: Key | None = None
    is_open: bool = True

    def inside(self, name: bytes, depth: int) -> "Place | None":
        """The place of a sub-directory; None where it leads to no area."""
        if self.key is not None:
            area, below = self.key[0], (*self.key[1], name)
            is_open = len(below) < depth or (len(below) == depth and name.lower() == _USERS)
            return Place((*self.parts, name), (), (area, below), is_open)
        position = len(self.parts)
        fitting = tuple(area for area in self.areas if area.fits(position, name))
        parts = (*self.parts, name)
        if any(len(area.parts) == len(parts) for area in fitting):
            return Place(parts, (), (area_name([path_text(part) for part in parts]), ()))
        return Place(parts, fitting) if fitting else None


@dataclass
class ProjectKeys:
    """The keys met so far, numbered; they outlive the numbers of directories.

    Attributes:
        numbers: The number of each key.
    """

    areas: Sequence[Area]
    depth: int
    numbers: dict[Key, int] = field(default_factory=dict)
    _places: dict[int, Place] = field(default_factory=dict)

    def begin(self) -> tuple[int, bool]:
        """Forgets the numbers of directories; the key and openness of `/`."""
        self._places = {0: Place((), tuple(self.areas))}
        return NO_KEY, bool(self.areas)

    def decide(self, node: int, parent: int, name: bytes) -> tuple[int, bool]:
        """The key's number of a directory whose parent is open, and whether it is open itself."""
        place = self._places[parent].inside(name, self.depth)
        if place is None:
            return NO_KEY, False
        if place.is_open:
            self._places[node] = place
        if place.key is None:
            return NO_KEY, True
        return self.numbers.setdefault(place.key, len(self.numbers)), place.is_open


def roll_up_keys(keys: Sequence[Key], sums: NDArray[np.int64], newest: int) -> None:
    """Adds the sums of every key to those above it (all are there); column `newest` is the largest instead."""
    numbers = {key: number for number, key in enumerate(keys)}
    for area, below in sorted(keys, key=lambda key: len(key[1]), reverse=True):
        if not below:
            continue
        over, mine = numbers[area, below[:-1]], numbers[area, below]
        latest = max(sums[over, newest], sums[mine, newest])
        sums[over] += sums[mine]
        sums[over, newest] = latest
