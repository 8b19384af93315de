"""The page of a project's samples: what its table says of them, chosen by a filter, with the files that hold them."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from grt_platform.adapters.database import Database
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.page import Page, Row
from grt_platform.systems.variants.logic.sample_table import DEFAULT_NAME, SAMPLE_ID, ColumnKind
from grt_platform.systems.variants.serving import page_queries
from grt_platform.systems.variants.serving.choosing import Selection, selection
from grt_platform.systems.variants.serving.page_parts import (
    At,
    Words,
    address,
    pages,
    shortened,
    status_of,
    version_names,
)
from grt_platform.web.access import PLAIN
from grt_platform.web.inside import ReadingChosen
from grt_platform.web.listing import Col, Listed, View
from grt_platform.web.sign_in import signed_in

router = APIRouter()
_FILES = "#files"
"""A column's name that no table has: names of columns stand without `#`."""
_Filter = Annotated[str, Query(alias="filter", max_length=20_000, pattern=PLAIN)]


@router.get("/samples")
@signed_in
def samples(
    request: Request, view: View, project: ReadingChosen, *, text: _Filter = "", table: Words = "", at: At = ""
) -> Response:
    """The samples of a table that a filter chooses; what is wrong with the filter stands above it."""
    database: Database = request.app.state.warehouse
    tables = page_queries.sample_tables(database, project)
    name = table or (DEFAULT_NAME if DEFAULT_NAME in tables else next(iter(tables), ""))
    found, problem, status = _found(database, project, text, name, at) if name or at else (None, "", HTTPStatus.OK)
    known: dict[str, Any] = {
        "project": project,
        "filter": text,
        "chosen_table": name,
        "tables_there": tables,
        "at": at,
        "versions": version_names(database, project),
        "selection": found,
        "problem": problem,
        "question": address("ask", project=project, by="filter", filter=text, table=name, at=at),
        "status": status,
    }
    return view.answer(pages, "samples.html", {"samples": _listed(found)}, **known)


def _found(
    database: Database, project: str, text: str, table: str, at: str
) -> tuple[Selection | None, str, HTTPStatus]:
    try:
        return selection(database, project, filter_text=text, table=table, checkpoint=at), "", HTTPStatus.OK
    except BadInputError as error:
        return None, str(error), status_of(error)


def _listed(found: Selection | None) -> Listed:
    if found is None:
        return Listed("Samples", (Col(SAMPLE_ID, "Sample"),), lambda _database, _page: [], "No sample.")
    rows = {row.sample_id: row for row in found.table.rows}

    def fetch(_database: Database, page: Page) -> list[Row]:
        return [_row(found, rows[name]) for name in found.samples[page.offset : page.offset + page.limit]]

    columns = (
        Col(SAMPLE_ID, "Sample", is_long=True),
        *(Col(each.name, each.name, is_number=each.kind is ColumnKind.NUMBER) for each in found.table.columns),
        Col(_FILES, "In files", shortened, is_long=True),
    )
    return Listed(f"Samples of {found.version.name}", columns, fetch, "The filter chooses no sample.")


def _row(found: Selection, row: Any) -> Row:
    files = [found.files[at].name for at in found.holders[row.sample_id]]
    cells = {column.name: ", ".join(values) for column, values in zip(found.table.columns, row.cells, strict=True)}
    return {SAMPLE_ID: row.sample_id, **cells, _FILES: ", ".join(files)}
