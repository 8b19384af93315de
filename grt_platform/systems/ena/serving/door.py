"""ENA, as the uniform verbs see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grt_platform.serving import handles
from grt_platform.serving.door import Door, Loaded

if TYPE_CHECKING:
    from grt_platform.adapters.warehouse import Warehouse


def is_settled(warehouse: "Warehouse", loaded: Sequence[Loaded]) -> bool:
    """Whether the batches of the taxa follow from what was loaded."""
    taxa = sorted({int(value) for one in loaded for _, value in one.partition})
    sql = "SELECT count(*) AS n FROM ena.taxa WHERE taxonomy_id = ANY(%s) AND stage IN (3, 4) AND needs_attention = ''"
    return not warehouse.fetch(sql, [taxa])[0]["n"]


def pending() -> list[dict[str, object]]:
    """Nothing waits in raw: an answer is there whole or not at all."""
    return []


def partitions() -> list[str]:
    """The taxa that raw holds answers about."""
    from grt_platform.systems.ena.records import Records

    return [str(taxon) for taxon in Records(handles.raw_store()).taxa()]


ENA = Door("ena", is_settled, pending, partitions)
