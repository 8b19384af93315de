"""The page of a group: what it used, on which volume, and what it is expected to use on a date of somebody's choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.systems.lustre.serving import ahead, page_charts, page_columns, page_queries, queries
from grt_platform.systems.lustre.serving.leaders import Seen
from grt_platform.systems.lustre.serving.page_parts import FormDate, VolumeName, pages
from grt_platform.web.access import PLAIN
from grt_platform.web.listing import Listed, View
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import signed_in

router = APIRouter()
_CHART_ROWS = 1500
_AHEAD_DAYS, _BACK_DAYS = 30, 365


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which group, where, since when, and until when."""

    group: str
    volume: str | None
    since: date | None
    on: date | None


def _asked(
    group: Annotated[str, Query(min_length=1, max_length=255, pattern=PLAIN)],
    volume: VolumeName = "",
    since: FormDate = "",
    on: FormDate = "",
) -> _Asked:
    return _Asked(group, volume or None, since or None, on or None)


@router.get("/group")
@signed_in
def group(request: Request, view: View, seen: Seen, asked: Annotated[_Asked, Depends(_asked)]) -> Response:
    """What a group used, and what it is expected to use on a date."""
    database: Database = request.app.state.warehouse
    gids = [gid for gid in page_queries.gids_of(database, asked.group) if seen is None or gid in seen]
    newest = _newest(database, gids, asked)
    first = asked.since or newest["dumped_on"] - timedelta(days=_BACK_DAYS)
    then = asked.on or newest["dumped_on"] + timedelta(days=_AHEAD_DAYS)
    coming = _expected(page_queries.forecasts(database, gids, asked.volume), then)
    past = page_queries.drawn_history(database, gids, asked.volume, first, _CHART_ROWS)
    known: dict[str, Any] = {
        "group": newest,
        "name": page_charts.name_of(newest),
        "asked": asked,
        "since": first,
        "on": then,
        "volumes": queries.volumes(database),
        "chart": page_charts.past_and_future(past, coming, then),
    }
    return view.answer(pages, "group.html", _tables(gids, asked.volume, first, coming), **known)


def _newest(database: Database, gids: Sequence[int], asked: _Asked) -> Row:
    rows = page_queries.history(database, gids, asked.volume, None, Page(1)) if gids else []
    if not rows:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"No loaded dump knows a group {asked.group}.")
    return rows[0]


def _tables(gids: Sequence[int], volume: str | None, first: date, coming: list[Row]) -> dict[str, Listed]:
    def past(database: Database, page: Page) -> list[Row]:
        return page_queries.history(database, gids, volume, first, page)

    def future(_database: Database, page: Page) -> list[Row]:
        return coming[page.offset : page.offset + page.limit]

    used, expected = "What it used, the newest dump first", "What is expected"
    return {
        "history": Listed(used, page_columns.HISTORY, past, "No dump since this date."),
        "forecasts": Listed(expected, page_columns.FORECASTS, future, "It is in no newest dump."),
    }


def _expected(forecasts: Sequence[Row], on: date) -> list[Row]:
    """The forecasts with what they say of a date."""
    found = ahead.expected(forecasts, on) if forecasts else []
    then = {(row["volume"], row["gid"]): row for row in found}
    return [{**row, **then[row["volume"], row["gid"]]} for row in forecasts]
