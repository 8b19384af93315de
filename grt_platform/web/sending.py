"""What a page needs from which a browser sends files to the raw store: our own address, and leave to reach it."""

from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.store import Store
from grt_platform.settings import settings
from grt_platform.web.headers import POLICY, policy

_PROBE = "projects/probe"


def own_address() -> str:
    """How addresses that lead to this platform begin; a browser may have come by another name, and leaves it out."""
    return settings().web_url.rstrip("/")


def letting_send(request: Request, page: Response) -> Response:
    """The page, whose scripts may reach the raw store too where that is another server; nothing else changes."""
    store: Store = request.app.state.stores["raw"]
    if not isinstance(store, FolderStore):
        there = urlsplit(store.sign("GET", _PROBE, expires_s=1))
        page.headers[POLICY] = policy(connect=f"'self' {there.scheme}://{there.netloc}")
    return page
