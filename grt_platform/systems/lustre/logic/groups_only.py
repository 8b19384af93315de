"""What each group uses, straight from a dump: the cheapest answer, for when nothing else is asked."""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import polars as pl

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.bad_lines import Bad, BadLines
from grt_platform.systems.lustre.logic.blocks import BLOCK_BYTES, Block, blocks
from grt_platform.systems.lustre.logic.counts import Counts
from grt_platform.systems.lustre.logic.entry import Form
from grt_platform.systems.lustre.logic.frames import users_frame
from grt_platform.systems.lustre.logic.kernels.groups import PAIRS_FULL, TOO_MUCH, add_groups
from grt_platform.systems.lustre.logic.kernels.lines import BAD, DONE, LINES, POSITION, ROWS
from grt_platform.systems.lustre.logic.kernels.numbers import FIELDS
from grt_platform.systems.lustre.logic.kernels.pairs import grown_pairs, new_pairs
from grt_platform.systems.lustre.logic.kernels.path import new_path_state
from grt_platform.systems.lustre.logic.reader import form_in
from grt_platform.systems.lustre.logic.rules import ScanRules

_BAD_LINES = 1024


def scan_groups(
    packed: BinaryIO, source: str, rules: ScanRules, *, bad: Bad, block_bytes: int = BLOCK_BYTES
) -> tuple[Counts, pl.DataFrame]:
    """Counts of the lines and `group_totals`, as `scan` makes them; memory does not depend on the dump.

    Raises:
        BadSourceError: The stream is damaged, cut short, empty, or holds too many bad lines.
    """
    groups = _Groups(rules, bad)
    try:
        with blocks(packed, source, size=block_bytes, max_line_bytes=rules.max_line_bytes) as stream:
            groups.read(stream, source)
    except BadSourceError as error:
        raise BadSourceError(error.reason, source, int(groups.now[LINES]) + 1) from error
    counts = groups.counts
    counts.check(source, rules.max_bad_share)
    keyed = users_frame(groups.pairs)
    return counts, keyed.drop("gid").rename({"uid": "gid"})


class _Groups:
    def __init__(self, rules: ScanRules, bad: Bad) -> None:
        self.counts, self.pairs, self.now = Counts(), new_pairs(), np.zeros(5, np.int64)
        self._rules, self._form = rules, Form.BASE64
        self._lines = BadLines(self.counts, bad, rules.max_line_bytes)
        self._bad = np.zeros((_BAD_LINES, 3), np.int64)
        self._path, self._fields = new_path_state(rules.max_line_bytes), np.zeros((FIELDS, 1), np.int64)

    def read(self, stream: Iterator[Block], source: str) -> None:
        """Adds all lines."""
        for number, block in enumerate(stream):
            if number == 0:
                self._form = form_in(block)
                self.counts.form = self._form.label
            self.now[POSITION] = 0
            while (full := self._add(block)) != DONE:
                if full == TOO_MUCH:
                    raise BadSourceError("the sizes add up to more than 2^63 bytes", source)
                if full == PAIRS_FULL:
                    self.pairs = grown_pairs(self.pairs)
                self._drain(block)
            self._drain(block)
            if block.too_long is not None:
                self._lines.add_too_long(int(self.now[LINES]), block.too_long)
                self.now[LINES] += 1
        self.counts.lines, self.counts.entries = int(self.now[LINES]), int(self.now[ROWS])

    def _add(self, block: Block) -> int:
        most, as_of = self._rules.max_line_bytes, self._rules.as_of_s
        where = (self._path, self.pairs, self.now, self._bad, self._fields)
        return add_groups(block.data, block.stop, self._form.value, most, *where, as_of)

    def _drain(self, block: Block) -> None:
        self._lines.add(block, self._form, self._bad[: int(self.now[BAD])])
        self.now[BAD] = 0
