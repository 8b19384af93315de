"""Dumps cut by group: the original lines of each group, byte for byte and in order, packed again."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.blocks import BLOCK_BYTES, Block, blocks
from grt_platform.systems.lustre.logic.entry import MAX_LINE_BYTES
from grt_platform.systems.lustre.logic.kernels.lots import (
    BAD,
    DONE,
    FILLED,
    FULL,
    IS_CHOSEN,
    LINES,
    LOT,
    NEW_GID,
    NO_LOT,
    POSITION,
    SKIPPED,
    Lots,
    bring_together,
    deal,
)
from grt_platform.systems.lustre.logic.kernels.numbers import FIELDS
from grt_platform.systems.lustre.logic.kernels.pairs import PAIRS, free_slot, grown_pairs, new_pairs
from grt_platform.systems.lustre.logic.kernels.path import BEGIN, new_path_state
from grt_platform.systems.lustre.logic.reader import form_in
from grt_platform.systems.lustre.logic.split_index import SplitFile

Append = Callable[[str, bytes], object]
_WAITING_BYTES = 32 * 1024**2
_MEMBER_BYTES = 1024**2
_LEVEL, _GZIP = 1, 31
_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,200}")


@dataclass(frozen=True)
class SplitRules:
    """Whose lines are taken.

    Attributes:
        names: The name of every group that is known, by gid; an empty name takes the group out.
        chosen: Gids whose lines are taken wherever they lie.
        prefixes: Paths below which every group's lines are taken.
        max_line_bytes: Longest line taken, as in the scan.
    """

    names: Mapping[int, str]
    chosen: Collection[int]
    prefixes: tuple[bytes, ...] = ()
    max_line_bytes: int = MAX_LINE_BYTES


class Split(NamedTuple):
    """What came of a split: files in the order of their first line; lines is the sum of theirs, skipped and bad."""

    files: list[SplitFile]
    lines: int
    skipped: int
    bad: int


def split(
    dumps: Iterable[tuple[str, BinaryIO]],
    rules: SplitRules,
    append: Append,
    *,
    waiting_bytes: int = _WAITING_BYTES,
    block_bytes: int = BLOCK_BYTES,
) -> Split:
    """Hands every wanted line to its group.

    Memory: three times `waiting_bytes`, whatever the number of groups.

    Args:
        dumps: Name and gzip stream of each volume, in the order in which their lines are to follow each other.
        rules: Whose lines are taken.
        append: Called with a file's name (without `.dat.gz`) and whole gzip members to put behind what it has.
        waiting_bytes: Lines kept until they are packed.
        block_bytes: Bytes inflated at a time.

    Raises:
        BadSourceError: A dump is damaged, cut short or empty; what was appended so far is worth nothing.
    """
    with ThreadPoolExecutor(2, thread_name_prefix="pack") as pool:
        dealer = _Dealer(rules, append, pool, waiting_bytes)
        for source, packed in dumps:
            dealer.take(source, packed, block_bytes)
        return dealer.finish()


class _Dealer:
    def __init__(self, rules: SplitRules, append: Append, pool: ThreadPoolExecutor, waiting_bytes: int) -> None:
        self._rules, self._append, self._pool = rules, append, pool
        room = max(waiting_bytes, 2 * rules.max_line_bytes)
        self._out = np.empty(room, np.uint8)
        self._packing: list[tuple[int, Future[bytes]]] = []
        self._names: list[tuple[str, int]] = []
        self._lots = Lots(
            np.zeros(7, np.int64),
            np.empty(room, np.uint8),
            np.zeros((max(room // 100, 16), 2), np.int64),
            np.zeros((64, 3), np.int64),
            new_pairs(),
            np.frombuffer(b"".join(rules.prefixes) or b"\0", np.uint8),
            np.cumsum([0, *map(len, rules.prefixes)]).astype(np.int64),
        )
        self._fields = np.zeros((FIELDS, 1), np.int64)

    def take(self, source: str, packed: BinaryIO, block_bytes: int) -> None:
        """Deals the lines of one dump; a gzip member never holds lines of two."""
        most = self._rules.max_line_bytes
        before = int(self._lots.now[LINES])
        self._path = new_path_state(most)  # what a path keeps of the one before is of no use in another form
        try:
            with blocks(packed, source, size=block_bytes, max_line_bytes=most) as stream:
                self._take_blocks(stream)
        except BadSourceError as error:
            raise BadSourceError(error.reason, source, int(self._lots.now[LINES]) - before + 1) from error
        self._pack()

    def _take_blocks(self, stream: Iterator[Block]) -> None:
        form = None
        for block in stream:
            form = form_in(block).value if form is None else form
            self._lots.now[POSITION] = 0
            while (full := self._deal(block, form)) != DONE:
                if full == FULL:
                    self._pack()
                    self._path.now[BEGIN] = -1
                else:
                    self._decide(int(self._lots.now[NEW_GID]))
            if block.too_long is not None:
                self._lots.now[LINES] += 1
                self._lots.now[BAD] += 1

    def _deal(self, block: Block, form: int) -> int:
        most = self._rules.max_line_bytes
        return deal(block.data, block.stop, form, most, self._path, self._lots, self._fields)

    def _decide(self, gid: int) -> None:
        """Notes of a gid whether its lines are taken, and its lot."""
        gids = self._lots.gids
        if int(gids.now[PAIRS]) == len(gids.keys):
            gids = grown_pairs(gids)
        number = int(gids.now[PAIRS])
        gids.slots[free_slot(gids, gid, 0)] = number
        gids.keys[number, 0] = gid
        gids.sums[number, IS_CHOSEN], gids.sums[number, LOT] = gid in self._rules.chosen, self._lot(gid)
        gids.now[PAIRS] = number + 1
        self._lots = self._lots._replace(gids=gids, counts=_roomy(self._lots.counts, len(self._names)))

    def _lot(self, gid: int) -> int:
        """The lot of the gid's file: that of another gid of the same name, or a new one."""
        name = self._rules.names.get(gid)
        if name == "":
            return NO_LOT
        file = name if name is not None and _SAFE_NAME.fullmatch(name) else str(gid)
        known = [each for each, _ in self._names]
        if file not in known:
            self._names.append((file, gid))
            return len(known)
        return known.index(file)

    def _pack(self) -> None:
        """Packs what waits, in threads, while the next lines are read."""
        self._hand_out()
        if not self._lots.now[FILLED]:
            return
        ends = np.zeros(len(self._names), np.int64)
        bring_together(self._lots, len(self._names), ends, self._out)
        begin, view = 0, memoryview(self._out.data).cast("B")
        for lot, end in enumerate(ends.tolist()):
            for start in range(begin, end, _MEMBER_BYTES):
                piece = view[start : min(start + _MEMBER_BYTES, end)]
                self._packing.append((lot, self._pool.submit(_packed, piece)))
            begin = end

    def _hand_out(self) -> None:
        for lot, member in self._packing:
            self._append(self._names[lot][0], member.result())
        self._packing = []

    def finish(self) -> Split:
        """What came of all dumps."""
        self._hand_out()
        now = self._lots.now.tolist()
        files = [
            SplitFile(file, gid, self._rules.names.get(gid), lines, directories)
            for (file, gid), (lines, directories, _) in zip(self._names, self._lots.counts.tolist(), strict=False)
            if lines
        ]
        return Split(files, now[LINES], now[SKIPPED], now[BAD])


def _packed(piece: memoryview) -> bytes:
    return isal_zlib.compress(piece, _LEVEL, _GZIP)


def _roomy(counts: NDArray[np.int64], lots: int) -> NDArray[np.int64]:
    if lots < len(counts):
        return counts
    return np.concatenate([counts, np.zeros_like(counts)])
