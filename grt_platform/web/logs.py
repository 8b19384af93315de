"""Structured logs of the web process: one JSON line per event on stderr, and one per request without its secrets."""

import logging
import secrets
import sys
import time
from contextlib import suppress
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, Processor

REQUEST_ID = "X-Request-ID"


def _plain(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Without uvicorn's second, coloured form of the same words."""
    event.pop("color_message", None)
    return event


_ADDED: list[Processor] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
_RENDERED: list[Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
_OF_SERVER: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _plain, *_RENDERED]


def configure(level: str) -> None:
    """Sends structlog's events and the server's to stderr as JSON; the server's own access log falls silent.

    That one holds queries, and so the signatures of signed URLs.
    """
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *_ADDED, *_RENDERED],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(_Stderr()),  # type: ignore[arg-type] # it writes and flushes only
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_ADDED, processors=_OF_SERVER))
    server = logging.getLogger("uvicorn")
    server.handlers, server.propagate = [handler], False
    logging.getLogger("uvicorn.access").disabled = True


class _Stderr:
    """The stderr of the moment; a line that cannot be written (full disk, reader gone) costs nobody an answer."""

    def write(self, text: str) -> None:
        """Writes, or gives up."""
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """Flushes, or gives up."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()


class RequestLog:
    """ASGI middleware: gives every request an id, and logs method, path, status and time.

    Never logged: the query (it holds the signatures of signed URLs), headers (keys) and bodies.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request and logs it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, began, answer = secrets.token_hex(8), time.monotonic(), {"status": 500, "bytes": 0}
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            answer["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_and_count)
        finally:
            self._log.info("request", **_facts(scope), **answer, seconds=round(time.monotonic() - began, 4))


def _facts(scope: Scope) -> dict[str, Any]:
    client = scope.get("client") or ("",)
    return {
        "request_id": scope["state"]["request_id"],
        "client": client[0],
        "method": scope["method"],
        "path": scope["path"],
    }
