"""Makes the tables of a taxon from its answers in raw alone: runs with their verdicts, ledger, quarantine."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.partition_sink import PartitionSink
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.systems.ena.logic.files import DISAGREE
from grt_platform.systems.ena.logic.runs import Answer, Counts, Stray, runs
from grt_platform.systems.ena.logic.wanted import Wanted
from grt_platform.systems.ena.records import Check, KeptAnswer, Records
from grt_platform.systems.ena.schemas import LEDGER, QUARANTINE, RUNS

TABLES = (RUNS, LEDGER, QUARANTINE)
_MOST_RAW_BYTES = 64 * 1024
_STRAYS_AT_ONCE = 1000
_GROUP_BYTES = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Built:
    """What became of a taxon's answers: rows of each table by its noun, and what a person should know."""

    rows: dict[str, int]
    warnings: tuple[str, ...]


class Building:
    """From raw into lake and warehouse; all tables of a taxon are swapped as one.

    Args:
        records: The answers.
        lake, warehouse: Where the tables go.
    """

    def __init__(self, records: Records, lake: Lake, warehouse: Warehouse) -> None:
        self._records, self._lake, self._warehouse = records, lake, warehouse

    def build(self, taxonomy_id: int, wanted: Wanted) -> Built:
        """The tables tell of every answer that is kept of the taxon."""
        checks, counts = self._records.checks(taxonomy_id), dict[str, Counts]()
        partition = {"taxonomy_id": str(taxonomy_id)}
        with (
            self._warehouse.lock("ena", str(taxonomy_id)),
            self._warehouse.transaction() as connection,
            PartitionSink(self._lake, connection, TABLES, partition, {}, group_bytes=_GROUP_BYTES) as sink,
            ExitStack() as open_answers,
        ):
            aside = _Aside(sink, checks)
            disagreeing = 0
            answers = self._answers(checks, open_answers)
            for frame in runs(answers, wanted, aside.take, lambda source: counts.setdefault(source, Counts())):
                disagreeing += frame.filter(pl.col("reason").str.starts_with(DISAGREE)).height
                sink.emit(RUNS.noun, frame)
            aside.flush()
            sink.emit(LEDGER.noun, _ledger(checks, counts))
        rows = sink.rows
        warnings = [f"the file lists of {disagreeing} runs disagree: they are left out"] if disagreeing else []
        warnings += [f"{aside.count} rows name no run: they are in quarantine"] if aside.count else []
        return Built(rows, tuple(warnings))

    def _answers(self, checks: list[Check], open_answers: ExitStack) -> Iterator[Answer]:
        """The answers, the newest first; each is closed before the next is opened."""
        for check in reversed(checks):
            for answer in check.answers:
                lines = open_answers.enter_context(self._records.lines(check, answer))
                yield Answer(check.source(answer), check.checked_at.date(), lines)
                open_answers.close()


class _Aside:
    """Takes strays, some at a time."""

    def __init__(self, sink: PartitionSink, checks: list[Check]) -> None:
        self._sink, self._strays, self.count = sink, list[Stray](), 0
        self._versions = {check.source(answer): answer.sha256 for check in checks for answer in check.answers}

    def take(self, stray: Stray) -> None:
        self._strays.append(stray)
        self.count += 1
        if len(self._strays) >= _STRAYS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        rows = [
            {
                "source": stray.source,
                "version": self._versions[stray.source],
                "member": "",
                "line_number": stray.line_number,
                "reason": stray.reason,
                "raw": stray.raw.encode()[:_MOST_RAW_BYTES],
            }
            for stray in self._strays
        ]
        self._sink.emit(QUARANTINE.noun, pl.DataFrame(rows, QUARANTINE.polars_schema(with_partition=False)))
        self._strays = []


def _ledger(checks: list[Check], counts: dict[str, Counts]) -> pl.DataFrame:
    rows = [
        _ledger_row(check, answer, counts.get(check.source(answer), Counts()))
        for check in checks
        for answer in check.answers
    ]
    return pl.DataFrame(rows, LEDGER.polars_schema(with_partition=False))


def _ledger_row(check: Check, answer: KeptAnswer, count: Counts) -> dict[str, object]:
    received: datetime = check.checked_at
    return {
        "source": check.source(answer),
        "version": answer.sha256,
        "etag": None,
        "size_bytes": answer.size_bytes,
        "sha256": answer.sha256,
        "received_at": received,
        "status": "replaced" if count.older and not count.runs else "loaded",
        "reason": "newer answers tell of all its runs" if count.older and not count.runs else None,
        "rows_in": count.rows,
        "rows_loaded": count.runs,
        "rows_quarantined": count.strays,
        "rows_duplicate": 0,
        "rows_superseded": count.older,
    }
