"""Where a request really came from: the word of a proxy counts only when the settings trust it."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import settings

_MOST_HOPS = 32


class TrustedProxies:
    """ASGI middleware: behind trusted proxies, `client` and `scheme` are those that the outermost of them saw."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, its origin corrected."""
        if scope["type"] == "http" and settings().trusted_proxies:
            scope = _corrected(scope, trusted_networks(settings().trusted_proxies))
        await self._app(scope, receive, send)


def trusted_networks(text: str) -> list[IPv4Network | IPv6Network]:
    """The networks of GRT_TRUSTED_PROXIES.

    Raises:
        BadInputError: One is none.
    """
    try:
        return [ip_network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise BadInputError(f"GRT_TRUSTED_PROXIES: {error}; give addresses or networks, such as 10.0.0.0/8") from error


def origin_address(request: Request) -> str:
    """The address that asks; of an IPv6 address its /64, which is what one customer has."""
    address = request.client.host if request.client else ""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((int(parsed) >> 64 << 64, 64)).network_address)
    return address


def _corrected(scope: Scope, trusted: list[IPv4Network | IPv6Network]) -> Scope:
    peer = (scope.get("client") or ("", 0))[0]
    if not _is_in(peer, trusted):
        return scope
    sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    hops = [hop.strip() for hop in ",".join(sent).split(",") if hop.strip()][-_MOST_HOPS:]
    while hops and _is_in(hops[-1], trusted):
        hops.pop()
    schemes = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-proto"]
    scheme = schemes[-1].rpartition(",")[2].strip().lower() if schemes else ""
    return {
        **scope,
        "client": (hops[-1], 0) if hops and _is_address(hops[-1]) else scope["client"],
        "scheme": scheme if scheme in {"http", "https"} else scope["scheme"],
    }


def _is_in(address: str, networks: list[IPv4Network | IPv6Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
