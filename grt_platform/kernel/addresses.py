"""Addresses of our own services."""


def http_url(host: str, port: int) -> str:
    """The URL of an HTTP server, an IPv6 address in brackets, without a closing slash."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
