"""What lies in a folder, as objects of a store: plain files only, in the order of their keys, links never followed."""

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from grt_platform.adapters.keys import HIDDEN, MAX_KEY_BYTES, MAX_PARTS, is_part
from grt_platform.kernel.objects import StoredObject

AT_ONCE = 100_000
STEP = 10_000
OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # opening a FIFO must not wait for its writer


def stored(key: str, status: os.stat_result) -> StoredObject:
    """What a listing tells of a file with this status."""
    etag = f"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"
    return StoredObject(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC), etag)


def walk(prefix: str, folder: Path, after: str = "") -> Iterator[StoredObject | None]:
    """Objects below `folder`, whose keys begin with `prefix` ("" or "a/b/"); each folder is read when its turn comes.

    None stands for work that came to no object: `STEP` names read, or one that is no plain file. So whoever goes
    through a folder of very many names can pause, and go on with the same listing.

    Folders are opened by name in the open folder above them, so that renaming one meanwhile leads nowhere else. What
    is gone by its turn, and names that can be no key, are passed over. Of a folder with more names than `AT_ONCE` so
    many are in memory; it is read again for the next ones.

    Args:
        prefix: What all keys begin with.
        folder: Where they lie.
        after: Only keys behind this one.

    Raises:
        OSError: When a folder cannot be read; FileNotFoundError or NotADirectoryError when `folder` is none.
    """
    if after > prefix and not after.startswith(prefix):
        return
    with _Descent(prefix, folder, after.removeprefix(prefix) if after > prefix else "") as descent:
        while descent.levels:
            level = descent.levels[-1]
            for name in level.names:
                if name is not None and name.endswith("/"):
                    descent.into(name)
                    break
                yield level.object(name) if name is not None else None
            else:
                descent.up()


class _Level:
    """One open folder, and which of its names are still to come; those of folders end with a slash.

    Args:
        prefix: What keys in it begin with.
        descriptor: The open folder.
        after: Only names behind this one, and the folder that it leads through.
    """

    def __init__(self, prefix: str, descriptor: int, after: str) -> None:
        self.prefix, self.descriptor, self._after = prefix, descriptor, after
        self._longest = MAX_KEY_BYTES - len(prefix.encode())
        self.names = self._in_order()

    def object(self, name: str) -> StoredObject | None:
        """The plain file of this name, if there is one."""
        try:
            status = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return stored(self.prefix + name, status) if stat.S_ISREG(status.st_mode) else None

    def rest(self, name: str) -> str:
        """What follows the name of this folder in what the listing begins behind; empty where that is elsewhere."""
        return self._after.removeprefix(name) if self._after.startswith(name) else ""

    def _in_order(self) -> Iterator[str | None]:
        """Every name once, in the order of the keys, and None where some were read."""
        names = yield from self._following(self._after)
        yield from names
        while len(names) == AT_ONCE:
            names = yield from self._following(names[-1])
            yield from names

    def _following(self, after: str) -> Generator[None, None, list[str]]:
        """The next names, `AT_ONCE` at most; while they are sought, twice as many are in memory."""
        found, end = list[str](), ""
        with os.scandir(self.descriptor) as entries:
            for number, entry in enumerate(entries, 1):
                if number % STEP == 0:
                    yield
                name = entry.name
                if (name < after and not after.startswith(name)) or (end and name > end):
                    continue  # most of very many go here, whether they are folders or not
                key = f"{name}/" if entry.is_dir(follow_symlinks=False) else name
                is_next = key > after or (key != after and key[-1] == "/" and after.startswith(key))
                if is_next and (not end or key < end) and self._is_ours(name):
                    found.append(key)
                    if len(found) == 2 * AT_ONCE:
                        end = _cut(found)
        _cut(found)
        return found

    def _is_ours(self, name: str) -> bool:
        return is_part(name, self._longest) and (bool(self.prefix) or name != HIDDEN)


def _cut(names: list[str]) -> str:
    """Keeps the first names in order; returns the last of them."""
    names.sort()
    del names[AT_ONCE:]
    return names[-1] if names else ""


class _Descent:
    """The way down from one folder to another below it."""

    def __init__(self, prefix: str, folder: Path, after: str) -> None:
        self.levels = [_Level(prefix, os.open(folder, OPEN_FLAGS | os.O_DIRECTORY), after)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        while self.levels:
            self.up()

    def into(self, name: str) -> None:
        """The next entries are those of the folder `name`, if it is still there and not too deep."""
        level = self.levels[-1]
        prefix = level.prefix + name
        if prefix.count("/") >= MAX_PARTS:
            return
        with suppress(FileNotFoundError, NotADirectoryError):
            descriptor = os.open(name[:-1], OPEN_FLAGS | os.O_DIRECTORY, dir_fd=level.descriptor)
            self.levels.append(_Level(prefix, descriptor, level.rest(name)))

    def up(self) -> None:
        """The next entries are the rest of those of the folder above."""
        os.close(self.levels.pop().descriptor)
