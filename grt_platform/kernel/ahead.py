"""Work done in threads before somebody takes it: order and results are those of one thread."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
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


def one_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The items in their order, each made while the one before is used; none may be None."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def soon(make: Callable[[], Made]) -> Callable[[], Made]:
    """Begins to make something; what is returned waits for it, and raises what went wrong."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="soon")
    made = pool.submit(make)
    pool.shutdown(wait=False)
    return made.result
