"""One block of a made dump: a quarter of a million inodes at most, in trees of their own, as one frame."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from grt_platform.systems.lustre.logic.made.dice import Dice, Whole
from grt_platform.systems.lustre.logic.made.places import Places
from grt_platform.systems.lustre.logic.made.walk import positions
from grt_platform.systems.lustre.logic.made.words import FILES, LARGE, ODD_TIMES, STRANGE, SUFFIX_WEIGHTS, SUFFIXES

BLOCK = 250_000
_DAY, _HOUR = 86_400, 3600
_FIRST_INODE = 144_115_188_193_296_385
_HUGE_INODE = 1 << 63
_SMALL_SIZES = (50, 1, 1, 2, 2, 4, 6, 8, 8, 8, 8, 8, 8, 7, 7, 6, 5, 4, 3, 2, 2, 2, 1, 1, 1)
_LARGE_SIZES = (12, *[0] * 20, 1, 1, 2, 3, 4, 5, 7, 9, 12, 14, 12, 9, 6, 3, 2, 1, 1, 1)
_AGES = (2, *[1] * 16, 4, 6, 9, 12, 14, 15, 15, 14, 12, 6, 2)
_OTHER_TYPES = ("s", "F", "c", "b", "X")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a block came to be.

    Attributes:
        written_at: Unix time of its newest entries.
        is_old: Whether its entries go back years before that.
    """

    written_at: int
    is_old: bool = True


def block(dice: Dice, places: Places, lines: int, moment: Moment, serial: int) -> pl.DataFrame:
    """The entries of one block.

    Args:
        dice: Its own numbers.
        places: Its directories.
        lines: How many entries there are.
        moment: When it came to be.
        serial: Tells its inodes and file names from those of other blocks.

    Returns:
        The entries in the order of a walk, the first directory's own line first: path and dir as text; strange:
        position in STRANGE of the name that the path ends with instead, -1 for none; the fields of a line as numbers,
        type as text.
    """
    folders = min(len(places.paths) - places.own, lines)
    has_line, own = np.zeros(len(places.paths), dtype=np.int64), slice(places.own, places.own + folders)
    has_line[own] = 1
    inside = dice.below(len(places.paths), lines - folders)
    of_folders, of_files = positions(dice, places.parents, has_line, inside)
    files = len(inside)
    at = np.concatenate([np.arange(len(places.paths))[own], inside[np.argsort(of_files)]])
    suffix = dice.choice(SUFFIX_WEIGHTS, files)
    kinds = np.concatenate([np.zeros(folders, dtype=np.int64), _kinds(dice, files)])
    mtime, atime, ctime = _times(dice, at, len(places.paths), moment)
    columns = {
        "size": np.where(kinds == 2, 20 + dice.below(90, lines), _sizes(dice, folders, suffix)),
        "uid": places.uids[at],
        "gid": places.gids[at],
        "atime": atime,
        "mtime": mtime,
        "ctime": ctime,
        "inode": (np.arange(lines) + serial * BLOCK * 2 + _FIRST_INODE).astype(np.uint64),
        "nlink": np.concatenate([dice.below(20, folders) + 2, np.ones(files, dtype=np.int64)]),
    }
    _oddities(dice, columns, folders, moment)
    frame = _names(dice, places.paths.gather(at), folders, suffix, serial).with_columns(
        pl.Series("type", ("d", "f", "l", *_OTHER_TYPES)).gather(kinds), *(pl.Series(n, v) for n, v in columns.items())
    )
    return frame[np.argsort(np.concatenate([of_folders[own], np.sort(of_files)]))]


def _names(dice: Dice, folder: pl.Series, folders: int, suffix: Whole, serial: int) -> pl.DataFrame:
    """Columns dir, path and strange: the first are directories themselves, the others files in them."""
    stem = pl.Series(FILES).gather(dice.below(len(FILES), len(suffix)))
    files = pl.DataFrame({"dir": folder[folders:], "stem": stem, "suffix": pl.Series(SUFFIXES).gather(suffix)})
    name = pl.concat_str("stem", pl.lit(f"{serial}_"), "number", "suffix")
    made = files.with_row_index("number").select("dir", pl.concat_str("dir", name, separator="/").alias("path"))
    own = pl.DataFrame({"dir": folder[:folders], "path": folder[:folders]})
    return pl.concat([own, made]).with_columns(_strange(folders, len(suffix)))


def _sizes(dice: Dice, folders: int, suffix: Whole) -> Whole:
    small, large = (dice.magnitude(weights, len(suffix)) for weights in (_SMALL_SIZES, _LARGE_SIZES))
    return np.concatenate([np.full(folders, 4096), np.where(suffix < len(LARGE), large, small)])


def _times(dice: Dice, at: Whole, places: int, moment: Moment) -> tuple[Whole, Whole, Whole]:
    """Last modification, access and change of what lies in those places.

    Mostly years back, within an hour of what else lies there, and the access as often as not with the modification.
    """
    count = len(at)
    together = dice.magnitude(_AGES, places)[at] + dice.below(_HOUR, count)
    alone = dice.magnitude(_AGES, count)
    age = np.where(dice.is_rare(4, count), alone, together) if moment.is_old else dice.below(_DAY, count)
    mtime = moment.written_at - age
    read = np.where(dice.is_rare(2, count), 0, (dice.uniform(count) * age).astype(np.int64))
    changed = np.where(dice.is_rare(8, count), (dice.uniform(count) * age).astype(np.int64), 0)
    return mtime, mtime + read, mtime + changed


def _kinds(dice: Dice, files: int) -> Whole:
    """1 a file, 2 a symbolic link, then the rarer types; one of each among the first hundred."""
    kinds = np.where(dice.is_rare(70, files), 2, 1)
    rare = dice.is_rare(20_000, files)
    kinds[rare] = 3 + dice.below(len(_OTHER_TYPES), int(rare.sum()))
    kinds[60 : 60 + len(_OTHER_TYPES)] = 3 + np.arange(len(kinds[60 : 60 + len(_OTHER_TYPES)]))
    return kinds


def _oddities(dice: Dice, columns: dict[str, Whole], folders: int, moment: Moment) -> None:
    """Hard links, files deleted during the scan, times of no use and huge inode numbers, one of each in every block."""
    files = len(columns["size"]) - folders
    first = folders + _some(dice, 300, files - 1, 140)
    first = first[np.diff(first, prepend=-2) > 1]
    for name in ("size", "uid", "gid", "atime", "mtime", "ctime", "inode"):
        columns[name][first + 1] = columns[name][first]
    columns["nlink"][first] = columns["nlink"][first + 1] = 2
    gone = folders + _some(dice, 20_000, files, 100)
    columns["nlink"][np.setdiff1d(gone, np.concatenate([first, first + 1]))] = 0
    odd = folders + _some(dice, 5_000, files, 110, len(ODD_TIMES))
    columns["mtime"][odd] = np.array(ODD_TIMES)[np.arange(len(odd)) % len(ODD_TIMES)]
    tomorrow = folders + _some(dice, 5_000, files, 120)
    columns["mtime"][tomorrow] = moment.written_at + _DAY * (1 + dice.below(400, len(tomorrow)))
    huge = folders + _some(dice, 50_000, files, 130)
    columns["inode"][huge] = huge.astype(np.uint64) + np.uint64(_HUGE_INODE)


def _some(dice: Dice, one_in: int, count: int, start: int, length: int = 1) -> Whole:
    """Positions below `count`: one in so many, and `length` from `start` on."""
    is_chosen = dice.is_rare(one_in, max(count, 0))
    is_chosen[start : start + length] = True
    return np.flatnonzero(is_chosen)


def _strange(folders: int, files: int) -> pl.Series:
    """Which files have a name out of STRANGE: one of each in the middle of every block that is not tiny."""
    strange = np.full(folders + files, -1)
    count, first = len(STRANGE) if files >= 200 else 0, folders + files // 2
    strange[first : first + count] = np.arange(count)
    return pl.Series("strange", strange)
