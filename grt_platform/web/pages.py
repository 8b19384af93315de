"""The pages for people: where things are, and every address with what it takes; no script, nothing from elsewhere."""

from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from grt_platform.kernel.addresses import http_url
from grt_platform.settings import settings
from grt_platform.web.openapi import described
from grt_platform.web.render import page
from grt_platform.web.sign_in import identify, public

router = APIRouter(include_in_schema=False)
_CACHED = {"Cache-Control": "public, max-age=3600"}


@router.get("/")
@public
def home(request: Request) -> HTMLResponse:
    """Where the documentation, the data and the Dagster UI are."""
    identify(request)
    known = settings()
    return page(request, "home.html", dagster=f"{http_url(known.ui_host, known.ui_port)}/" if known.ui_port else "")


@router.get("/docs")
@public
def docs(request: Request) -> HTMLResponse:
    """Every address of this service with what it takes and who may call it."""
    identify(request)
    paths = described(request.app)["paths"]
    operations = [_operation(path, method, paths[path][method]) for path in paths for method in paths[path]]
    return page(request, "docs.html", operations=operations)


@router.get("/openapi.json")
@public
def openapi(request: Request) -> JSONResponse:
    """The same for programs, as OpenAPI."""
    return JSONResponse(described(request.app))


@router.get("/style.css")
@public
def style() -> Response:
    """How the pages look."""
    return Response(_file("static", "style.css"), media_type="text/css", headers=_CACHED)


def _file(folder: str, name: str) -> str:
    return files("grt_platform.web").joinpath(folder, name).read_text("utf-8")


def _operation(path: str, method: str, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "path": path,
        "method": method.upper(),
        "access": said["x-asks-for"],
        "summary": said.get("summary", ""),
        "description": said.get("description", ""),
        "takes": [{"required": False, "description": "", **each} for each in said.get("parameters", ())],
    }
