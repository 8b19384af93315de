"""The files that pages load: style, scripts, icon; shipped with us, kept by browsers until they change."""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from grt_platform.web.access import nothing_here
from grt_platform.web.sign_in import public

router = APIRouter(include_in_schema=False)
_MEDIA_TYPES = {
    "style.css": "text/css",
    "charts.js": "text/javascript",
    "live.js": "text/javascript",
    "sha256.js": "text/javascript",
    "upload.js": "text/javascript",
    "vega.js": "text/javascript",
    "vega.LICENSES.txt": "text/plain",
    "icon.svg": "image/svg+xml",
}
_HASH_LETTERS = 12
_FOR_EVER, _FOR_A_WHILE = "public, max-age=31536000, immutable", "public, max-age=300"


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is sent."""

    data: bytes
    packed: bytes
    mark: str


@router.get("/static/{file}")
@public
def static_file(
    request: Request, file: Annotated[str, Path(max_length=40, pattern=r"^[\w.]+$")], v: str = ""
) -> Response:
    """The file; for a year where the address names its content, packed where the browser can unpack it."""
    if file not in _MEDIA_TYPES:
        raise nothing_here()
    found = _read(file)
    headers = {"Cache-Control": _FOR_EVER if v == found.mark else _FOR_A_WHILE, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(found.packed, 200, {**headers, "Content-Encoding": "gzip"}, _MEDIA_TYPES[file])
    return Response(found.data, 200, headers, _MEDIA_TYPES[file])


def address_of(file: str) -> str:
    """The address of a file, which changes with its content."""
    return f"/static/{file}?v={_read(file).mark}"


@cache
def _read(file: str) -> _File:
    data = files("grt_platform.web").joinpath("static", file).read_bytes()
    return _File(data, gzip.compress(data, mtime=0), sha256(data).hexdigest()[:_HASH_LETTERS])
