"""Rows that are set aside: bad lines, and good lines whose job the report does not have."""

import numpy as np
import numpy.typing as npt
import polars as pl

from grt_platform.systems.galaxy.logic.rows import Rows, lines_at, parts_at
from grt_platform.systems.galaxy.logic.slots import Integers

MAX_RAW_BYTES = 64 * 1024
_ORPHAN = "no good row of its job in this report"


def bad_rows(rows: Rows, slots: Integers) -> pl.DataFrame:
    """The rows of a piece that are set aside, in its order.

    Args:
        rows: The piece.
        slots: For each good row the slot of its job, -1 where the report does not have it.

    Returns:
        `report` (number), `member`, `line_number`, `reason`, `raw` as in the table quarantine.
    """
    orphans = rows.good["line"].to_numpy()[slots < 0].astype(np.int64)
    numbers = np.concatenate([np.array([number for number, _ in rows.bad], np.int64), orphans])
    reasons = [reason for _, reason in rows.bad] + [_ORPHAN] * len(orphans)
    order = np.argsort(numbers)
    numbers, parts = numbers[order], rows.piece.parts
    part_of = parts_at(rows.piece, numbers)
    starts = np.concatenate([[0], np.cumsum([part.lines for part in parts])])
    first = np.array([part.first_line for part in parts], np.int64)
    return pl.DataFrame(
        {
            "report": np.array([part.report for part in parts], np.int32)[part_of],
            "member": pl.repeat(rows.piece.header.kind, len(numbers), eager=True),
            "line_number": numbers - starts[part_of] + first[part_of],
            "reason": pl.Series([reasons[index] for index in order.tolist()], dtype=pl.String),
            "raw": pl.Series(lines_at(rows.piece.text, numbers, MAX_RAW_BYTES), dtype=pl.Binary),
        }
    )


def ordinals(reports: npt.NDArray[np.int32]) -> Integers:
    """How many rows of the same report come before each row."""
    order = np.argsort(reports, kind="stable")
    ordinals = np.empty(len(reports), np.int64)
    ordinals[order] = np.arange(len(reports)) - np.searchsorted(reports[order], reports[order])
    return ordinals
