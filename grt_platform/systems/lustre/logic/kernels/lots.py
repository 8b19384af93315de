"""Lines dealt to groups: which lot each goes to, and lines of one lot brought together without changing their order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.lines import DIRECTORY, line_end, read_line
from grt_platform.systems.lustre.logic.kernels.numbers import APPARENT, DEV, GID, TYPE
from grt_platform.systems.lustre.logic.kernels.pairs import Pairs, free_slot
from grt_platform.systems.lustre.logic.kernels.path import BEGIN, LENGTH, PathState
from grt_platform.systems.lustre.logic.kernels.wide import copy

POSITION, FILLED, RUNS, LINES, SKIPPED, BAD, NEW_GID = range(7)
DONE, FULL, GID_UNKNOWN = range(3)
IS_CHOSEN, LOT = range(2)
NO_LOT = -1
_NEEDED = 1 << GID


class Lots(NamedTuple):
    """Lines waiting to be handed out.

    Attributes:
        now: POSITION in the block, FILLED bytes of `text`, RUNS, LINES read, SKIPPED and BAD among them, NEW_GID.
        text: The lines that belong to a lot, as they came.
        runs: Lot and end of each run of lines of one lot.
        counts: Of each lot its lines, directories, and bytes in `text`.
        gids: For each gid met (paired with 0) IS_CHOSEN and LOT.
        prefixes, prefix_ends: Paths whose lines belong to their lot whatever the gid, one behind the other.
    """

    now: NDArray[np.int64]
    text: NDArray[np.uint8]
    runs: NDArray[np.int64]
    counts: NDArray[np.int64]
    gids: Pairs
    prefixes: NDArray[np.uint8]
    prefix_ends: NDArray[np.int64]


@compiled
def deal(
    data: NDArray[np.uint8],
    stop: int,
    is_quoted: int,
    max_line: int,
    path: PathState,
    lots: Lots,
    scratch: NDArray[np.int64],
) -> int:
    """Takes lines from POSITION on until `stop`, until there is no room, or until a gid is met that nobody decided."""
    last = APPARENT if is_quoted else DEV
    position, filled, runs = lots.now[POSITION], lots.now[FILLED], lots.now[RUNS]
    result = DONE
    while position < stop:
        if filled + max_line + 1 > len(lots.text) or runs == lots.runs.shape[0]:
            result = FULL
            break
        end = read_line(data, position, stop, is_quoted, max_line, path, last, _NEEDED, scratch)
        if end < 0:
            lots.now[BAD] += 1
            lots.now[LINES] += 1
            path.now[BEGIN] = -1
            position = line_end(data, position)
            continue
        path.now[BEGIN] = position
        number = np.int64(lots.gids.slots[free_slot(lots.gids, scratch[GID, 0], 0)])
        if number < 0:
            lots.now[NEW_GID] = scratch[GID, 0]
            path.now[BEGIN] = -1
            result = GID_UNKNOWN
            break
        lots.now[LINES] += 1
        lot = lots.gids.sums[number, LOT]
        if lot == NO_LOT or not (lots.gids.sums[number, IS_CHOSEN] or has_prefix(path, lots)):
            lots.now[SKIPPED] += 1
            position = end
            continue
        size = end - position
        copy(lots.text, filled, data, position, size)
        filled += size
        lots.counts[lot, 0] += 1
        lots.counts[lot, 1] += np.int64(scratch[TYPE, 0] == DIRECTORY)
        lots.counts[lot, 2] += size
        if runs and lots.runs[runs - 1, 0] == lot:
            runs -= 1
        lots.runs[runs, 0], lots.runs[runs, 1] = lot, filled
        runs += 1
        position = end
    if result == DONE:
        path.now[BEGIN] = -1
    lots.now[POSITION], lots.now[FILLED], lots.now[RUNS] = position, filled, runs
    return result


@inlined
def has_prefix(path: PathState, lots: Lots) -> bool:
    """Whether the path is one of the prefixes or lies below one."""
    for number in range(len(lots.prefix_ends) - 1):
        begin, end = lots.prefix_ends[number], lots.prefix_ends[number + 1]
        size = end - begin
        if path.now[LENGTH] < size or (path.now[LENGTH] > size and path.text[size] != 47):
            continue
        same = 0
        while same < size and path.text[same] == lots.prefixes[begin + same]:
            same += 1
        if same == size:
            return True
    return False


@compiled
def bring_together(lots: Lots, count: int, ends: NDArray[np.int64], out: NDArray[np.uint8]) -> None:
    """Copies the runs of each lot one behind the other, lot after lot, each to where `ends` says; empties `lots`."""
    total = 0
    for lot in range(count):
        ends[lot] = total
        total += lots.counts[lot, 2]
        lots.counts[lot, 2] = 0
    begin = 0
    for run in range(lots.now[RUNS]):
        lot, end = lots.runs[run, 0], lots.runs[run, 1]
        at = ends[lot]
        copy(out, at, lots.text, begin, end - begin)
        ends[lot] = at + end - begin
        begin = end
    lots.now[FILLED] = lots.now[RUNS] = 0
