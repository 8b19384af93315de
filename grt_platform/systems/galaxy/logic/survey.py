"""The first look at a batch: which jobs its reports name, which reports are fit to load, and each job's fingerprint."""

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from grt_platform.systems.galaxy.logic.batch import Batch
from grt_platform.systems.galaxy.logic.headers import KINDS
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.rows import Rows, parts_at
from grt_platform.systems.galaxy.logic.slots import Integers, Runs, Slots

SUB_KINDS = tuple(kind for kind in KINDS if kind != "jobs")
KEPT, SAME, GAVE_WAY = 0, 1, 2

Number = TypeVar("Number", np.int32, np.int64, np.uint64)
Hashes = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]


@dataclass(slots=True)
class Survey:
    """What a batch holds.

    Attributes:
        slots: The jobs.
        fingerprints: For each job a hash of its row and all its sub-rows, whatever their order.
        line_fates: For each good line of the jobs members KEPT, or SAME as or GAVE_WAY to a later line of its job;
            None where every line is kept.
        rows_in: Data rows of each report.
        rows_bad: Bad and orphaned ones of them.
        scattered: Rows per job for each kind of a streamed report whose rows are not grouped by job.
        faults: Reports that cannot be loaded for another reason than bad rows.
    """

    slots: Slots
    fingerprints: Hashes
    line_fates: npt.NDArray[np.uint8] | None
    rows_in: Integers
    rows_bad: Integers
    scattered: dict[str, Counts] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)

    def fault(self, report: int, limits: Limits) -> str | None:
        """Why a report cannot be loaded; None where it can."""
        bad, rows = int(self.rows_bad[report]), int(self.rows_in[report])
        if bad > limits.max_bad_share * rows:
            return f"{bad} of {rows} rows are bad, more than a share of {limits.max_bad_share:g}"
        return self.faults.get(report)


def survey(batch: Batch, limits: Limits) -> Survey:
    """Read a whole batch once."""
    rows_in, rows_bad = np.zeros((2, len(batch.reports)), np.int64)
    reports, job_ids, hashes = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for rows in batch.rows("jobs"):
        _count(rows, rows_in, rows_bad)
        reports.append(rows.good["report"].to_numpy())
        job_ids.append(rows.good["job_id"].to_numpy())
        hashes.append(row_hashes("jobs", rows.good))
    slots, fingerprints, fates = _slots(_joined(reports), _joined(job_ids), _joined(hashes))
    found = Survey(slots, fingerprints, fates, rows_in, rows_bad)
    for kind in SUB_KINDS:
        _survey_sub_rows(kind, batch, found, limits)
    return found


def row_hashes(kind: str, frame: pl.DataFrame) -> Hashes:
    """A hash of each row's values, different for each kind."""
    return frame.drop("report", "line").hash_rows(seed=KINDS.index(kind)).to_numpy()


def _joined(parts: list[npt.NDArray[Number]]) -> npt.NDArray[Number]:
    """All parts in one array; the list is emptied, so that large ones are not held twice for long."""
    joined = np.concatenate(parts)
    parts.clear()
    return joined


def _count(rows: Rows, rows_in: Integers, rows_bad: Integers) -> None:
    np.add.at(rows_in, [part.report for part in rows.piece.parts], [part.lines for part in rows.piece.parts])
    if rows.bad:
        parts = parts_at(rows.piece, np.array([number for number, _ in rows.bad]))
        np.add.at(rows_bad, [rows.piece.parts[part].report for part in parts.tolist()], 1)


def _slots(
    reports: npt.NDArray[np.int32], job_ids: Integers, hashes: Hashes
) -> tuple[Slots, Hashes, npt.NDArray[np.uint8] | None]:
    is_rising = (reports[1:] > reports[:-1]) | ((reports[1:] == reports[:-1]) & (job_ids[1:] > job_ids[:-1]))
    if is_rising.all():
        return Slots(reports, job_ids), hashes, None
    order = np.lexsort((job_ids, reports))
    reports, job_ids = reports[order], job_ids[order]
    is_last = np.ones(len(order), np.bool_)
    is_last[:-1] = (reports[1:] != reports[:-1]) | (job_ids[1:] != job_ids[:-1])
    kept = order[is_last]
    if is_last.all():
        return Slots(reports, job_ids), hashes[kept], None
    slot_of_line = np.concatenate([[0], np.cumsum(is_last[:-1])])
    is_same = hashes[order] == hashes[kept][slot_of_line]
    fates = np.empty(len(order), np.uint8)
    fates[order] = np.where(is_last, KEPT, np.where(is_same, SAME, GAVE_WAY))
    return Slots(reports[is_last], job_ids[is_last]), hashes[kept], fates


def _survey_sub_rows(kind: str, batch: Batch, found: Survey, limits: Limits) -> None:
    counts, last, is_scattered = np.zeros(len(found.slots), np.int32), -1, False
    for rows in batch.rows(kind):
        _count(rows, found.rows_in, found.rows_bad)
        if not rows.good.height:
            continue
        reports = rows.good["report"].to_numpy()
        runs = found.slots.runs(reports, rows.good["job_id"].to_numpy())
        np.add.at(found.rows_bad, reports[runs.starts], np.where(runs.slots < 0, runs.lengths, 0))
        sums = np.add.reduceat(row_hashes(kind, rows.good), runs.starts)
        is_known = runs.slots >= 0
        known = runs.slots[is_known]
        is_scattered |= batch.is_streamed and _is_scattered(runs, counts, last)
        last = int(runs.slots[-1])
        np.add.at(found.fingerprints, known, sums[is_known])
        np.add.at(counts, known, runs.lengths[is_known].astype(np.int32))
    if is_scattered:
        found.scattered[kind] = counts
    for slot in np.flatnonzero(counts > limits.max_rows_per_job).tolist():
        found.faults[int(found.slots.reports[slot])] = (
            f"{kind}: more than {limits.max_rows_per_job} rows of job {found.slots.job_ids[slot]}"
        )


def _is_scattered(runs: Runs, counts: Counts, last: int) -> bool:
    slots = runs.slots[1:] if len(runs.slots) and runs.slots[0] == last else runs.slots
    slots = slots[slots >= 0]
    return bool((counts[slots] > 0).any()) or len(np.unique(slots)) != len(slots)
