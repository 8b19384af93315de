"""What ENA's pages share: their templates, the columns of machines with their cost, how states look."""

from collections.abc import Sequence
from datetime import datetime

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.systems.ena.logic.machines import cost_usd
from grt_platform.systems.ena.serving import page_queries
from grt_platform.web import shown
from grt_platform.web.listing import Col, Listed
from grt_platform.web.render import Pages

HOME = "/pages/ena"
pages = Pages("grt_platform.systems.ena.serving")
_MARKS = {"complete": "good", "warning": "warn", "error": "bad", "collected": "good"}


def taxon_address(row: Row) -> str:
    """The page of the taxon of a row."""
    return f"{HOME}/taxa/{row['taxonomy_id']}"


def status_mark(row: Row) -> str:
    """How the status of a taxon looks."""
    return "bad" if row["needs_attention"] else _MARKS.get(row["last_run_status"], "")


def _usd(value: object) -> str:
    return "" if value is None else f"{value:.2f}"


MACHINES = (
    Col("batch_id", "Batch", is_long=True),
    Col("taxonomy_id", "Taxon", is_number=True, link=taxon_address),
    Col("provider", "Provider"),
    Col("state", "State", mark=lambda row: "bad" if row["reason"] else _MARKS.get(row["state"], "")),
    Col("reason", "Why", is_long=True),
    Col("ip", "Address"),
    Col("attempt", "Attempt", shown.number, is_number=True),
    Col("price_usd_per_h", "USD an hour", shown.text, is_number=True),
    Col("cost_usd", "Cost so far, USD", _usd, is_number=True),
    Col("created_at", "Made", shown.moment),
    Col("deadline_at", "Due", shown.moment),
    Col("destroyed_at", "Gone", shown.moment),
)


def with_cost(rows: Sequence[Row], now: datetime) -> list[Row]:
    """The machines with what each has cost until it was gone, or until now."""
    return [
        {**row, "cost_usd": cost_usd(row["price_usd_per_h"], row["created_at"], row["destroyed_at"] or now)}
        for row in rows
    ]


def machines_listed(taxonomy_id: int | None, now: datetime, *, is_living: bool) -> Listed:
    """Machines of a taxon or of all, with their cost."""

    def fetch(database: Database, page: Page) -> list[Row]:
        rows = page_queries.machines(database, taxonomy_id, is_living=is_living)
        return with_cost(rows[page.offset : page.offset + page.limit], now)

    return Listed("Machines, those that exist first", MACHINES, fetch, "There is none.")
