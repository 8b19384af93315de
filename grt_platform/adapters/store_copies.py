"""Objects of one store copied into another, several at a time, each whole or not at all."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice

from grt_platform.adapters.store import Store, StoredObject
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError

_AT_ONCE, _BATCH = 4, 256
_PASSES = 5
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied."""

    objects: int
    size_bytes: int


def copy_fixed(source: Store, target: Store, prefix: str) -> Copied:
    """Every object of `source` is in `target` below `prefix`; what is there already with the same size stays.

    For stores whose objects never change: what arrives meanwhile may be missing, what vanishes is left out.

    Raises:
        BadInputError: The target holds something else under a name.
    """
    return _copy(source.list(), source, target, partial(_below, prefix))


def copy_changing(source: Store, target: Store, prefix: str) -> Copied:
    """`target` below `prefix` is what `source` was at one moment: copied again until nothing changed meanwhile.

    Raises:
        UnavailableError: It never stood still.
    """
    before: dict[str, str] = {}
    size = 0
    for _ in range(_PASSES):
        found = {item.key: item for item in source.list()}
        now = {key: item.etag for key, item in found.items()}
        if now == before:
            return Copied(len(found), sum(item.size_bytes for item in found.values()))
        for key in [key for key, etag in before.items() if now.get(key) != etag]:
            target.delete(f"{prefix}/{key}")
        fresh = (item for key, item in found.items() if before.get(key) != item.etag)
        size += _copy(fresh, source, target, partial(_below, prefix), is_steady=False).size_bytes
        before = now
    raise UnavailableError(
        f"{prefix} changed while it was copied, {_PASSES} times ({size} bytes copied): "
        "try again when fewer runs are under way"
    )


def copy_back(source: Store, prefix: str, target: Store) -> Copied:
    """Every object of `source` below `prefix` is in `target`; what is there already with the same size stays.

    Raises:
        BadInputError: The target holds something else under a name.
    """
    return _copy(source.list(prefix), source, target, lambda key: key.removeprefix(f"{prefix}/"))


def _copy(
    items: Iterator[StoredObject], source: Store, target: Store, rename: Callable[[str], str], *, is_steady: bool = True
) -> Copied:
    objects = size = 0

    def one(item: StoredObject) -> int | None:
        return _copy_one(source, item, target, rename(item.key), is_steady=is_steady)

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="copy") as pool:
        while batch := list(islice(items, _BATCH)):
            for copied in pool.map(one, batch):
                if copied is not None:
                    objects, size = objects + 1, size + copied
    return Copied(objects, size)


def _copy_one(source: Store, item: StoredObject, target: Store, key: str, *, is_steady: bool) -> int | None:
    """The object is in the target; its size, None where it vanished, or was replaced, while it was read."""
    there = target.head(key)
    if there is not None:
        if there.size_bytes != item.size_bytes:
            raise BadInputError(f"{key} is there already with other bytes: give a place that is empty")
        return item.size_bytes
    try:
        with source.open(item.key) as read, target.writer(key) as write:
            shutil.copyfileobj(read, write, _BLOCK)
    except BadSourceError:
        if is_steady and source.head(item.key) is not None:
            raise
        return None
    return item.size_bytes


def _below(prefix: str, key: str) -> str:
    return f"{prefix}/{key}"
