"""The pages for people: where things are, and every address with what it takes; no script, nothing from elsewhere."""

from importlib.resources import files
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.routing import iter_route_contexts

from grt_platform.settings import settings
from grt_platform.web.render import page
from grt_platform.web.sign_in import asked_by, public

router = APIRouter(include_in_schema=False)
_CACHED = {"Cache-Control": "public, max-age=3600"}
_METHODS = ("get", "put", "post", "delete", "patch", "head")


@router.get("/")
@public
def home(request: Request) -> HTMLResponse:
    """Where the documentation, the data and the Dagster UI are."""
    known = settings()
    return page(request, "home.html", dagster=f"http://{known.ui_host}:{known.ui_port}/" if known.ui_port else "")


@router.get("/docs")
@public
def docs(request: Request) -> HTMLResponse:
    """Every address of this service with what it takes and who may call it."""
    access = asked_for(request.app)
    operations = [
        _operation(path, method, said, access[path, method])
        for path, methods in request.app.openapi()["paths"].items()
        for method, said in methods.items()
        if method in _METHODS
    ]
    return page(request, "docs.html", operations=operations)


@router.get("/openapi.json")
@public
def openapi(request: Request) -> JSONResponse:
    """The same for programs, as OpenAPI."""
    return JSONResponse(request.app.openapi())


@router.get("/style.css")
@public
def style() -> Response:
    """How the pages look."""
    return Response(_file("static", "style.css"), media_type="text/css", headers=_CACHED)


def _file(folder: str, name: str) -> str:
    return files("grt_platform.web").joinpath(folder, name).read_text("utf-8")


def asked_for(app: FastAPI) -> dict[tuple[str, str], str]:
    """The credentials that each address asks for, in words, by path and lower-case method."""
    return {
        (str(route.path_format), method.lower()): asked_by(route.endpoint)
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
        if route.endpoint is not None
    }


def _operation(path: str, method: str, said: dict[str, Any], access: str) -> dict[str, Any]:
    return {
        "path": path,
        "method": method.upper(),
        "access": access,
        "summary": said.get("summary", ""),
        "description": said.get("description", ""),
        "takes": [{"required": False, "description": "", **each} for each in said.get("parameters", ())],
    }
