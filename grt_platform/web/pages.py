"""Every address with what it takes, for people and for programs."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from grt_platform.web.openapi import described
from grt_platform.web.render import page
from grt_platform.web.sign_in import identify, public

router = APIRouter(include_in_schema=False)


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


def _operation(path: str, method: str, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "path": path,
        "method": method.upper(),
        "access": said["x-asks-for"],
        "summary": said.get("summary", ""),
        "description": said.get("description", ""),
        "takes": [{"required": False, "description": "", **each} for each in said.get("parameters", ())],
    }
