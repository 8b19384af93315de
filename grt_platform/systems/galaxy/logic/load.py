"""All reports that one instance sent in one month: bytes in, rows of every table and verdicts out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from grt_platform.systems.galaxy.logic.batch import Batch, batches
from grt_platform.systems.galaxy.logic.contest import Contest, Flags, Places, Settled
from grt_platform.systems.galaxy.logic.deliver import Delivery, Emit
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.month import Month
from grt_platform.systems.galaxy.logic.reports import Report, Verdict, ledger
from grt_platform.systems.galaxy.logic.rivals import Rivals
from grt_platform.systems.galaxy.logic.survey import Survey, survey
from grt_platform.systems.galaxy.logic.told import reports_frame, tools_frame


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a month's reports.

    Attributes:
        ledger: Stored columns of the table ledger, one row per report in the order given.
        warnings: One sentence for each report that is rejected or has rows in quarantine.
        affected: Other months (`YYYY-MM`) that must be loaded again, because a row of theirs won or lost since.
    """

    ledger: pl.DataFrame
    warnings: tuple[str, ...]
    affected: frozenset[str]


def load(reports: Sequence[Report], rivals: Rivals, emit: Emit, limits: Limits) -> Outcome:
    """Load every kept version of the reports that one instance sent in one month.

    Rows are emitted as frames in the column order of `Table.stored_columns`, never taken back, in an order that depends
    on the reports alone. Months may be loaded in any order: when those in `affected` are loaded again, and so on until
    none is left, the tables are those of one load of everything.

    Args:
        reports: The versions; archives above `limits.small_bytes` are read several times, others once.
        rivals: The instance's other months as they were last built.
        emit: Takes the noun of a table and rows of it, any number of times.
        limits: What a report may ask.

    Raises:
        GrtError: The rows of a report do not add up; what was emitted must be thrown away.
    """
    month = Month(reports, rivals, limits)
    contest = Contest([candidate.rank for candidate in month.loaders], rivals, month.still_loaded)
    places = np.array(contest.places, np.int32)
    for batch, numbers in batches(month.opened(), limits):
        _load_batch(batch, places[numbers], contest, emit, limits)
    loaded = [candidate for candidate in month.loaders if candidate.verdict.status == "loaded"]
    if loaded:
        emit("reports", reports_frame(loaded))
    for candidate in loaded:
        if candidate.metadata.tools:
            emit("tools", tools_frame(candidate))
    contest.check_stale([report.report_id for report in reports])
    for verdict in month.verdicts:
        verdict.check()
    return Outcome(
        ledger(month.verdicts), tuple(_warnings(month.verdicts)), frozenset(contest.affected | month.affected)
    )


def _load_batch(batch: Batch, places: Places, contest: Contest, emit: Emit, limits: Limits) -> None:
    found = survey(batch, limits)
    verdicts = [opened.candidate.verdict for opened in batch.reports]
    is_accepted = np.array([_judge(number, batch, found, limits) for number in range(len(verdicts))])
    settled = _settle(found, places, is_accepted, contest)
    Delivery(batch, found, settled, contest.names, verdicts, is_accepted, limits, emit).run()


def _judge(number: int, batch: Batch, found: Survey, limits: Limits) -> bool:
    report = batch.reports[number]
    verdict = report.candidate.verdict
    verdict.rows_in = int(found.rows_in[number])
    fault = found.fault(number, limits)
    if fault is None:
        verdict.settle("loaded", *report.inspection.oddities)
        return True
    verdict.settle("rejected", fault)
    verdict.rows_quarantined = verdict.rows_in
    return False


def _settle(found: Survey, places: Places, is_accepted: Flags, contest: Contest) -> Settled:
    reports = found.slots.reports
    kept = np.flatnonzero(is_accepted[reports])
    part = contest.settle(found.slots.job_ids[kept], places[reports[kept]], found.fingerprints[kept])
    if len(kept) == len(reports):
        return part
    whole = Settled.all_won(places[reports])
    whole.winners[kept], whole.has_won[kept], whole.is_same[kept] = part.winners, part.has_won, part.is_same
    return whole


def _warnings(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        name = f"{verdict.report.source} ({verdict.report.version[:12]})"
        if verdict.status == "rejected":
            yield f"{name} is rejected: {'; '.join(verdict.reasons)}"
        elif verdict.rows_quarantined:
            yield f"{name}: {verdict.rows_quarantined} of {verdict.rows_in} rows are in quarantine"
