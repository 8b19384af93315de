"""Headers that every answer carries: browsers run, frame and guess nothing of ours."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PRIVATE = {"Cache-Control": "no-store"}
POLICY, _FRAMES = "Content-Security-Policy", "X-Frame-Options"


def policy(*, connect: str = "'self'", ancestors: str = "'none'") -> str:
    """What a browser may do with a page.

    Args:
        connect: Whom its scripts may ask.
        ancestors: Who may show it in a frame.
    """
    return (
        f"default-src 'none'; style-src 'self'; script-src 'self'; connect-src {connect}; img-src 'self' data:; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    )


def security_headers() -> dict[str, str]:
    """The headers that every answer carries."""
    return {
        POLICY: policy(),
        "X-Content-Type-Options": "nosniff",
        _FRAMES: "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


class SecurityHeaders:
    """ASGI middleware that adds the headers, and `no-store` wherever a route says nothing about caching.

    An answer with a policy of its own says there who may show it in a frame.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {**security_headers(), **PRIVATE}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                says_who_frames_it = POLICY in headers
                for name, value in self._headers.items():
                    if not (says_who_frames_it and name == _FRAMES):
                        headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
