"""`grt lustre plan`: what would be reported today and why, by the rule of the settings."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from grt_platform.adapters.store import Store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.settings import settings
from grt_platform.systems.lustre.limits import named_volumes, publication_rule
from grt_platform.systems.lustre.logic.plan import Dump, by_volume, full_set
from grt_platform.systems.lustre.serving import queries
from grt_platform.systems.lustre.shelf import Shelf

_STANDINGS = {"loaded": Dump.LOADED, "rejected": Dump.REJECTED}


def planned(warehouse: Warehouse, raw: Store, today: date, *, is_strict: bool) -> list[dict[str, Any]]:
    """The lines of the plan.

    Args:
        warehouse: Where the ledger is served.
        raw: The raw store, where dumps may wait that the ledger does not know.
        today: The first day that is looked at.
        is_strict: By the rule of a full set, instead of volume by volume.
    """
    dumps = standings(warehouse, raw)
    volumes = named_volumes() or sorted({volume for _, volume in dumps})
    days = settings().lustre_max_days_ago
    if is_strict:
        lines = full_set(today, days, volumes, dumps, queries.reported(warehouse))
    else:
        lines = by_volume(today, days, volumes, dumps)
    return [asdict(line) for line in lines]


def is_strict() -> bool:
    """Whether the settings want full sets only."""
    return publication_rule() == "full_set"


def standings(warehouse: Warehouse, raw: Store) -> dict[tuple[date, str], Dump]:
    """How it stands with the dump of each date and volume: the ledger's word, else that of the folder."""
    ledger = queries.dumps(warehouse)
    found = {
        (row["dumped_on"], row["volume"]): _STANDINGS[row["status"]]
        for row in sorted(ledger, key=lambda row: row["status"], reverse=True)
        if row["status"] in _STANDINGS
    }
    inbox = Shelf(raw).inbox(datetime.now(UTC), {(row["source"], row["etag"]) for row in ledger})
    for standing, arrivals in ((Dump.WAITING, inbox.arrivals), (Dump.INCOMPLETE, inbox.incomplete)):
        for arrival in arrivals:
            found.setdefault((arrival.name.dumped_on, arrival.name.volume), standing)
    return found
