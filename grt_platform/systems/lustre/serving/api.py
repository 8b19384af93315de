"""Lustre's part of the web door: everything below /lustre, as JSON, a page at a time; thin, the SQL is elsewhere.

Leaders of groups see what their groups use; the rest is the administrators'.
"""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from grt_platform.serving.output import plain
from grt_platform.serving.page import Row
from grt_platform.systems.lustre.serving import ahead, intake_api, leader_api, queries
from grt_platform.systems.lustre.serving.leaders import Seen
from grt_platform.web.paging import MOST_ROWS, Paging, paged
from grt_platform.web.sign_in import signed_in

router = APIRouter(prefix="/lustre", tags=["lustre"])

_PLAIN = r"^[^\x00-\x1f\x7f]*$"
_Name = Annotated[str | None, Query(min_length=1, max_length=255, pattern=_PLAIN)]
_Date = Annotated[date | None, Query(alias="date", description="Date of the dump; the newest of each volume without")]
_Volume = Annotated[str | None, Query(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
_Uid = Annotated[int | None, Query(ge=0, le=2**32, description="One user")]


def _wanted(
    seen: Seen,
    dumped_on: _Date = None,
    volume: _Volume = None,
    group: Annotated[_Name, Query(description="Name or number of one group")] = None,
) -> queries.Wanted:
    return queries.Wanted(dumped_on, volume, group, only_gids=seen)


Wanted = Annotated[queries.Wanted, Depends(_wanted)]


@router.get("/report", summary="What each group uses of each volume")
@signed_in
def report(request: Request, paging: Paging, wanted: Wanted) -> dict[str, Any]:
    """Usage, quotas and last change of groups; by volume, principal investigator and group."""
    return paged(request, _plain(queries.report(request.app.state.warehouse, wanted, paging.more())), paging)


@router.get("/users", summary="What each user uses in each group")
@signed_in
def users(request: Request, paging: Paging, wanted: Wanted, uid: _Uid = None) -> dict[str, Any]:
    """Usage of users, the largest first."""
    rows = queries.users(request.app.state.warehouse, wanted.of_user(uid), paging.more())
    return paged(request, _plain(rows), paging)


@router.get("/projects", summary="What each project directory holds, by file class")
@signed_in
def projects(request: Request, paging: Paging, wanted: Wanted, project: _Name = None) -> dict[str, Any]:
    """Directories of projects with all below them; the row whose `directory` is empty is the whole project."""
    rows = queries.projects(request.app.state.warehouse, wanted, project, paging.more())
    return paged(request, _plain(rows), paging)


@router.get("/history", summary="What a group used at every date")
@signed_in
def history(
    request: Request,
    paging: Paging,
    seen: Seen,
    group: Annotated[str, Query(min_length=1, max_length=255, pattern=_PLAIN, description="Name or number")],
    volume: _Volume = None,
) -> dict[str, Any]:
    """Usage and quotas by date, the newest first."""
    wanted = queries.Wanted(volume=volume, group=group, only_gids=seen)
    return paged(request, _plain(queries.history(request.app.state.warehouse, wanted, paging.more())), paging)


@router.get("/forecasts", summary="When quotas will be exceeded")
@signed_in
def forecasts(
    request: Request,
    paging: Paging,
    wanted: Wanted,
    level: Annotated[int, Query(ge=1, le=9, description="This warning level or worse")] = 1,
    on: Annotated[date | None, Query(description="Instead what is expected to be used on that date")] = None,
) -> dict[str, Any]:
    """Growth and limits of groups, the most pressing first."""
    rows = queries.forecasts(request.app.state.warehouse, wanted, level, paging.more())
    return paged(request, _plain(ahead.expected(rows, on)), paging)


@router.get("/days", summary="Which dates are complete")
def days(request: Request, paging: Paging) -> dict[str, Any]:
    """Dates with the volumes that are loaded, rejected or missing, the newest first."""
    return paged(request, _plain(queries.days(request.app.state.warehouse, paging.more())), paging)


@router.get("/volumes", summary="The newest dump of each volume")
def volumes(request: Request) -> dict[str, Any]:
    """What the newest loaded dump of each volume holds in all."""
    return {"items": _plain(queries.volumes(request.app.state.warehouse))}


def _asked(
    path: Annotated[str, Query(min_length=1, max_length=8192, description="A directory; odd bytes as \\xNN")],
    dumped_on: _Date = None,
    depth: Annotated[int, Query(ge=0, le=100, description="Levels below it")] = 1,
    by: Annotated[Literal["group", "user", "class", "age"] | None, Query(description="Instead of directories")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Most rows")] = 100,
) -> queries.Question:
    return queries.Question(path, dumped_on, depth, by, limit)


@router.get("/where", summary="Where the data is")
def where(request: Request, question: Annotated[queries.Question, Depends(_asked)]) -> dict[str, Any]:
    """A directory and those below it, the largest first; or what is below it by group, user, class or age."""
    from grt_platform.adapters.lake import Lake
    from grt_platform.systems.lustre.serving.where import answer

    rows = answer(request.app.state.warehouse, Lake(request.app.state.stores["lake"]), question)
    return {"items": _plain(rows)}


def _plain(rows: list[Row]) -> list[Row]:
    return [{name: plain(value) for name, value in row.items()} for row in rows]


for each in (intake_api.router, leader_api.router):
    router.include_router(each)
