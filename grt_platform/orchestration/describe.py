"""What Dagster shows of an asset: key, group, description, owner, kinds, tags, columns, and where people see it."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from grt_platform.kernel.table import Column, Table
from grt_platform.settings import settings

OWNERS = ("team:grt",)
_TABLES: dict[dg.AssetKey, Table] = {}


def about(
    table: Table,
    *,
    kinds: Sequence[str] = ("polars", "parquet"),
    owners: Sequence[str] = OWNERS,
    tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Keyword arguments that describe the table to `dg.asset`, `dg.AssetSpec` or `dg.AssetOut`.

    Args:
        table: The table the asset materializes; IO managers and checks find it by the asset's key from now on.
        kinds: Icons of the asset, three at most.
        owners: Who answers for it.
        tags: Further tags; `layer` and `system` are there always.
        metadata: Further metadata; the columns and the relation's name are there always.
    """
    key = asset_key(table)
    columns = {"dagster/column_schema": column_schema(table), "dagster/table_name": f"{table.system}.{table.noun}"}
    if _TABLES.setdefault(key, table) != table:
        raise ValueError(f"{table.name} is described twice, with different columns: name one of them otherwise")
    return {
        "key": key,
        "group_name": table.system,
        "description": table.description,
        "owners": list(owners),
        "kinds": set(kinds),
        "tags": {"layer": table.layer, "system": table.system, **(tags or {})},
        "metadata": {**columns, **links(table.system), **(metadata or {})},
    }


def about_raw(system: str, noun: str, description: str, *, kinds: Sequence[str] = ("file",)) -> dict[str, Any]:
    """The same for what lies in the raw store, which is no table."""
    return {
        "key": dg.AssetKey([system, "raw", noun]),
        "group_name": system,
        "description": description,
        "owners": list(OWNERS),
        "kinds": set(kinds),
        "tags": {"layer": "raw", "system": system},
        "metadata": links(system),
    }


def links(system: str) -> dict[str, dg.MetadataValue[Any]]:
    """Where people see the system's answers without Dagster."""
    return {"page": dg.MetadataValue.url(f"{settings().web_address}/pages/{system}")}


def asset_key(table: Table) -> dg.AssetKey:
    """The key of the asset that materializes the table."""
    return dg.AssetKey(table.asset_key)


def table_of(key: dg.AssetKey) -> Table | None:
    """The table that the asset of this key was described with; None for one that is no table."""
    return _TABLES.get(key)


def column_schema(table: Table) -> dg.TableSchema:
    """The table's columns with types, meanings and constraints, as Dagster shows them."""
    key = [f"unique together: {', '.join(table.key)}"] if table.key else []
    return dg.TableSchema(
        columns=[_column(column, table) for column in table.columns],
        constraints=dg.TableConstraints(other=key) if key else None,
    )


def _column(column: Column, table: Table) -> dg.TableColumn:
    constraints = dg.TableColumnConstraints(nullable=column.is_nullable, unique=table.key == (column.name,))
    tags = {"partition": ""} if column.name in table.partition_by else None
    return dg.TableColumn(column.name, column.kind.postgres, column.description, constraints, tags)
