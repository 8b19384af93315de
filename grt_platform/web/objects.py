"""The signed URLs of folder stores: GET and PUT of one object by whoever holds the URL."""

from collections.abc import Iterator
from email.utils import format_datetime
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.signing import Grant, read_grant
from grt_platform.adapters.store import Method, StoredObject
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.kernel.objects import ObjectExistsError
from grt_platform.web.bodies import allow_body
from grt_platform.web.problems import ProblemError
from grt_platform.web.ranges import UnsatisfiableError, read_range
from grt_platform.web.receiving import Receiver, check_size, receive

router = APIRouter(tags=["objects"])

_CHUNK = 1 << 20
_LARGEST = 5 << 40  # as S3 has it


@router.get("/objects/{store}/{key:path}", response_class=StreamingResponse)
@router.head("/objects/{store}/{key:path}", include_in_schema=False)
def download(store: str, key: str, request: Request) -> Response:
    """Sends the object, or the range of it that is asked for."""
    folder, _grant = _admitted(store, key, request, "GET")
    try:
        item, file = folder.opened(key)
    except BadSourceError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, str(error)) from error
    try:
        headers, part = _headers(item), _wanted(request, item)
    except ProblemError:
        file.close()
        raise
    status = HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT
    if part is not None:
        headers["Content-Range"] = f"bytes {part[0]}-{part[-1]}/{item.size_bytes}"
    part = range(item.size_bytes) if part is None else part
    headers["Content-Length"] = str(len(part))
    if request.method == "HEAD":
        file.close()
        return Response(status_code=status, headers=headers)
    return _FileResponse(file, part, status, headers)


@router.put("/objects/{store}/{key:path}")
async def upload(store: str, key: str, request: Request) -> Response:
    """Takes the body as the object, once its size and hash are those that the URL was signed for."""
    folder, grant = _admitted(store, key, request, "PUT")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal():
        check_size(grant, int(declared))
    if grant.is_new and await run_in_threadpool(folder.head, key) is not None:
        raise _there_already(key)
    allow_body(request, _LARGEST if grant.size_bytes is None else grant.size_bytes)
    try:
        async with contextmanager_in_threadpool(folder.writer(key, only_if_absent=grant.is_new)) as file:
            await receive(request, Receiver(file, grant))
    except ObjectExistsError as error:
        raise _there_already(key) from error
    item = await run_in_threadpool(folder.head, key)
    return Response(headers={"ETag": f'"{item.etag}"'} if item else {})


def _there_already(key: str) -> ProblemError:
    detail = f"{key}: there is an object already; announce the upload if you have just sent it"
    return ProblemError(HTTPStatus.PRECONDITION_FAILED, detail)


def _admitted(store: str, key: str, request: Request, method: Method) -> tuple[FolderStore, Grant]:
    folder = request.app.state.stores.get(store)
    if not isinstance(folder, FolderStore):
        raise ProblemError(HTTPStatus.NOT_FOUND, f"there is no store {store!r} at this address; ask for a new URL")
    try:
        grant = read_grant(method, store, key, request.query_params)
        folder.admit(grant, request.query_params.get("signature", ""))
    except BadInputError as error:
        raise ProblemError(HTTPStatus.FORBIDDEN, str(error)) from error
    return folder, grant


def _headers(item: StoredObject) -> dict[str, str]:
    name = quote(item.key.rpartition("/")[2], safe="")
    return {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Type": "application/octet-stream",
        "ETag": f'"{item.etag}"',
        "Last-Modified": format_datetime(item.modified_at, usegmt=True),
        "X-Content-Type-Options": "nosniff",
    }


def _wanted(request: Request, item: StoredObject) -> range | None:
    """The part asked for; the whole when If-Range names another version (a date never names ours strongly enough)."""
    if request.headers.get("if-range", f'"{item.etag}"') != f'"{item.etag}"':
        return None
    try:
        return read_range(request.headers.get("range"), item.size_bytes)
    except UnsatisfiableError as error:
        headers = {"Content-Range": f"bytes */{item.size_bytes}"}
        detail = f"{item.key} has {item.size_bytes} bytes, and none in this range; ask for a part of it"
        raise ProblemError(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, detail, headers) from error


class _FileResponse(StreamingResponse):
    """A part of a file that is open; it is closed however the answer ends, also before its first byte."""

    def __init__(self, file: BinaryIO, part: range, status: HTTPStatus, headers: dict[str, str]) -> None:
        super().__init__(_chunks(file, part), status, headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        with self._file:
            await super().__call__(scope, receive, send)


def _chunks(file: BinaryIO, part: range) -> Iterator[bytes]:
    file.seek(part.start)
    left = len(part)
    while left and (chunk := file.read(min(_CHUNK, left))):
        left -= len(chunk)
        yield chunk
