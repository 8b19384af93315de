"""Work done ahead of its reader by several threads: order and results are those of one."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def ahead(pool: Executor, work: Callable[[Item], Made], items: Iterable[Item], depth: int) -> Iterator[Made]:
    """The results in the order of the items, at most `depth` of them made before they are asked for."""
    made: deque[Future[Made]] = deque()
    try:
        for item in items:
            made.append(pool.submit(work, item))
            if len(made) > depth:
                yield made.popleft().result()
        while made:
            yield made.popleft().result()
    finally:
        for future in made:
            future.cancel()
