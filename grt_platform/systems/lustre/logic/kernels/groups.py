"""What groups use, and nothing else: lines are checked as always, but neither kept nor placed."""

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.jit import compiled
from grt_platform.systems.lustre.logic.kernels.lines import (
    BAD,
    BAD_FULL,
    DONE,
    FILE,
    LINES,
    POSITION,
    ROWS,
    line_end,
    read_line,
)
from grt_platform.systems.lustre.logic.kernels.numbers import APPARENT, DEV, GID, MTIME, NLINK, SIZE, TYPE
from grt_platform.systems.lustre.logic.kernels.pairs import TOTAL, Pairs, add_to_pair, pair_of, used_bytes
from grt_platform.systems.lustre.logic.kernels.path import BEGIN, PathState

PAIRS_FULL, TOO_MUCH = 10, 11
_NEEDED = 1 << SIZE | 1 << GID | 1 << MTIME | 1 << NLINK


@compiled
def add_groups(
    data: NDArray[np.uint8],
    stop: int,
    is_quoted: int,
    max_line: int,
    path: PathState,
    groups: Pairs,
    now: NDArray[np.int64],
    bad: NDArray[np.int64],
    scratch: NDArray[np.int64],
    as_of: int,
) -> int:
    """Adds lines from POSITION on to the sums of their gids (paired with 0), until `stop` or something is full."""
    last = APPARENT if is_quoted else DEV
    position, lines, rows, found = now[POSITION], now[LINES], now[ROWS], now[BAD]
    result, group = DONE, np.int64(-1)
    while position < stop:
        if found == bad.shape[0]:
            result = BAD_FULL
            break
        end = read_line(data, position, stop, is_quoted, max_line, path, last, _NEEDED, scratch)
        if end < 0:
            path.now[BEGIN] = -1
            end = line_end(data, position)
            bad[found, 0], bad[found, 1], bad[found, 2] = position, end - 1, lines
            found += 1
        else:
            path.now[BEGIN] = position
            group = pair_of(groups, scratch[GID, 0], 0, group)
            if group < 0:
                path.now[BEGIN] = -1
                result = PAIRS_FULL
                break
            used = used_bytes(scratch[SIZE, 0], scratch[NLINK, 0])
            is_file = np.int64(scratch[TYPE, 0] == FILE and scratch[NLINK, 0] > 0)
            add_to_pair(groups, group, used, is_file, scratch[MTIME, 0], as_of)
            if groups.now[TOTAL] < 0:
                result = TOO_MUCH
                break
            rows += 1
        position = end
        lines += 1
    if result == DONE:
        path.now[BEGIN] = -1
    now[POSITION], now[LINES], now[ROWS], now[BAD] = position, lines, rows, found
    return result
