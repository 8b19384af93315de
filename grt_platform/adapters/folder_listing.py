"""What lies in a folder, as objects of a store: plain files only, in the order of their keys, links never followed."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from grt_platform.adapters.keys import HIDDEN, MAX_KEY_BYTES, MAX_PARTS, is_part
from grt_platform.kernel.objects import StoredObject

OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # opening a FIFO must not wait for its writer


def stored(key: str, status: os.stat_result) -> StoredObject:
    """What a listing tells of a file with this status."""
    etag = f"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"
    return StoredObject(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC), etag)


def walk(prefix: str, folder: Path) -> Iterator[StoredObject]:
    """Objects below `folder`, whose keys begin with `prefix` ("" or "a/b/"); each folder is read when its turn comes.

    Folders are opened by name in the open folder above them, so that renaming one meanwhile leads nowhere else. What
    is gone by its turn, and names that can be no key, are passed over.

    Raises:
        OSError: When a folder cannot be read; FileNotFoundError or NotADirectoryError when `folder` is none.
    """
    with _Descent(prefix, folder) as descent:
        while descent.levels:
            prefix, entries = descent.levels[-1]
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    descent.into(entry.name)
                    break
                if entry.is_file(follow_symlinks=False):
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    yield stored(prefix + entry.name, status)
            else:
                descent.up()


class _Descent:
    """The way down from one folder to another below it: open folders, and what of their entries is still to come."""

    def __init__(self, prefix: str, folder: Path) -> None:
        self.levels: list[tuple[str, Iterator[os.DirEntry[str]]]] = []
        self._descriptors = [os.open(folder, OPEN_FLAGS | os.O_DIRECTORY)]
        self._add(prefix)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        while self._descriptors:
            os.close(self._descriptors.pop())

    def into(self, name: str) -> None:
        """The next entries are those of the folder `name`, if it is still there and not too deep."""
        prefix = f"{self.levels[-1][0]}{name}/"
        if prefix.count("/") >= MAX_PARTS:
            return
        with suppress(FileNotFoundError, NotADirectoryError):
            self._descriptors.append(os.open(name, OPEN_FLAGS | os.O_DIRECTORY, dir_fd=self._descriptors[-1]))
            self._add(prefix)

    def up(self) -> None:
        """The next entries are the rest of those of the folder above."""
        self.levels.pop()
        os.close(self._descriptors.pop())

    def _add(self, prefix: str) -> None:
        longest = MAX_KEY_BYTES - len(prefix.encode())
        with os.scandir(self._descriptors[-1]) as found:
            entries = [entry for entry in found if is_part(entry.name, longest)]
        entries.sort(key=lambda entry: f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name)
        self.levels.append((prefix, iter(entries if prefix else [each for each in entries if each.name != HIDDEN])))
