"""What one month of an instance must know of the instance's other months: their claims to jobs and their versions."""

from dataclasses import dataclass

import polars as pl

from grt_platform.systems.galaxy.logic.names import report_id_of
from grt_platform.systems.galaxy.schemas import CLAIMS, LEDGER, REPORTS

_SETTLED = ("loaded", "replaced", "duplicate")


@dataclass(frozen=True, slots=True)
class Rivals:
    """The other months of an instance as they were last built.

    Attributes:
        claims: Rows of the table claims with `received_month`; may be large, is only read for the jobs in question.
        reports: `report_id`, `generated_at`, `received_at`, `received_month` of the loaded reports.
        versions: `report_id`, `sha256`, `received_at`, `status`, `received_month` of every acceptable version.
    """

    claims: pl.LazyFrame
    reports: pl.DataFrame
    versions: pl.DataFrame

    @classmethod
    def of_tables(cls, month: str, claims: pl.LazyFrame, reports: pl.DataFrame, ledger: pl.DataFrame) -> "Rivals":
        """The rivals of `month`, from the tables claims, reports and ledger of all months of one instance."""
        others = pl.col("received_month") != month
        versions = ledger.filter(others, pl.col("status").is_in(_SETTLED)).select(
            pl.col("source").map_elements(report_id_of, pl.String).alias("report_id"),
            "sha256",
            "received_at",
            "status",
            "received_month",
        )
        columns = ["report_id", "generated_at", "received_at", "received_month"]
        return cls(claims.filter(others), reports.filter(others).select(columns), versions)

    @classmethod
    def none(cls) -> "Rivals":
        """The rivals of an instance's only month."""
        empty = [pl.DataFrame(schema=table.polars_schema()) for table in (CLAIMS, REPORTS, LEDGER)]
        return cls.of_tables("", empty[0].lazy(), empty[1], empty[2])
