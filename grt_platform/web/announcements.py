"""Checks of uploads that outlive one request: bytes are proven in a few threads, and whoever asks again joins in."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDoneError
from datetime import UTC, datetime

from grt_platform.adapters.uploads import Uploads
from grt_platform.kernel.versions import ObjectVersion

_AT_ONCE = 4


class Announcements:
    """What is being checked by this process.

    A process that dies forgets its checks; the next announcement begins one anew.

    Args:
        uploads: Where uploads come in.
    """

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="announcement")
        self._lock = threading.RLock()  # a check may end before its callback is added
        self._under_way: dict[tuple[str, str, str | None], Future[ObjectVersion]] = {}

    def outcome(self, project: str, version_id: str, sha256: str | None, *, wait_s: float) -> ObjectVersion | None:
        """The stored version; None when it is still being checked after `wait_s` seconds."""
        name = (project, version_id, sha256)
        with self._lock:
            check = self._under_way.get(name)
            if check is None:
                check = self._under_way[name] = self._pool.submit(self._prove, *name)
                check.add_done_callback(lambda _: self._forget(name))
        try:
            return check.result(timeout=wait_s)
        except NotDoneError:
            return None

    def close(self) -> None:
        """No further check begins; those under way end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _prove(self, project: str, version_id: str, sha256: str | None) -> ObjectVersion:
        return self._uploads.complete(project, version_id, now=datetime.now(UTC), sha256=sha256)

    def _forget(self, name: tuple[str, str, str | None]) -> None:
        with self._lock:
            self._under_way.pop(name, None)
