"""The OpenAPI document of the app, with what every operation asks for."""

from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from grt_platform.web.sign_in import Access, access_of, asked_by

_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal access token (`grt_...`), or the administrator's key",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-grt-session",
        "description": "The cookie of a sign-in (`grt-session-<port>` without https); whatever changes something sends "
        "`X-CSRF-Token` from `GET /whoami` as well",
    },
    "own": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "What `x-asks-for` names: an instance's key, a signed URL, a name and a password",
    },
}
_PROVEN: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
_REQUIRED = {Access.ADMIN: _PROVEN, Access.SIGNED_IN: _PROVEN, Access.OWN: [{"own": []}], Access.PUBLIC: []}
_METHODS = ("get", "put", "post", "delete", "patch", "head")


def described(app: FastAPI) -> dict[str, Any]:
    """The document; `security` says what proves a person, `x-asks-for` says it for every operation in words."""
    said = deepcopy(app.openapi())
    said.setdefault("components", {})["securitySchemes"] = _SCHEMES
    asked = {
        (str(route.path_format), method.lower()): route.endpoint
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
        if route.endpoint is not None
    }
    for path, operations in said["paths"].items():
        for method in [name for name in operations if name in _METHODS]:
            endpoint = asked[path, method]
            operations[method]["x-asks-for"] = asked_by(endpoint)
            operations[method]["security"] = _REQUIRED[access_of(endpoint)]
    return said
