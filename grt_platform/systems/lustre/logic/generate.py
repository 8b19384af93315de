"""Whole dumps that nobody scanned, packed, of any size: the same recipe gives the same bytes.

A volume grows from `first_on` on: a dump of a later date holds the same inodes, less what shrinking groups deleted, and
what each day between them added. Memory is bounded by one block of 250 000 inodes: about 500 MB in all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import BinaryIO, Literal

import numpy as np
import polars as pl

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.logic.made.block import BLOCK, Moment, block
from grt_platform.systems.lustre.logic.made.dice import Dice, Whole
from grt_platform.systems.lustre.logic.made.lines import FORMS, bad_lines, text, with_bad_lines
from grt_platform.systems.lustre.logic.made.packing import FAULTS, Packer
from grt_platform.systems.lustre.logic.made.people import ALL_GROUPS
from grt_platform.systems.lustre.logic.made.places import Places, ancestors, grown, projects

Form = Literal["mpistat", "wrstat_old", "wrstat", "wrstat_new"]
Fault = Literal["", "truncated", "empty", "garbage", "zeros", "members", "corrupt"]
_DELETED_WITHIN_DAYS = 600
_GROWTH_SERIAL = 1_000_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a dump is to be like.

    Attributes:
        volume: Such as `scratch114`.
        dumped_on: Its date.
        lines: Inodes on `first_on`: exactly so many lines when that is the date, and no bad ones are asked for.
        seed: Other seeds give other volumes.
        form: How lines are written.
        first_on: Since when the volume grows; none takes `dumped_on`.
        growth: Share of `lines` that comes new each day.
        directories: Share of the lines that are directories.
        bad_lines: So many copies of every kind of bad line.
        fault: What is wrong with the file itself: `truncated`, `empty`, `corrupt` or with `garbage` at its end; `zeros`
            at its end and several `members` are no faults, readers must take them.
        level: 0 to 3 packs fast (igzip), 4 to 9 as zlib does.
    """

    volume: str
    dumped_on: date
    lines: int
    seed: int = 0
    form: Form = "mpistat"
    first_on: date | None = None
    growth: float = 0.004
    directories: float = 0.12
    bad_lines: int = 0
    fault: Fault = ""
    level: int = 2

    def __post_init__(self) -> None:
        if self.form not in FORMS or self.fault not in FAULTS:
            raise BadInputError(f"form is one of {', '.join(FORMS)}; fault one of {', '.join(filter(None, FAULTS))}")
        if self.lines < 1 or not 0 <= self.growth <= 1 or not 0 < self.directories < 1 or not 0 <= self.level <= 9:
            raise BadInputError("lines are 1 or more, growth 0 to 1, directories between 0 and 1, level 0 to 9")
        if self.days < 0:
            raise BadInputError(f"a volume that begins on {self.first_on} has no dump of {self.dumped_on}")

    @property
    def days(self) -> int:
        """For how many days the volume has grown."""
        return (self.dumped_on - (self.first_on or self.dumped_on)).days


@dataclass(frozen=True, slots=True)
class Made:
    """What was written.

    Attributes:
        lines: All lines, the bad ones counted.
        bad_lines: Those that are none.
        text_bytes: Their size.
        packed_bytes: Size of the file.
        groups: gid, used_bytes, inodes of the good lines.
    """

    lines: int
    bad_lines: int
    text_bytes: int
    packed_bytes: int
    groups: pl.DataFrame


def generate(sink: BinaryIO, recipe: Recipe) -> Made:
    """Write a dump; returns what is in it, also where a fault hides it."""
    packer = Packer(sink, recipe.level, recipe.fault)
    bad = bad_lines(recipe.form)
    dev = 900_000_000 + int(Dice(recipe.volume, "dev").below(10_000_000, 1)[0])
    totals, lines, text_bytes = list[pl.DataFrame](), 0, 0
    for number, entries in enumerate(_blocks(recipe)):
        written = text(entries, recipe.form, dev)
        if number == 0 and recipe.bad_lines:
            written = with_bad_lines(written, bad, recipe.bad_lines)
        packer.write(written)
        totals.append(_totals(entries))
        lines, text_bytes = lines + len(entries), text_bytes + len(written)
    planted = recipe.bad_lines * len(bad)
    groups = pl.concat(totals).group_by("gid").agg(pl.col("used_bytes", "inodes").sum()).sort("gid")
    return Made(lines + planted, planted, text_bytes, packer.close(), groups)


def _totals(entries: pl.DataFrame) -> pl.DataFrame:
    used = pl.when(pl.col("nlink") > 0).then(pl.col("size") // pl.col("nlink")).otherwise(0)
    return entries.group_by("gid").agg(used.sum().alias("used_bytes"), pl.len().cast(pl.Int64).alias("inodes"))


def _blocks(recipe: Recipe) -> Iterator[pl.DataFrame]:
    """The entries block by block: what was there at first, then what each day added."""
    for number in range(-(-recipe.lines // BLOCK)):
        yield _first_block(recipe, number, min(BLOCK, recipe.lines - number * BLOCK))
    daily = int(recipe.lines * recipe.growth)
    for day in range(1, recipe.days + 1):
        for part in range(-(-daily // BLOCK)):
            yield _grown_block(recipe, day, part, min(BLOCK, daily - part * BLOCK))


def _first_block(recipe: Recipe, number: int, lines: int) -> pl.DataFrame:
    dice = Dice(recipe.seed, recipe.volume, number)
    above = ancestors(recipe.volume)
    paths, groups = projects(recipe.volume, recipe.seed, number, _projects(lines))
    below = int(lines * recipe.directories) - len(paths) - len(above)
    places = replace(grown(dice, above, paths, _gids(groups), below), own=0 if number == 0 else len(above))
    first = recipe.first_on or recipe.dumped_on
    entries = block(dice, places, lines, Moment(_end(first)), number)
    return _ordered(_without_deleted(dice, entries, recipe.days), recipe.form)


def _grown_block(recipe: Recipe, day: int, part: int, lines: int) -> pl.DataFrame:
    """What a day added, in the projects of the first block, mostly of groups that grow."""
    paths, groups = projects(recipe.volume, recipe.seed, 0, _projects(min(BLOCK, recipe.lines)))
    growth = [ALL_GROUPS[group].growth for group in groups]
    dice = Dice(recipe.seed, recipe.volume, "day", day, part)
    chosen = dice.choice(growth if sum(growth) else [1] * len(growth), max(1, lines // 5))
    when = (recipe.first_on or recipe.dumped_on) + timedelta(days=day)
    folders = [f"{paths[project]}/{when:%Y%m%d}_{part}_{n}" for n, project in enumerate(chosen)]
    gids = _gids(groups[chosen])
    uids, parents = np.full(len(folders), 7000, dtype=np.int64), np.full(len(folders), -1, dtype=np.int64)
    places = Places(pl.Series("path", folders, pl.String), gids, uids, parents)
    serial = _GROWTH_SERIAL + day * 1000 + part
    entries = block(dice, places, lines, Moment(_end(when), is_old=False), serial)
    return _ordered(entries, recipe.form)


def _projects(lines: int) -> int:
    return max(1, min(lines // 100, len(ALL_GROUPS)) + lines // 8000)


def _gids(groups: Whole) -> Whole:
    return np.array([group.gid for group in ALL_GROUPS], dtype=np.int64)[groups]


def _end(day: date) -> int:
    return int(datetime.combine(day, time(20), UTC).timestamp())


def _without_deleted(dice: Dice, entries: pl.DataFrame, days: int) -> pl.DataFrame:
    shrinking = [group.gid for group in ALL_GROUPS if group.is_shrinking]
    deleted_after = pl.Series("deleted_after", dice.below(_DELETED_WITHIN_DAYS, len(entries)) + 1)
    is_deleted = (deleted_after <= days) & entries["gid"].is_in(shrinking) & (entries["type"] != "d")
    return entries.filter(~is_deleted)


def _ordered(entries: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Lines of mpistat come as they were walked, those of newer wrstat by path."""
    return entries.sort("path") if form in ("wrstat", "wrstat_new") else entries
