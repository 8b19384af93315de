"""Loads made reports in memory, one month or several, and gives back the tables as lists of rows."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl

from grt_platform.kernel.lines import Lines
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.load import Outcome, load
from grt_platform.systems.galaxy.logic.names import report_id_of
from grt_platform.systems.galaxy.logic.reports import Report
from grt_platform.systems.galaxy.logic.rivals import Rivals
from grt_platform.systems.galaxy.schemas import CLAIMS, LEDGER, RAW_TABLES, REPORTS
from grt_platform_tests.galaxy_archives import Made

RECEIVED = datetime(2022, 8, 2, tzinfo=UTC)
SCHEMAS = {table.noun: dict(table.polars_schema(with_partition=False)) for table in RAW_TABLES}


def report(made: Made, received_at: datetime = RECEIVED, name: str | None = None) -> Report:
    """A made report as it lies in the raw store."""
    stem = name or made.report_id
    return Report(
        f"{stem}.tar.gz",
        report_id_of(stem),
        made.sha256,
        made.sha256,
        len(made.archive),
        received_at,
        made.metadata,
        lambda: io.BytesIO(made.archive),
    )


@dataclass
class Loaded:
    """The tables and the outcome of one load."""

    frames: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    outcome: Outcome | None = None

    def emit(self, noun: str, frame: pl.DataFrame, _lines: Lines | None = None, /) -> None:
        assert frame.schema == SCHEMAS[noun]
        assert frame.height
        self.frames.setdefault(noun, []).append(frame)

    def table(self, noun: str) -> pl.DataFrame:
        """All rows of a table."""
        if noun == "ledger":
            assert self.outcome is not None
            return self.outcome.ledger
        return pl.concat([pl.DataFrame(schema=SCHEMAS[noun]), *self.frames.get(noun, [])])

    def rows(self, noun: str) -> list[dict[str, Any]]:
        """All rows of a table as dictionaries."""
        return self.table(noun).to_dicts()

    def ledger(self, number: int = 0) -> dict[str, Any]:
        """The ledger's row of one report."""
        return self.rows("ledger")[number]

    def reasons(self) -> list[str]:
        """Why rows are in quarantine, in their order."""
        return [row["reason"] for row in self.rows("quarantine")]


def load_all(reports: Iterable[Report], limits: Limits | None = None, rivals: Rivals | None = None) -> Loaded:
    """Load reports of one month and check that the ledger agrees with the tables."""
    loaded = Loaded()
    loaded.outcome = load(list(reports), rivals or Rivals.none(), loaded.emit, limits or Limits())
    assert loaded.outcome.ledger.schema == SCHEMAS["ledger"]
    ledger = loaded.outcome.ledger
    nouns = ("jobs", "params", "metrics_num", "metrics_txt", "datasets")
    assert int(ledger["rows_loaded"].sum()) == sum(loaded.table(noun).height for noun in nouns)
    return loaded


def load_made(*made: Made, limits: Limits | None = None) -> Loaded:
    """Load made reports that came in at the same time."""
    return load_all([report(one) for one in made], limits)


class Instance:
    """The lake of one instance in memory: months that are rebuilt one at a time."""

    def __init__(self, months: Mapping[str, Sequence[Report]]) -> None:
        self.months, self.built = months, dict[str, Loaded]()

    def rebuild(self, month: str) -> frozenset[str]:
        """Load a month anew beside the others as they stand; returns the months it affects."""
        everything = [self._all(table.noun) for table in (CLAIMS, REPORTS, LEDGER)]
        rivals = Rivals.of_tables(month, everything[0].lazy(), everything[1], everything[2])
        self.built[month] = load_all(self.months[month], rivals=rivals)
        outcome = self.built[month].outcome
        assert outcome is not None
        return outcome.affected

    def settle(self, order: Iterable[str]) -> int:
        """Rebuild months in an order, then whatever is affected until nothing is; returns the rebuilds it took."""
        waiting, count = list(order), 0
        while waiting:
            affected = self.rebuild(waiting.pop(0))
            waiting += sorted(affected - set(waiting))
            count += 1
            assert count < 60
        return count

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every table's rows with their month, sorted."""
        return {noun: sorted(self._all(noun).rows(), key=repr) for noun in SCHEMAS}

    def _all(self, noun: str) -> pl.DataFrame:
        frames = [
            loaded.table(noun).with_columns(pl.lit(month).alias("received_month"))
            for month, loaded in self.built.items()
        ]
        return pl.concat([pl.DataFrame(schema={**SCHEMAS[noun], "received_month": pl.String}), *frames])
