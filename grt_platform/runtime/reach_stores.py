"""Whether each store lets the platform in: its folder or bucket is there, can be listed and written to."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from grt_platform.adapters.store import CANARY, Store, open_store
from grt_platform.kernel.errors import BadInputError
from grt_platform.runtime.findings import Finding, Verdict
from grt_platform.settings import Settings

_GIB = 1024**3
_LITTLE, _TOO_LITTLE = 5 * _GIB, _GIB


def look_into(setting: str, url: str, known: Settings) -> str:
    """What is to be told of a store that lets us in; nothing is left in it.

    Raises:
        BadInputError: Its folder is none, or nobody of us may write there.
        UnavailableError: Its bucket is not there, or does not let us in.
    """
    store = open_store(url, known)
    if "://" in url:
        _enter(store)
        return f"{url} lets us list, read and write"
    folder = _there(url)
    if not folder.is_dir():
        raise BadInputError(f"{folder} is no folder: move it away, or correct {setting}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInputError(
            f"nobody of us may write into {folder}: give the platform's user the right, or correct {setting}"
        )
    return f"folder {url}" + ("" if folder == Path(url) else ", made at the first use")


def _there(place: str) -> Path:
    """The folder, or the nearest above it that is there."""
    return next(path for path in (Path(place), *Path(place).parents) if path.exists())


def _enter(store: Store) -> None:
    """It answers, reads, and takes a write, which is begun and ended without anything."""
    store.ask()
    store.head(CANARY)
    store.parts.abort(CANARY, store.parts.begin(CANARY))


def disks(known: Settings) -> Iterator[Finding]:
    """The room on each disk on which something of the platform lies, named by the first of the folders there."""
    places = {
        "GRT_HOME": str(known.home),
        "raw store": known.raw,
        "lake store": known.lake,
        "products store": known.products,
    }
    seen = set[int]()
    for name, place in places.items():
        if "://" not in place:
            folder = _there(place)
            if (device := folder.stat().st_dev) not in seen:
                seen.add(device)
                yield _room("disk" if name == "GRT_HOME" else f"disk ({name})", name, shutil.disk_usage(folder).free)


def _room(subject: str, name: str, free: int) -> Finding:
    text = f"{free / _GIB:.1f} GiB free"
    if free >= _LITTLE:
        return Finding(subject, Verdict.OK, text)
    verdict = Verdict.WARNING if free >= _TOO_LITTLE else Verdict.FAILED
    return Finding(subject, verdict, f"{text}: make room, or move {name}; steps fail once nothing is left")
