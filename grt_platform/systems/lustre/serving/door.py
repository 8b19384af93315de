"""Lustre, as the uniform verbs see it."""

from datetime import UTC, datetime

from grt_platform.serving import handles
from grt_platform.serving.door import Door
from grt_platform.systems.lustre.serving.settled import is_settled


def pending() -> list[dict[str, object]]:
    """Dumps in the folder that wait for their logs, as rows of the ledger."""
    from grt_platform.systems.lustre.shelf import Shelf

    return [
        {
            "dumped_on": arrival.name.dumped_on,
            "volume": arrival.name.volume,
            "source": arrival.source,
            "size_bytes": arrival.item.size_bytes,
            "received_at": arrival.item.modified_at,
            "status": "incomplete",
            "reason": "the logs that wrstat leaves last have not come",
        }
        for arrival in Shelf(handles.raw_store()).inbox(datetime.now(UTC)).incomplete
    ]


def partitions() -> list[str]:
    """Dates with the volumes of which something is kept."""
    from grt_platform.systems.lustre.shelf import Shelf

    return [f"{dumped_on.isoformat()}|{volume}" for dumped_on, volume in Shelf(handles.raw_store()).partitions()]


LUSTRE = Door("lustre", is_settled, pending, partitions)
