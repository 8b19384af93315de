"""What stands beside the splits of a date: the index with what a tree server will need for each file."""

from collections.abc import Iterable
from typing import NamedTuple

HEADER = "Group\tBuild time (sec)\tMemory use (bytes)\n"
_LINES_PER_SECOND, _START_S = 11_000, 100
_NODE_BYTES = ((0.8, 12_000), (1.5, 10_000), (2.0, 9_000), (4.0, 8_500))
_DENSE_NODE_BYTES = 8_000


class SplitFile(NamedTuple):
    """One group's file: its name without `.dat.gz`, the group, and what is in it."""

    name: str
    gid: int
    group_name: str | None
    lines: int
    directories: int

    @property
    def build_s(self) -> float:
        """Seconds that treeserve takes to load it."""
        return self.lines / _LINES_PER_SECOND + _START_S

    @property
    def memory_bytes(self) -> int:
        """Memory that treeserve takes for it: the fewer directories a file has, the more bytes each costs."""
        share = self.directories / self.lines * 100
        each = next((size for limit, size in _NODE_BYTES if share < limit), _DENSE_NODE_BYTES)
        return (self.directories * 2 + 50) * each


def index_text(files: Iterable[SplitFile]) -> str:
    """`index.txt`, as arboretum reads it; in the order given."""
    return HEADER + "".join(f"{file.name}\t{file.build_s}\t{file.memory_bytes}\n" for file in files)
