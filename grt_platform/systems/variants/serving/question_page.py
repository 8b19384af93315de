"""The page that a question is built on: samples, regions, command; counted and planned, then asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import Principal, Role
from grt_platform.serving.page import Page, Row
from grt_platform.systems.variants.limits import plan_limits
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.question import Asked
from grt_platform.systems.variants.serving import choosing, page_queries, query_api
from grt_platform.systems.variants.serving.page_parts import HOME, At, address, pages, status_of, version_names
from grt_platform.web import shown
from grt_platform.web.access import PLAIN, Asking
from grt_platform.web.inside import ReadingChosen, admitted
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.sign_in import signed_in

router = APIRouter()
By = Literal["filter", "samples", "all"]
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"  # lines of text areas, no other control characters
_Text = Annotated[str, Query(max_length=20_000, pattern=_LINES)]
_FILES = (
    Col("name", "File", is_long=True),
    Col("samples", "Samples of it", shown.number, is_number=True),
    Col("size_bytes", "Size", shown.size, is_number=True),
)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of the form, as they were filled in."""

    by: By = "filter"
    filter: str = ""
    samples: str = ""
    table: str = ""
    regions: str = ""
    command: str = ""
    format: ResultFormat = ResultFormat.VCF
    at: str = ""

    def asked(self) -> Asked:
        """The question that they mean; names of samples stand apart by commas, blanks or lines.

        Raises:
            BadInputError: No sample is named.
        """
        names = tuple(dict.fromkeys(self.samples.replace(",", " ").split()))
        if self.by == "samples" and not names:
            raise BadInputError("Name the samples: by commas, blanks or lines, as they stand in the headers")
        return Asked(
            command=" ".join(self.command.splitlines()),
            samples=names if self.by == "samples" else None,
            filter=self.filter.strip() if self.by == "filter" else None,
            is_all=self.by == "all",
            sample_table=self.table if self.by == "filter" else "",
            regions="".join(self.regions.split()),
            form=self.format,
            checkpoint=self.at,
        )

    @classmethod
    def of_request(cls, request: Mapping[str, Any], samples: list[str] | None) -> "Fields":
        """The fields of a job's question; names that are too many for an address are left out."""
        names = " ".join(samples or ())
        return cls(
            by="all" if request["all_samples"] else "samples" if request["filter"] is None else "filter",
            filter=request["filter"] or "",
            samples=names if len(names) <= _MOST_NAMES else "",
            table=request["sample_table"],
            regions=request["regions"],
            command=request["command"],
            format=ResultFormat(request["format"]),
            at=request["project_version"],
        )

    def address(self, project: str) -> str:
        """The address of the page with these fields filled in."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return address("ask", project=project, **values)


_MOST_NAMES = 4_000


def _fields(
    *,
    by: By = "filter",
    text: Annotated[str, Query(alias="filter", max_length=20_000, pattern=PLAIN)] = "",
    samples: _Text = "",
    table: Annotated[str, Query(max_length=1024, pattern=PLAIN)] = "",
    regions: _Text = "",
    command: _Text = "",
    form: Annotated[ResultFormat, Query(alias="format")] = ResultFormat.VCF,
    at: At = "",
) -> Fields:
    return Fields(by, text, samples, table, regions, command, form, at)


def _sent(
    *,
    by: Annotated[By, Form()] = "filter",
    text: Annotated[str, Form(alias="filter", max_length=20_000, pattern=PLAIN)] = "",
    samples: Annotated[str, Form(max_length=20_000, pattern=_LINES)] = "",
    table: Annotated[str, Form(max_length=1024, pattern=PLAIN)] = "",
    regions: Annotated[str, Form(max_length=20_000, pattern=_LINES)] = "",
    command: Annotated[str, Form(max_length=20_000, pattern=_LINES)] = "",
    form: Annotated[ResultFormat, Form(alias="format")] = ResultFormat.VCF,
    at: Annotated[str, Form(max_length=200, pattern=PLAIN)] = "",
) -> Fields:
    return Fields(by, text, samples, table, regions, command, form, at)


@dataclass(frozen=True, slots=True)
class _Planned:
    """What a question would read, or why it cannot be asked."""

    plan: dict[str, Any] | None = None
    problem: str = ""
    status: HTTPStatus = field(default=HTTPStatus.OK)


@router.get("/ask")
@signed_in
def ask(
    request: Request,
    asking: Asking,
    view: View,
    project: ReadingChosen,
    *,
    fields: Annotated[Fields, Depends(_fields)],
    show: Literal["", "plan"] = "",
) -> Response:
    """The form; with `show=plan` how much the question is about, or what is wrong with it."""
    planned = _planned(request.app.state.warehouse, project, fields) if show else _Planned()
    return _page(request, asking, view, project, fields=fields, planned=planned)


@router.post("/ask")
@signed_in
def asked(
    request: Request,
    asking: Asking,
    view: View,
    project: Annotated[str, Form(max_length=63)],
    fields: Annotated[Fields, Depends(_sent)],
    *,
    anew: Annotated[bool, Form()] = False,
) -> Response:
    """The question is a job, or was answered before; leads to its answer."""
    admitted(request, asking, project, Role.QUERY)
    try:
        job = query_api.begin(request, asking, project, fields.asked(), anew=anew)
    except BadInputError as error:
        return _page(
            request, asking, view, project, fields=fields, planned=_Planned(None, str(error), status_of(error))
        )
    return RedirectResponse(f"{HOME}/answers/{job.headers['Location'].rpartition('/')[2]}", HTTPStatus.SEE_OTHER)


def _planned(database: Database, project: str, fields: Fields) -> _Planned:
    try:
        return _Planned(choosing.planned(database, project, fields.asked(), plan_limits()))
    except BadInputError as error:
        return _Planned(None, str(error), status_of(error))


def _page(
    request: Request, asking: Principal, view: View, project: str, *, fields: Fields, planned: _Planned
) -> Response:
    database: Database = request.app.state.warehouse
    known: dict[str, Any] = {
        "project": project,
        "fields": fields,
        "tables_there": page_queries.sample_tables(database, project),
        "versions": version_names(database, project),
        "formats": list(ResultFormat),
        "plan": planned.plan,
        "problem": planned.problem,
        "may_ask": (asking.role_in(project) or Role.READ) >= Role.QUERY,
        "status": planned.status,
    }
    return view.answer(pages, "ask.html", {"files": _files(planned)}, **known)


def _files(planned: _Planned) -> Listed:
    rows: list[Row] = planned.plan["files"] if planned.plan else []

    def fetch(_database: Database, page: Page) -> list[Row]:
        return rows[page.offset : page.offset + page.limit]

    return Listed("Files that are read", _FILES, fetch)
