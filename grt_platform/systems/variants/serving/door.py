"""Variants, as the uniform verbs see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grt_platform.serving import handles
from grt_platform.serving.door import Door, Loaded

if TYPE_CHECKING:
    from grt_platform.adapters.warehouse import Warehouse


def is_settled(_warehouse: "Warehouse", _loaded: Sequence[Loaded]) -> bool:
    """All that follows from a version appears with its line in the ledger."""
    return True


def pending() -> list[dict[str, object]]:
    """Versions that nobody has looked at yet, as rows of the ledger."""
    from grt_platform.systems.variants.arrivals import waiting

    return [
        {
            "source": arrival.stem,
            "version": arrival.group,
            "size_bytes": arrival.size_bytes,
            "status": "incomplete",
            "reason": "nobody has looked at it yet",
        }
        for arrival in waiting(handles.warehouse())
    ]


def partitions() -> list[str]:
    """Versions that somebody has looked at."""
    rows = handles.warehouse().fetch("SELECT version_id FROM variants.ledger ORDER BY version_id")
    return [str(row["version_id"]) for row in rows]


VARIANTS = Door("variants", is_settled, pending, partitions)
