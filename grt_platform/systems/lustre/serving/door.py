"""Lustre, as the uniform verbs see it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from grt_platform.serving import handles
from grt_platform.serving.door import Door, Loaded

if TYPE_CHECKING:
    from grt_platform.adapters.warehouse import Warehouse


def is_settled(warehouse: "Warehouse", loaded: Sequence[Loaded]) -> bool:
    """Whether everything that follows from the loaded dumps is served: the date's row is the last to come."""
    dates = sorted({value for one in loaded for name, value in one.partition if name == "dumped_on"})
    rows = warehouse.fetch(
        """
        SELECT bool_and((l.loaded = 0 OR coalesce(d.loaded, 0) = l.loaded)
                        AND (l.dumped_on = ANY(%s::date[])
                             OR (l.loaded = coalesce(t.shown, 0)
                                 AND (l.loaded = 0 OR coalesce(f.volumes, 0) = l.loaded)))
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
        [_withheld(warehouse, dates), dates],
    )
    return bool(rows[0]["is_settled"])


def _withheld(warehouse: "Warehouse", dates: Sequence[str]) -> list[date]:
    """Dates that are not published yet, by the rule of full sets."""
    from grt_platform.systems.lustre.full_sets import how_strict
    from grt_platform.systems.lustre.logic.publication import verdict
    from grt_platform.systems.lustre.serving.queries import reported

    known, how = reported(warehouse), how_strict(datetime.now(UTC).date())
    sql = "SELECT dumped_on, missing FROM lustre.days WHERE dumped_on = ANY(%s::date[])"
    missing = {
        row["dumped_on"]: row["missing"].split(",") if row["missing"] else [] for row in warehouse.fetch(sql, [dates])
    }
    return [day for day, volumes in missing.items() if not verdict(day, volumes, known, how).is_published]


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
