"""Between Dagster's partition keys and the values of a table's partition columns."""

from collections.abc import Sequence

import dagster as dg

from grt_platform.kernel.table import Table


def values_of(table: Table, key: str, definition: dg.PartitionsDefinition) -> dict[str, str]:
    """The partition columns' values that a Dagster partition key names; dimensions are named like the columns.

    Raises:
        ValueError: The asset is not cut as its table is.
    """
    if isinstance(definition, dg.MultiPartitionsDefinition):
        values = dict(definition.get_partition_key_from_str(key).keys_by_dimension)
    else:
        values = {table.partition_by[0]: key} if table.partition_by else {}
    if not values or set(values) != set(table.partition_by):
        raise ValueError(f"{table.name} is cut by {list(table.partition_by)}, its asset by {sorted(values) or [key]}")
    return {name: values[name] for name in table.partition_by}


def partitions_of(context: dg.InputContext | dg.OutputContext, table: Table) -> list[dict[str, str]]:
    """The partitions of the table that the context is about; the single empty one for a table that is not cut."""
    if not context.has_asset_partitions:
        if table.partition_by:
            raise ValueError(f"{table.name} is cut by {list(table.partition_by)}, its asset has no partitions")
        return [{}]
    keys: Sequence[str] = context.asset_partition_keys
    return [values_of(table, key, context.asset_partitions_def) for key in keys]
