"""Galaxy, as the uniform verbs see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grt_platform.serving import handles
from grt_platform.serving.door import Door, Loaded

if TYPE_CHECKING:
    from grt_platform.adapters.warehouse import Warehouse


def is_settled(warehouse: "Warehouse", loaded: Sequence[Loaded]) -> bool:
    """Whether the served products of the instances tell of all their reports."""
    instances = sorted({value for one in loaded for name, value in one.partition if name == "instance_id"})
    rows = warehouse.fetch(
        """
        SELECT bool_and(coalesce(a.reports = r.reports, r.reports = 0)) AS is_settled
        FROM (SELECT i AS instance_id, (SELECT count(*) FROM galaxy.reports WHERE instance_id = i) AS reports
              FROM unnest(%s::uuid[]) AS i) AS r
        LEFT JOIN galaxy.instance_activity AS a USING (instance_id)
        """,
        [instances],
    )
    return bool(rows[0]["is_settled"])


def pending() -> list[dict[str, object]]:
    """Halves in the instance folders that wait for their partner, as rows of the ledger."""
    from grt_platform.systems.galaxy.shelf import Shelf

    return [
        {
            "instance_id": item.key.split("/")[1],
            "source": item.key.rsplit("/", 1)[1],
            "size_bytes": item.size_bytes,
            "received_at": item.modified_at,
            "status": "incomplete",
            "reason": "its partner (archive or metadata) has not come",
        }
        for item in Shelf(handles.raw_store()).inbox().incomplete
    ]


def partitions() -> list[str]:
    """Instances with the months in which something was received from them, as the shelf tells."""
    from grt_platform.systems.galaxy.shelf import Shelf

    shelf = Shelf(handles.raw_store())
    return [f"{instance}|{month}" for instance in shelf.instances() for month in shelf.months(instance)]


GALAXY = Door("galaxy", is_settled, pending, partitions)
