"""The order in which a walk comes to what it finds, as mpistat walks.

Each of its processes takes the path put on its stack last, and puts all that a directory holds there: so the whole of a
directory comes before what else lies beside it, and files and directories in one come mixed, as Lustre lists them in
the order of a hash.
Source: https://github.com/wtsi-hgi/mpistat, `ProcessItem` of bin/mpistat.py and bin/ParallelWalk.py.
"""

import numpy as np

from grt_platform.systems.lustre.logic.made.dice import Dice, Whole


def positions(dice: Dice, parents: Whole, has_line: Whole, inside: Whole) -> tuple[Whole, Whole]:
    """The lines, from 0, on which directories and files stand.

    Args:
        dice: In which order a directory lists what it holds.
        parents: Of each directory the one that it lies in, which comes before it; -1 for none.
        has_line: 1 for a directory that has a line of its own, 0 for others: those stand where it would be.
        inside: The directory of each file.
    """
    levels, count = _levels(parents), len(parents)
    lines = has_line + np.bincount(inside, minlength=count)
    for level in reversed(levels[1:]):
        np.add.at(lines, parents[level], lines[level])
    above = np.concatenate([parents, inside])
    stands = _lines_before(dice, above, np.concatenate([lines, np.ones_like(inside)]))
    for level in levels[1:]:
        stands[level] += (stands[:count] + has_line)[parents[level]]
    return stands[:count], stands[count:] + (stands[:count] + has_line)[inside]


def _levels(parents: Whole) -> list[Whole]:
    """Positions of the directories that lie in none, of those in these, and so on."""
    depth, above = np.zeros_like(parents), parents
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, parents[above], -1)
    return [np.flatnonzero(depth == level) for level in range(int(depth.max(initial=0)) + 1)]


def _lines_before(dice: Dice, above: Whole, lines: Whole) -> Whole:
    """How many lines of what lies in the same directory come before each, by chance."""
    listed = np.lexsort((dice.uniform(len(above)), above))
    directory, behind = above[listed], np.cumsum(lines[listed])
    begins = behind - lines[listed]
    before = np.empty_like(lines)
    before[listed] = begins - begins[np.searchsorted(directory, directory)]
    return before
