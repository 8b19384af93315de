"""The folder of a batch: the names in it that mean something, and the lock that only one worker holds.

Nothing is forced onto the disk: that costs as much time as fetching. What a machine wrote before it lost its power is
not believed; since which start of the machine the manifest may be believed is noted beside it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MANIFEST, FAILURE, LOCK, START = "MANIFEST", "FAILURE", ".lock", ".start"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def this_start() -> str:
    """Which start of the machine this is; blank where the system does not tell."""
    return _BOOT.read_text("ascii").strip() if _BOOT.exists() else ""


def is_finished(folder: Path) -> bool:
    """Whether the manifest is there and was written since the machine started."""
    note = folder / START
    return (folder / MANIFEST).exists() and note.exists() and note.read_text("ascii") == this_start()


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether no other worker is at work in the folder; ours until the block or this process ends."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        yield False
        return
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, b"%d" % os.getpid(), 0)
        yield True
    finally:
        os.close(lock)
