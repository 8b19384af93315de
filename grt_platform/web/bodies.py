"""How large the body of a request may be, and how slowly it may come."""

import asyncio
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grt_platform.settings import settings

SMALL_BODY_BYTES = 1024 * 1024
SLOWEST_BYTES_PER_S = 1024
_LARGEST_BODY = "grt_largest_body_bytes"


class BodyLimit:
    """ASGI middleware: no body keeps a route busy by its size or by trickling.

    No route reads a body larger than `SMALL_BODY_BYTES` unless it called `allow_body`. A body is ended when nothing of
    it comes for `GRT_WEB_IDLE_S` seconds, and when after these it has not come at `SLOWEST_BYTES_PER_S` on average.
    Answers are 413 and 408.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request within the limits."""
        body = _Body(scope, receive)
        await self._app(scope, body.receive, send)


class _Body:
    """The body of one request, on its way."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope, self._receive = scope, receive
        self._read, self._is_whole = 0, False
        self._begun: float | None = None

    async def receive(self) -> Message:
        """The next message; after the body that is the end of the connection, for which nobody is hurried."""
        if self._is_whole:
            return await self._receive()
        message = await self._in_time()
        self._read += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        limit = self._scope.get(_LARGEST_BODY, SMALL_BODY_BYTES)
        if self._read > limit:
            detail = f"The body of this request is larger than the {limit} bytes taken here."
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        return message

    async def _in_time(self) -> Message:
        now = asyncio.get_running_loop().time()
        begun = self._begun = now if self._begun is None else self._begun
        try:
            slowest = begun + self._read / SLOWEST_BYTES_PER_S
            async with asyncio.timeout_at(min(now, slowest) + settings().web_idle_s):
                return await self._receive()
        except TimeoutError as error:
            detail = f"Nothing more came in, or too slowly, after {self._read} bytes; send it again."
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail, {"Connection": "close"}) from error


def allow_body(request: Request, size_bytes: int) -> None:
    """Lets the route of `request` read up to `size_bytes`; it must not keep them in memory."""
    request.scope[_LARGEST_BODY] = size_bytes
