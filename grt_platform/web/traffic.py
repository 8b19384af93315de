"""How many requests this process answered, how, and how long that took, for /metrics."""

import time
from collections.abc import Mapping

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NONE = "none"
_SECONDS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)


class Traffic:
    """The figures; `registry` shows them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "grt_http_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "grt_http_request_seconds", "Seconds until an answer was sent whole", ["route"], buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self.under_way = Gauge("grt_http_requests_under_way", "Requests under way", registry=self.registry)


class CountRequests:
    """ASGI middleware that counts; labels are routes as the house writes them, so no caller can make new ones."""

    def __init__(self, app: ASGIApp, traffic: Traffic, routes: Mapping[object, str]) -> None:
        self._app, self._traffic, self._routes = app, traffic, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request and counts it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def send_and_look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._traffic.under_way.inc()
        try:
            await self._app(scope, receive, send_and_look)
        finally:
            self._traffic.under_way.dec()
            route = self._routes.get(scope.get("endpoint"), _NONE)
            method = scope["method"] if route != _NONE else "any"
            self._traffic.answers.labels(method, route, str(status)).inc()
            self._traffic.seconds.labels(route).observe(time.monotonic() - began)


def routes_of(app: FastAPI) -> dict[object, str]:
    """Every route by what answers it, as it is written with what stands before it where it was included.

    FastAPI makes each of them ready to be asked meanwhile, a quarter of a second that no request has to wait for.
    """
    contexts = iter_route_contexts(app.routes)
    return {each.endpoint: str(each.path_format) for each in contexts if each.endpoint is not None}
