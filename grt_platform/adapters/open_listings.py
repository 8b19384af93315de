"""Listings that are held open between two looks of one process, so that what was read of a folder is not read again."""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from grt_platform.adapters.store import Store
from grt_platform.kernel.objects import StoredObject

Steps = Iterator[StoredObject | None]


class OpenListings:
    """At most one listing of a folder, with where it came to; a bucket goes on from any key by itself.

    What came into the folder meanwhile may be missing in a listing that is held; the next one has it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: tuple[Path, str, Steps] | None = None

    def behind(self, store: Store, prefix: str, after: str) -> Steps:
        """What lies below `prefix` behind the key `after`: the listing that came just there, else a new one."""
        with self._lock:
            held = self._held
            if held is not None and held[:2] == (store.local_path(prefix.removesuffix("/")), after):
                self._held = None
                return held[2]
        return store.steps(prefix, after=after)

    def hold(self, store: Store, prefix: str, after: str, listing: Steps) -> None:
        """The listing, which came to the key `after`, is there for the next look; the one that was held is gone."""
        folder = store.local_path(prefix.removesuffix("/"))
        if folder is not None:
            with self._lock:
                self._held = folder, after, listing
