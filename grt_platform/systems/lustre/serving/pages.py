"""Lustre's pages: groups against quotas, a group's past and future, projects, where the data is, files to download.

Leaders see what their groups use, as over the HTTP API; pages that are not marked are the administrators'.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.settings import settings
from grt_platform.systems.lustre.logic.levels import parse_levels
from grt_platform.systems.lustre.serving import group_page, page_charts, page_columns, page_queries, queries, where_page
from grt_platform.systems.lustre.serving.leaders import Seen, leads_any
from grt_platform.systems.lustre.serving.page_columns import HOME
from grt_platform.systems.lustre.serving.page_parts import DumpDate, VolumeName, mounted, pages
from grt_platform.web.access import PLAIN, nothing_here
from grt_platform.web.charts import Chart
from grt_platform.web.listing import Listed, Shown, View
from grt_platform.web.sections import Late, Section
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix=HOME, include_in_schema=False)
_LINK_S = 300
_Name = Annotated[str, Query(max_length=255, pattern=PLAIN)]
_File = Annotated[str, Path(max_length=255, pattern=r"^[A-Za-z0-9][\w.-]*$")]


def late(database: Database, now: datetime) -> list[Late]:
    """The volumes whose newest dump is older than the settings allow."""
    since = now.date() - timedelta(days=settings().lustre_freshness_days)
    old = [row for row in queries.volumes(database) if row["dumped_on"] < since]
    return [Late(f"The newest dump of {row['volume']} is of {row['dumped_on']}", f"{HOME}/volumes") for row in old]


SECTION = Section(
    "lustre",
    "Lustre",
    HOME,
    "Who uses what of which volume, against which quota, since when, until when; and where the data is.",
    is_for_admins=True,
    opens=leads_any,
    late=late,
)


def _wanted(seen: Seen, on: DumpDate, volume: VolumeName = "", group: _Name = "") -> queries.Wanted:
    return queries.Wanted(on, volume or None, group or None, only_gids=seen)


Wanted = Annotated[queries.Wanted, Depends(_wanted)]


@router.get("")
@signed_in
def groups(
    request: Request,
    view: View,
    wanted: Wanted,
    level: Annotated[int, Query(ge=1, le=9)] = 1,
    sort: page_queries.GroupOrder = "status",
) -> Response:
    """Groups against their quotas, the most pressing first."""

    def fetch(database: Database, page: Page) -> list[Row]:
        return page_queries.groups(database, wanted, level, sort, page)

    levels = parse_levels(settings().lustre_warnings).levels
    marks = {number: _mark(number, len(levels)) for number in range(1, len(levels) + 1)}
    listed = Listed("Groups", page_columns.group_columns(marks), fetch, "No group of a loaded dump fits.", sort)
    known: dict[str, Any] = {
        "wanted": wanted,
        "level": level,
        "levels": [(number, each.name) for number, each in enumerate(levels, 1)],
        "sort": sort,
        "volumes": queries.volumes(request.app.state.warehouse),
    }

    def drawn(tables: Mapping[str, Shown]) -> dict[str, Chart | None]:
        top = tables["groups"].rows[: page_charts.SHOWN_GROUPS]
        return {"chart": page_charts.against_quota(top, marks) if top else None}

    return view.answer(pages, "groups.html", {"groups": listed}, drawn, **known)


@router.get("/projects")
@signed_in
def projects(
    request: Request,
    view: View,
    wanted: Wanted,
    project: _Name = "",
    sort: page_queries.ProjectOrder = "used",
) -> Response:
    """What projects hold by file class; of one project all its directories."""

    def fetch(database: Database, page: Page) -> list[Row]:
        return page_queries.projects(database, wanted, project or None, sort, page)

    title = f"Directories of {project}" if project else "Projects"
    listed = Listed(title, page_columns.PROJECTS, fetch, "No project directory is known.", sort)
    there_are = queries.volumes(request.app.state.warehouse)
    known: dict[str, Any] = {"wanted": wanted, "project": project, "sort": sort, "volumes": there_are}
    return view.answer(pages, "projects.html", {"projects": listed}, **known)


@router.get("/volumes")
def volumes(view: View) -> Response:
    """The newest dump of each volume, and which dates are complete."""

    def newest(database: Database, page: Page) -> list[Row]:
        rows = [{**row, "path": mounted(row["volume"])} for row in queries.volumes(database)]
        return rows[page.offset : page.offset + page.limit]

    tables = {
        "days": Listed("Dates, the newest first", page_columns.DAYS, queries.days, "No dump is loaded."),
        "volumes": Listed("The newest dump of each volume", page_columns.VOLUMES, newest, "No dump is loaded."),
    }
    return view.answer(pages, "volumes.html", tables)


@router.get("/downloads")
@signed_in
def downloads(view: View, seen: Seen) -> Response:
    """Reports of every date and splits by group, as files; leaders get the splits of their groups."""

    def split(database: Database, page: Page) -> list[Row]:
        return page_queries.split_files(database, seen, page)

    splits = Listed("Splits by group", page_columns.SPLITS, split, "No split was made yet.")
    if seen is not None:
        return view.answer(pages, "downloads.html", {"splits": splits})
    reports = Listed("Reports", page_columns.REPORTS, page_queries.report_files, "No report was written yet.")
    return view.answer(pages, "downloads.html", {"reports": reports, "splits": splits})


@router.get("/files/{table}/{dumped_on}/{file}")
@signed_in
def file(
    request: Request, seen: Seen, table: Literal["report_files", "group_splits"], dumped_on: date, file: _File
) -> Response:
    """Leads to the file by a signed address of a few minutes."""
    if not page_queries.has_file(request.app.state.warehouse, table, dumped_on, file, seen):
        raise nothing_here()
    folder = "lustre/reports/" if table == "report_files" else f"lustre/splits/{dumped_on}/"
    signed = request.app.state.stores["products"].sign("GET", folder + file, expires_s=_LINK_S)
    return RedirectResponse(signed, HTTPStatus.SEE_OTHER)


def _mark(number: int, worst: int) -> str:
    return "good" if number == 1 else "bad" if number == worst else "warn"


for _part in (group_page, where_page):
    router.include_router(_part.router)
