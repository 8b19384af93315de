"""Machine code that a compiler keeps on disk: made by one process while others wait, not by all of them at once."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

_FILES = "*.py"


def made_once(make: Callable[[], object], name: str, folder: Path, sources: Iterable[Path], *versions: str) -> None:
    """`make` has run on this machine with these sources and versions when this returns.

    The lock is let go by a process that dies, and the next one makes it; without a note of earlier runs it is made
    again, which costs time only.

    Args:
        make: Makes the code, and leaves it where its compiler finds it again.
        name: What is made, for the names of lock and note.
        folder: Where those are.
        sources: Folders whose modules the code is made of.
        versions: Of the compiler and what else makes other code.
    """
    digest = sha256(repr(versions).encode())
    for path in sorted(path for source in sources for path in source.rglob(_FILES)):
        digest.update(path.read_bytes())
    note = folder / f"{name}-{digest.hexdigest()[:16]}"
    if note.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{name}.lock"):
        if not note.exists():
            make()
            note.touch()
