"""A treemap: rectangles whose areas are as large as values, as square as they can be.

The squarified layout of Bruls, Huizing and van Wijk (2000), https://www.win.tue.nl/~vanwijk/stm.pdf
"""

from collections.abc import Sequence
from typing import NamedTuple

_LEAST_AREA = 0.5


class Tile(NamedTuple):
    """A rectangle; x grows to the right, y downwards."""

    x: float
    y: float
    width: float
    height: float


def squarified(values: Sequence[int], width: float, height: float) -> list[Tile]:
    """A rectangle for every value, which together fill the whole.

    Args:
        values: Whole numbers, none below 0, the largest first; what would be less than half a unit of area gets none.
        width: Of the whole.
        height: Of the whole.
    """
    scale = width * height / (sum(values) or 1)
    areas, free = [value * scale for value in values if value * scale >= _LEAST_AREA], Tile(0, 0, width, height)
    made: list[Tile] = []
    while len(made) < len(areas):
        row = _row(areas[len(made) :], min(free.width, free.height))
        tiles, free = _laid(row, free)
        made += tiles
    return made + [Tile(width, height, 0, 0)] * (len(values) - len(made))


def _row(areas: Sequence[float], side: float) -> Sequence[float]:
    """As many of the first areas as stand well in one row along a side."""
    taken = 1
    while taken < len(areas) and _worst(areas[: taken + 1], side) <= _worst(areas[:taken], side):
        taken += 1
    return areas[:taken]


def _worst(row: Sequence[float], side: float) -> float:
    """The worst ratio of the sides of a row's rectangles: 1 where all are squares."""
    total = sum(row)
    return max(side**2 * max(row) / total**2, total**2 / (side**2 * min(row)))


def _laid(row: Sequence[float], free: Tile) -> tuple[list[Tile], Tile]:
    """The rectangles of a row along the shorter side, and what is left free."""
    total, is_upright = sum(row), free.width >= free.height
    side = free.height if is_upright else free.width
    depth = total / side
    tiles, at = list[Tile](), 0.0
    for area in row:
        length = area / depth
        place = (free.x, free.y + at, depth, length) if is_upright else (free.x + at, free.y, length, depth)
        tiles.append(Tile(*place))
        at += length
    if is_upright:
        return tiles, Tile(free.x + depth, free.y, max(0.0, free.width - depth), free.height)
    return tiles, Tile(free.x, free.y + depth, free.width, max(0.0, free.height - depth))
