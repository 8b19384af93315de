"""The one call home: the data are ready, or why they are not."""

import http.client
import json
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from .errors import FetchError, pause_s
from .folder import FAILURE, MANIFEST
from .spec import Spec
from .wire import connect

_MOST_WORDS = 4000


def report(spec: Spec, folder: Path) -> None:
    """Home was told whether the data are ready, or could not be reached: then it looks by itself.

    Raises:
        FetchError: Home did not take the report within the attempts.
    """
    body, told = _body(spec, folder), ""
    for attempt in range(1, spec.attempts + 1):
        try:
            status = _post(spec, body)
        except (OSError, http.client.HTTPException) as error:
            told = f"{type(error).__name__}: {error}"
        else:
            if status < 300:
                return
            told = f"status {status}"
            if status < 500 and status != 429:
                break
        if attempt < spec.attempts:
            time.sleep(pause_s(attempt))
    raise FetchError(f"home did not take the report: {told}")


def _body(spec: Spec, folder: Path) -> bytes:
    is_ready = (folder / MANIFEST).exists()
    reason = "" if is_ready else _reason(folder)[:_MOST_WORDS]
    told = {"batch_id": spec.batch_id, "status": "ready" if is_ready else "error", "error": reason}
    return json.dumps(told).encode()


def _reason(folder: Path) -> str:
    try:
        return (folder / FAILURE).read_text("utf-8")
    except FileNotFoundError:
        return "the machine gave no reason"


def _post(spec: Spec, body: bytes) -> int:
    """The status of home's answer."""
    url = urlsplit(spec.callback_url)
    headers = {"Authorization": f"Bearer {spec.token}", "Content-Type": "application/json", "User-Agent": "grt"}
    with closing(connect(url.scheme, url.netloc, spec.timeout_s)) as connection:
        connection.request("POST", url.path, body, headers)
        return connection.getresponse().status
