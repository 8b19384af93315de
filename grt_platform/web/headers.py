"""Headers that every answer carries: browsers run, frame and guess nothing of ours."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PRIVATE = {"Cache-Control": "no-store"}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def security_headers() -> dict[str, str]:
    """The headers that every answer carries."""
    return {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


class SecurityHeaders:
    """ASGI middleware that adds the headers, and `no-store` wherever a route says nothing about caching."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {**security_headers(), **PRIVATE}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
