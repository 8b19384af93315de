"""Shows what the lake holds of a volume and date in the warehouse: all tables of it at one moment."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.postgres import Connection
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.table import Table
from grt_platform.systems.lustre.columns import SYSTEM

Partition = Mapping[str, str]


class Publisher:
    """The way from the lake into the warehouse.

    Args:
        lake: Where tables are.
        warehouse: Where they are served.
    """

    def __init__(self, lake: Lake, warehouse: Warehouse) -> None:
        self._lake, self._warehouse = lake, warehouse

    def publish(self, dumped_on: date, volumes: Sequence[str], tables: Iterable[Table]) -> dict[str, int]:
        """Serves tables of volumes of one date, in one transaction; returns the rows by noun, of all volumes."""
        cells = [{"dumped_on": dumped_on.isoformat(), "volume": volume} for volume in sorted(volumes)]
        rows = {table.noun: 0 for table in tables}
        with ExitStack() as held, self._warehouse.transaction() as connection:
            for partition in cells:
                held.enter_context(self._warehouse.lock(SYSTEM, *partition.values()))
                for noun, number in self.publish_within(connection, partition, tables).items():
                    rows[noun] += number
        return rows

    def publish_within(self, connection: Connection, partition: Partition, tables: Iterable[Table]) -> dict[str, int]:
        """The same for one volume, seen once the caller's transaction ends; the caller holds the volume's lock."""
        return {
            table.noun: self._warehouse.replace(
                table, partition, self._lake.scan(table, partition), connection=connection
            )
            for table in tables
        }
