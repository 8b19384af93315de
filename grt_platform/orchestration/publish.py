"""The IO manager of served tables: what an asset returns replaces the partition in Postgres, in one transaction."""

from collections.abc import Mapping

import dagster as dg

from grt_platform.adapters.frames import Frames
from grt_platform.orchestration.execution import errors_by_kind
from grt_platform.orchestration.lake import by_partition, described, row_count
from grt_platform.orchestration.resources import WarehouseResource


class PublishIOManager(dg.ConfigurableIOManager):
    """Stores like the lake's IO manager; all partitions of one run become visible together."""

    warehouse: dg.ResourceDependency[WarehouseResource]

    def handle_output(self, context: dg.OutputContext, obj: Frames | Mapping[str, Frames] | None) -> None:
        """Replace the partitions in the warehouse."""
        if obj is None:
            return
        table, warehouse = described(context.asset_key), self.warehouse.warehouse()
        if table.is_private:
            raise TypeError(f"{table.name} is private and cannot be published: keep it in the lake")
        with errors_by_kind(context.step_context.previous_attempt_count), warehouse.transaction() as connection:
            rows = sum(
                warehouse.replace(table, values, frames, connection=connection)
                for values, frames in by_partition(context, table, obj)
            )
        context.add_output_metadata(row_count(context, rows))

    def load_input(self, context: dg.InputContext) -> None:
        """Nothing is derived from served tables: what they hold stands in the lake, too."""
        raise TypeError(f"{context.asset_key.to_user_string()} is only served: depend on its product in the lake")
