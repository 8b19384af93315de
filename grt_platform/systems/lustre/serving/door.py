"""Lustre, as the uniform verbs see it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from grt_platform.serving import handles
from grt_platform.serving.door import Door, Loaded

if TYPE_CHECKING:
    from grt_platform.adapters.warehouse import Warehouse


def is_settled(warehouse: "Warehouse", loaded: Sequence[Loaded]) -> bool:
    """Whether everything that follows from the loaded dumps is served: the date's row is the last to come."""
    from grt_platform.systems.lustre.limits import publication_rule

    waits_for_full_sets = publication_rule() == "full_set"
    dates = sorted({value for one in loaded for name, value in one.partition if name == "dumped_on"})
    rows = warehouse.fetch(
        """
        SELECT bool_and(l.loaded = coalesce(t.shown, 0) AND (l.loaded = 0 OR coalesce(d.loaded, 0) = l.loaded)
                        AND (l.loaded = 0 OR coalesce(f.volumes, 0) = l.loaded OR (%s AND NOT d.is_complete))
               ) AS is_settled
        FROM (SELECT dumped_on, count(DISTINCT volume) FILTER (WHERE status = 'loaded') AS loaded
              FROM lustre.ledger WHERE dumped_on = ANY(%s::date[]) GROUP BY dumped_on) AS l
        LEFT JOIN (SELECT v.dumped_on, count(*) AS shown FROM lustre.volume_totals v JOIN lustre.ledger l
                   ON (l.dumped_on, l.volume, l.version, l.status) = (v.dumped_on, v.volume, v.version, 'loaded')
                   GROUP BY v.dumped_on) AS t USING (dumped_on)
        LEFT JOIN lustre.days AS d USING (dumped_on)
        LEFT JOIN (SELECT dumped_on, cardinality(string_to_array(max(volumes), ',')) AS volumes
                   FROM lustre.report_files GROUP BY dumped_on) AS f USING (dumped_on)
        """,
        [waits_for_full_sets, dates],
    )
    return bool(rows[0]["is_settled"])


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
