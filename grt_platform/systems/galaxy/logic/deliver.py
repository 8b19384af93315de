"""The second look at a batch: every row goes to its table, to the history, to the quarantine, or is counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from grt_platform.kernel.lines import Lines
from grt_platform.systems.galaxy.logic.as_came import as_came
from grt_platform.systems.galaxy.logic.aside import bad_rows, ordinals
from grt_platform.systems.galaxy.logic.batch import Batch
from grt_platform.systems.galaxy.logic.contest import Flags, Places, Settled
from grt_platform.systems.galaxy.logic.distinct import is_new
from grt_platform.systems.galaxy.logic.headers import KINDS
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.reports import Verdict
from grt_platform.systems.galaxy.logic.rows import Rows
from grt_platform.systems.galaxy.logic.slots import Integers
from grt_platform.systems.galaxy.logic.survey import GAVE_WAY, KEPT, SAME, SUB_KINDS, Survey
from grt_platform.systems.galaxy.schemas import CLAIMS, HISTORY, MEMBER_TABLES, QUARANTINE

SAMPLE_ROWS = 100
_CLAIMS_AT_A_TIME = 500_000
_NAMES = {"source": pl.String, "version": pl.String}


class Emit(Protocol):
    """Takes the noun of a table and rows of it; `lines` say the same as the frame."""

    def __call__(self, noun: str, frame: pl.DataFrame, lines: Lines | None = None, /) -> None:
        """Take them, any number of times."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A surveyed batch whose contest is settled, on its way to the tables.

    Attributes:
        verdicts: One for each report of the batch; the counts are added to them.
        is_accepted: Whether each report is loaded.
        outcome: For each slot.
    """

    batch: Batch
    survey: Survey
    outcome: Settled
    names: list[str]
    verdicts: list[Verdict]
    is_accepted: Flags
    limits: Limits
    emit: Emit

    def run(self) -> None:
        """Emit everything of the batch."""
        self._claims()
        self._jobs()
        for kind in SUB_KINDS:
            if kind in self.survey.scattered:
                self._scattered(kind)
            else:
                self._grouped(kind)
        self._quarantine()

    def _claims(self) -> None:
        kept = np.flatnonzero(self.is_accepted[self.survey.slots.reports])
        for start in range(0, len(kept), _CLAIMS_AT_A_TIME):
            self._send("claims", self._claims_of(kept[start : start + _CLAIMS_AT_A_TIME]))

    def _claims_of(self, kept: Integers) -> pl.DataFrame:
        slots, outcome = self.survey.slots, self.outcome
        lost = pl.Series(~outcome.has_won[kept])
        frame = pl.DataFrame(
            {
                "report_id": self._report_ids(slots.reports[kept]),
                "job_id": slots.job_ids[kept],
                "fingerprint": self.survey.fingerprints[kept].view(np.int64),
                "superseded_by": self._names(outcome.winners[kept]),
                "is_identical": outcome.is_same[kept],
            }
        )
        return frame.with_columns(
            pl.when(lost).then(pl.col(name)).alias(name) for name in ("superseded_by", "is_identical")
        )

    def _jobs(self) -> None:
        first = 0
        for rows in self.batch.rows("jobs"):
            frame, slots = self._located(rows)
            fates = np.full(frame.height, KEPT, np.uint8)
            if self.survey.line_fates is not None:
                fates = self.survey.line_fates[first : first + frame.height]
            first += frame.height
            kept = self.is_accepted[frame["report"].to_numpy()]
            frame, slots, fates = _filtered(frame, kept), slots[kept], fates[kept]
            self._add("rows_duplicate", frame.filter(fates == SAME))
            gave_way = frame.filter(fates == GAVE_WAY)
            self._history("jobs", gave_way, self._report_ids(gave_way["report"].to_numpy()))
            self._divide("jobs", _filtered(frame, fates == KEPT), slots[fates == KEPT], rows)

    def _grouped(self, kind: str) -> None:
        """Rows of one job follow each other, so that only the last job of a piece goes on in the next."""
        tail = pl.DataFrame()
        for rows in self.batch.rows(kind):
            frame, slots = self._known(rows)
            if not frame.height:
                continue
            fresh, open_rows = is_new(tail, frame), slots == slots[-1]
            if self.batch.is_streamed:
                has_ended = tail.is_empty() or not open_rows.all() or tail["job_id"][0] != frame["job_id"][-1]
                tail = frame.filter(open_rows) if has_ended else pl.concat([tail, frame])
            self._add("rows_duplicate", frame.filter(~fresh))
            self._divide(kind, _filtered(frame, fresh), slots[fresh], rows)

    def _scattered(self, kind: str) -> None:
        """Read the member once for each range of jobs whose rows fit in memory together."""
        ends = np.cumsum(self.survey.scattered[kind], dtype=np.int64)
        room = self.limits.bucket_rows
        start = 0
        while start < len(ends):
            before = int(ends[start - 1]) if start else 0
            end = max(start + 1, int(np.searchsorted(ends, before + room, side="right")))
            parts = [self._within(rows, start, end) for rows in self.batch.rows(kind)]
            frame = pl.concat([part for part, _ in parts])
            slots = np.concatenate([slots for _, slots in parts])
            fresh = is_new(pl.DataFrame(), frame)
            self._add("rows_duplicate", frame.filter(~fresh))
            self._divide(kind, frame.filter(fresh), slots[fresh])
            start = end

    def _within(self, rows: Rows, start: int, end: int) -> tuple[pl.DataFrame, Integers]:
        frame, slots = self._known(rows)
        is_within = (slots >= start) & (slots < end)
        return frame.filter(is_within), slots[is_within]

    def _located(self, rows: Rows) -> tuple[pl.DataFrame, Integers]:
        reports, job_ids = rows.good["report"].to_numpy(), rows.good["job_id"].to_numpy()
        return rows.good, self.survey.slots.runs(reports, job_ids).row_slots

    def _known(self, rows: Rows) -> tuple[pl.DataFrame, Integers]:
        frame, slots = self._located(rows)
        kept = (slots >= 0) & self.is_accepted[frame["report"].to_numpy()]
        return (frame, slots) if kept.all() else (frame.filter(kept), slots[kept])

    def _divide(self, kind: str, frame: pl.DataFrame, slots: Integers, piece: Rows | None = None) -> None:
        """Rows of jobs that were won are loaded, others are duplicates or go to the history.

        Args:
            kind: What the rows are.
            frame: The rows.
            slots: Their jobs.
            piece: What they come from, where it is one piece.
        """
        has_won = self.outcome.has_won[slots]
        if not has_won.all():
            is_same = self.outcome.is_same[slots] & ~has_won
            self._add("rows_duplicate", frame.filter(is_same))
            older = ~has_won & ~is_same
            self._history(kind, frame.filter(older), self._names(self.outcome.winners[slots[older]]))
            frame = frame.filter(has_won)
        self._add("rows_loaded", frame)
        lines = as_came(piece, frame, [verdict.report.report_id for verdict in self.verdicts]) if piece else None
        if kind == "jobs":
            frame = frame.with_columns(self._report_ids(frame["report"].to_numpy()))
        self._send(MEMBER_TABLES[kind].noun, frame, lines)

    def _history(self, kind: str, frame: pl.DataFrame, superseded_by: pl.Series) -> None:
        if not frame.height:
            return
        self._add("rows_superseded", frame)
        generated = [opened.candidate.metadata.generated_at for opened in self.batch.reports]
        reports = frame["report"].to_numpy()
        history = frame.select(
            self._report_ids(reports),
            pl.Series("generated_at", generated, pl.Datetime("us", "UTC")).gather(reports),
            superseded_by.alias("superseded_by"),
            pl.lit(kind).alias("member"),
            "job_id",
            _as_json(frame).alias("row"),
        )
        self._send("history", history)

    def _quarantine(self) -> None:
        """Bad rows of accepted reports, and the first few of rejected ones."""
        if not self.survey.rows_bad.any():
            return
        room = np.where(self.is_accepted, np.iinfo(np.int64).max, SAMPLE_ROWS)
        names = pl.DataFrame([(v.report.source, v.report.version) for v in self.verdicts], _NAMES, orient="row")
        for rows in self._all_rows():
            if not room.any():
                return
            frame = bad_rows(rows, self._located(rows)[1])
            reports = frame["report"].to_numpy()
            frame = frame.filter(ordinals(reports) < room[reports])
            reports = frame["report"].to_numpy()
            room -= np.bincount(reports, minlength=len(room))
            self._add("rows_quarantined", frame.filter(self.is_accepted[reports]))
            self._send("quarantine", pl.concat([names[reports], frame], how="horizontal"))

    def _all_rows(self) -> Iterator[Rows]:
        for kind in KINDS:
            yield from self.batch.rows(kind)

    def _add(self, count: str, frame: pl.DataFrame) -> None:
        if frame.height:
            counts = np.bincount(frame["report"].to_numpy(), minlength=len(self.verdicts))
            for number in np.flatnonzero(counts).tolist():
                verdict = self.verdicts[number]
                setattr(verdict, count, getattr(verdict, count) + int(counts[number]))

    def _send(self, noun: str, frame: pl.DataFrame, lines: Lines | None = None) -> None:
        if frame.height:
            self.emit(noun, frame.select(_COLUMNS[noun]), lines)

    def _report_ids(self, reports: npt.NDArray[np.int32]) -> pl.Series:
        names = [verdict.report.report_id for verdict in self.verdicts]
        return pl.Series("report_id", names, pl.String()).gather(reports)

    def _names(self, places: Places) -> pl.Series:
        return pl.Series(self.names, dtype=pl.String()).gather(places)


_TABLES = (*MEMBER_TABLES.values(), HISTORY, QUARANTINE, CLAIMS)
_COLUMNS = {table.noun: list(table.polars_schema(with_partition=False)) for table in _TABLES}


def _filtered(frame: pl.DataFrame, kept: Flags) -> pl.DataFrame:
    return frame if kept.all() else frame.filter(kept)


def _as_json(frame: pl.DataFrame) -> Any:
    values = frame.drop("report", "line", "job_id")
    texts = [
        pl.col(name).dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
        if dtype == pl.Datetime("us", "UTC")
        else pl.col(name).cast(pl.String)
        if dtype.is_decimal()
        else pl.col(name)
        for name, dtype in values.schema.items()
    ]
    return values.select(pl.struct(texts).struct.json_encode()).to_series()
