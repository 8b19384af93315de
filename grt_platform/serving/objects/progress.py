"""Progress bars for bytes, on a terminal; silence elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int], None]


@contextmanager
def bar(title: str, size_bytes: int, *, is_shown: bool) -> Iterator[Advance]:
    """A bar on standard error that the block moves by numbers of bytes.

    Args:
        title: What is under way.
        size_bytes: The whole.
        is_shown: False keeps silent even on a terminal.
    """
    if not is_shown or not sys.stderr.isatty():
        yield lambda _size: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(escape(title), total=size_bytes)
        yield lambda size: progress.advance(task, size)
