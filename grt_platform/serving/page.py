"""An answer a page at a time."""

from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of an answer: `limit` of them after the first `offset`."""

    limit: int
    offset: int = 0

    def values(self) -> dict[str, int]:
        """The values as a query binds them."""
        return {"limit": self.limit, "offset": self.offset}
