"""Files that appear whole: written in a hidden folder, on disk for sure, then renamed into place."""

import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from grt_platform.adapters.file_errors import told
from grt_platform.adapters.keys import HIDDEN

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STALE_S = 86_400
_BUFFER = 1 << 20
_TRIES = 20


class Staging:
    """The hidden folder of one root.

    Args:
        root: The folder whose files are written through it; it is made when the first one comes.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / HIDDEN
        self._is_clean = False

    @contextmanager
    def file(self, key: str) -> Iterator[tuple[Path, BinaryIO]]:
        """A new file that is gone after the block unless `publish` took it; `key` is for messages."""
        self._prepare(key)
        path = self._folder / uuid.uuid4().hex
        try:
            with told("write", key):
                file = BufferedWriter(_StagedFile(path, key), _BUFFER)
            with file:
                yield path, file
        finally:
            with suppress(FileNotFoundError):
                path.unlink()

    def publish(self, path: Path, target: Path, *, only_if_absent: bool) -> bool:
        """The flushed file at `path` is `target`, also after a power cut; False when one was there (`only_if_absent`).

        Raises:
            OSError: When the file system refuses.
        """
        _sync(path)
        place: Callable[[Path, Path], None] = _link if only_if_absent else os.replace
        for tries_left in reversed(range(_TRIES)):
            try:
                _make_folder(target.parent)
                place(path, target)
                break
            except (FileExistsError, FileNotFoundError):
                if only_if_absent and (target.is_file() or target.is_symlink()):
                    return False
                if not tries_left:  # before that, neighbours may have made or deleted a folder in between
                    raise
        with suppress(FileNotFoundError):  # a neighbour deleted it already
            _sync(target.parent)
        return True

    def discard(self, folder: Path) -> None:
        """The folder and all below it is gone at one moment, and its room on the disk a little later."""
        self._prepare(folder.name)
        grave = self._folder / uuid.uuid4().hex
        folder.rename(grave)
        shutil.rmtree(grave, ignore_errors=True)

    def _prepare(self, key: str) -> None:
        with told("write", key):
            self._folder.mkdir(parents=True, exist_ok=True)
            if not self._is_clean:
                _remove_stale(self._folder, time.time() - STALE_S)
                self._is_clean = True


class _StagedFile(FileIO):
    """A new file whose failing writes are told as errors of the object it is going to be."""

    def __init__(self, path: Path, key: str) -> None:
        self._key = key
        super().__init__(path, "x")

    def write(self, data: "ReadableBuffer", /) -> int:
        with told("write", self._key):
            return super().write(data)


def _remove_stale(folder: Path, before: float) -> None:
    for entry in folder.iterdir():
        with suppress(FileNotFoundError):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.stat().st_mtime < before:
                entry.unlink()


def _link(path: Path, target: Path) -> None:
    target.hardlink_to(path)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
