"""Public downloads: whole tables as Parquet or CSV, free of paths, names and e-mails, under an open licence."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from grt_platform.kernel.errors import BadInputError
from grt_platform.web.problems import ProblemError
from grt_platform.web.sign_in import public

router = APIRouter(prefix="/downloads", tags=["galaxy: downloads"])

LICENCE = {
    "database": "Open Database License 1.0, https://opendatacommons.org/licenses/odbl/1-0/",
    "contents": "Database Contents License 1.0, https://opendatacommons.org/licenses/dbcl/1-0/",
}
_MEDIA_TYPES = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv; charset=utf-8"}
_HEADERS = {
    "Link": '<https://opendatacommons.org/licenses/odbl/1-0/>; rel="license", </galaxy/downloads>; rel="describedby"',
    "Cache-Control": "public, max-age=300",
}


@router.get("", summary="What can be downloaded, and under which licence")
@public
def index() -> dict[str, Any]:
    """Every table that is public, its columns, and the licence of all of them."""
    from grt_platform.systems.galaxy.serving.releases import public_tables

    tables = {
        table.noun: {
            "description": table.description,
            "columns": {column.name: column.description for column in table},
            "addresses": [f"/galaxy/downloads/{table.noun}.{suffix}" for suffix in _MEDIA_TYPES],
        }
        for table in public_tables()
    }
    return {
        "licence": LICENCE,
        "privacy": "Texts that may hold a path, a name or a host are left out.",
        "tables": tables,
    }


@router.get("/{table}.{suffix}", summary="One table, whole", response_class=StreamingResponse)
@router.head("/{table}.{suffix}", include_in_schema=False)
@public
def download(request: Request, table: str, suffix: Literal["parquet", "csv"]) -> Response:
    """The table as it is at this moment, streamed; 404 for a table that is private or does not exist."""
    from grt_platform.systems.galaxy.serving.releases import release

    try:
        pieces: Iterator[bytes] = release(request.app.state.warehouse, table, suffix, LICENCE)
    except BadInputError as error:
        detail = "There is no such public table; GET /galaxy/downloads lists them."
        raise ProblemError(HTTPStatus.NOT_FOUND, detail) from error
    named = {"Content-Disposition": f'attachment; filename="galaxy_{table}.{suffix}"'}
    if request.method == "HEAD":
        return Response(media_type=_MEDIA_TYPES[suffix], headers={**_HEADERS, **named})
    return StreamingResponse(pieces, media_type=_MEDIA_TYPES[suffix], headers={**_HEADERS, **named})
