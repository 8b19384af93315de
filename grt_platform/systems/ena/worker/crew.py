"""Who fetches what: each connection a file of its own, and those without one help with the last files."""

import threading
from concurrent.futures import Future


class Crew:
    """The connections that have no file of their own any more: they help with the files that are left.

    Args:
        connections: How many there are.
        files: How many files there are.
    """

    def __init__(self, connections: int, files: int) -> None:
        self.own = max(1, min(connections, files))
        self._files, self._lock = files, threading.Lock()
        self._idle = threading.Semaphore(connections - self.own)

    def has_idle(self) -> bool:
        """Whether a connection is free; it is the caller's until it is freed."""
        return self._idle.acquire(blocking=False)

    def free(self) -> None:
        """A connection has nothing to do."""
        self._idle.release()

    def finished(self, _: "Future[None]") -> None:
        """A file is finished: its connection is free unless another file waits for one."""
        with self._lock:
            self._files -= 1
            if self._files < self.own:
                self.free()
