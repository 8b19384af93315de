"""From which expected share of a quota on people are warned: levels from a setting.

Programs before this one disagreed: 80 % in 3 days was red in one and yellow in its own documents, yellow began at 80 %
in 7 days in a third, at 85 % in the first. The default warns as early as any of them, at 80 % expected in 3 or 7 days,
and turns red at 95 %, the one figure that was yellow nowhere; a group that stays at 81 % is never red.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from grt_platform.kernel.errors import BadInputError

DEFAULT_LEVELS = "OK; Kinda OK=3d>0.8 7d>0.8; Not OK=3d>0.95 7d>0.95"
_CONDITION = re.compile(r"([0-9]{1,4})d>([0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Level:
    """A level and what leads to it.

    Attributes:
        name: What people call it.
        conditions: Days ahead and the share of a quota above which it holds; any of them is enough.
    """

    name: str
    conditions: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class WarningLevels:
    """Levels from 1 (fine) to the worst."""

    levels: tuple[Level, ...]

    def of(self, share: Callable[[int], float | None]) -> tuple[int, str]:
        """Number and name of the worst level that holds.

        Args:
            share: The larger share of a quota expected in so many days; None where there is no quota.
        """
        for number in range(len(self.levels), 1, -1):
            level = self.levels[number - 1]
            expected = [(share(days), limit) for days, limit in level.conditions]
            if any(value is not None and value > limit for value, limit in expected):
                return number, level.name
        return 1, self.levels[0].name


def parse_levels(text: str) -> WarningLevels:
    """Levels from `fine; worse=3d>0.8 7d>0.8; worst=...`: names, and after how many days which share is too much.

    Raises:
        BadInputError: It is not written so.
    """
    parts = [part.strip() for part in text.split(";") if part.strip()]
    levels = tuple(_level(part, text, is_first=n == 0) for n, part in enumerate(parts))
    if not levels or len({level.name for level in levels}) != len(levels):
        raise BadInputError(f"GRT_LUSTRE_WARNINGS is {text!r}: write names that differ, such as {DEFAULT_LEVELS!r}")
    return WarningLevels(levels)


def _level(part: str, text: str, *, is_first: bool) -> Level:
    name, _, conditions = (piece.strip() for piece in part.partition("="))
    found = [_CONDITION.fullmatch(word) for word in conditions.split()]
    if not name or is_first == bool(found) or not all(found):
        raise BadInputError(f"GRT_LUSTRE_WARNINGS has {part!r} in {text!r}: write it as in {DEFAULT_LEVELS!r}")
    return Level(name, tuple((int(match[1]), float(match[2])) for match in found if match))
