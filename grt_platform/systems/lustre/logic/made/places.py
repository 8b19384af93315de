"""The directories of a block of a made dump: projects of groups, and trees below them down to depth 16."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from grt_platform.systems.lustre.logic.made.dice import Dice, Whole
from grt_platform.systems.lustre.logic.made.people import ALL_GROUPS, USERS, uid_of
from grt_platform.systems.lustre.logic.made.words import DIRECTORIES

_DEEPEST = 16
_LEVELS = (4, 9, 14, 18, 18, 14, 10, 6, 4, 2, 1)
"""How many of the directories lie 1, 2, ... levels below their project."""
_ROOTS = {
    "scratch115": tuple(f"realdata/mdt{shard}/{area}" for shard in range(4) for area in ("projects", "teams")),
    "scratch119": tuple(f"realdata/mdt{shard}/{area}" for shard in range(3) for area in ("projects", "teams")),
    "scratch116": ("vr/projects", "tol/projects", "humgen/projects", "other"),
    "scratch118": ("humgen/hgi/projects", "humgen/old-team-data"),
    "scratch123": ("hgi/projects", "hgi/teams"),
}
_PLAIN = ("projects", "teams")


@dataclass(frozen=True, slots=True)
class Places:
    """Directories, as columns of equal length.

    Attributes:
        paths: Their paths.
        gids: Their groups.
        uids: Their owners.
        parents: Positions of those that they lie in, which come before them; -1 for none.
        own: Position of the first that has a line of its own in this block.
    """

    paths: pl.Series
    gids: Whole
    uids: Whole
    parents: Whole
    own: int = 0


def mount(volume: str) -> str:
    """Where a volume is mounted."""
    return f"/lustre/{volume}"


def ancestors(volume: str) -> list[str]:
    """The scan root and what lies between it and the projects, each before those in it."""
    found = dict.fromkeys([mount(volume)])
    for root in _ROOTS.get(volume, _PLAIN):
        parts = root.split("/")
        found |= dict.fromkeys(f"{mount(volume)}/{'/'.join(parts[: depth + 1])}" for depth in range(len(parts)))
    return list(found)


def projects(volume: str, seed: int, block: int, count: int) -> tuple[list[str], Whole]:
    """Paths and group numbers of the projects that a block holds: first one of each group, then more by weight."""
    roots = _ROOTS.get(volume, _PLAIN)
    numbers = Dice(seed, volume, block, "projects").choice([group.weight for group in ALL_GROUPS], count)
    if block == 0:
        numbers[: len(ALL_GROUPS)] = np.arange(count)[: len(ALL_GROUPS)]
    first = 0 if block else len(ALL_GROUPS)
    names = [ALL_GROUPS[group].name + f"_{block}_{n}" * (n >= first) for n, group in enumerate(numbers)]
    return [f"{mount(volume)}/{roots[n % len(roots)]}/{name}" for n, name in enumerate(names)], numbers


def grown(dice: Dice, above: Sequence[str], paths: Sequence[str], gids: Whole, count: int) -> Places:
    """What is above the projects, the projects, and about `count` directories below them, level by level.

    Every fourth project keeps its people's directories below `users`.
    """
    known = {path: position for position, path in enumerate(above)}
    within = [known.get(path.rpartition("/")[0], -1) for path in (*above, *paths)]
    levels = [pl.Series("path", above, pl.String), pl.Series("path", paths, pl.String)]
    uids = np.array([uid_of(int(number)) for number in dice.below(USERS, len(paths))], dtype=np.int64)
    owners, groups = [np.zeros(len(above), dtype=np.int64), uids], [np.zeros(len(above), dtype=np.int64), gids]
    places, first = [np.array(within, dtype=np.int64)], len(above)
    depth = max((path.count("/") for path in paths), default=0)
    for level, share in enumerate(_LEVELS[: _DEEPEST - 1 - depth]):
        width = count * share // sum(_LEVELS)
        if width < 1 or not len(levels[-1]):
            break
        parents = (dice.uniform(width) * dice.uniform(width) * len(levels[-1])).astype(np.int64)
        homes = np.arange(0, len(paths), 4)[:width] if level == 0 else np.arange(0)
        parents[: len(homes)] = homes
        levels.append(_named(dice, levels[-1].gather(parents), len(homes)))
        places.append(first + parents)
        first += len(levels[-2])
        groups.append(_mostly(dice, groups[-1][parents], _any_gid(dice, width), 33))
        owners.append(_mostly(dice, owners[-1][parents], _any_uid(dice, width), 5))
    return Places(pl.concat(levels), np.concatenate(groups), np.concatenate(owners), np.concatenate(places))


def _named(dice: Dice, parents: pl.Series, homes: int) -> pl.Series:
    """A directory in each of `parents`: the first `homes` are called `users` or `Users`, others by word and number."""
    word = pl.Series(DIRECTORIES).gather(dice.below(len(DIRECTORIES), len(parents)))
    frame = pl.DataFrame({"parent": parents, "word": word}).with_row_index("number")
    home = pl.when(pl.col("number") % 2 == 0).then(pl.lit("users")).otherwise(pl.lit("Users"))
    name = pl.when(pl.col("number") < homes).then(home).otherwise(pl.concat_str("word", "number", separator="_"))
    return frame.select(pl.concat_str("parent", name, separator="/").alias("path"))["path"]


def _mostly(dice: Dice, inherited: Whole, other: Whole, one_in: int) -> Whole:
    return np.where(dice.is_rare(one_in, len(inherited)), other, inherited)


def _any_gid(dice: Dice, count: int) -> Whole:
    return np.array([group.gid for group in ALL_GROUPS], dtype=np.int64)[dice.below(len(ALL_GROUPS), count)]


def _any_uid(dice: Dice, count: int) -> Whole:
    return np.array([uid_of(number) for number in range(USERS)], dtype=np.int64)[dice.below(USERS, count)]
