"""The checks every table in the lake gets: stored as described, unique keys, no wrong nulls, no negative sizes."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import dagster as dg
import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.kernel.table import Kind, Table
from grt_platform.orchestration.describe import asset_key
from grt_platform.orchestration.partitions import values_of
from grt_platform.orchestration.resources import LakeResource

Partitions = dg.PartitionsDefinition[str]
_MEANINGS = {
    "columns_as_described": "The stored file has exactly the table's columns, types and nullability",
    "key_unique": "No two rows of a partition have the same key",
    "required_values_there": "No null in a column that may not be null",
    "sizes_not_negative": "No size in bytes is below zero",
}
ALL = tuple(_MEANINGS)


def promises(
    table: Table, partitions_def: Partitions | None = None, *, only: Collection[str] = ALL
) -> list[dg.AssetChecksDefinition]:
    """Blocking checks of the table's asset, run with it; what depends on a broken partition does not run.

    Args:
        table: The table, stored in the lake.
        partitions_def: How its asset is cut; each check looks at the partitions of its run only.
        only: Names of the promises, for a table so large that looking for some of them costs what making it did.
    """
    name = f"{table.system}_{table.layer}_{table.noun}_promises"
    return [promises_together(name, {table: only}, partitions_def)]


def promises_together(
    name: str, tables: Mapping[Table, Collection[str]], partitions_def: Partitions | None = None
) -> dg.AssetChecksDefinition:
    """The same for tables that are made together, in one step: a step of its own costs each of them a second.

    Args:
        name: Of the step.
        tables: Each with the names of its promises.
        partitions_def: How all of them are cut.
    """
    names = {
        table: [each for each in _MEANINGS if each in only and _applies(each, table)] for table, only in tables.items()
    }
    specs = [
        dg.AssetCheckSpec(
            each, asset=asset_key(table), description=_MEANINGS[each], blocking=True, partitions_def=partitions_def
        )
        for table, chosen in names.items()
        for each in chosen
    ]

    @dg.multi_asset_check(name=name, specs=specs, can_subset=len(tables) > 1)
    def check(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> Iterator[dg.AssetCheckResult]:
        asked = {(key.asset_key, key.name) for key in context.selected_asset_check_keys}
        for table, chosen in names.items():
            wanted = [each for each in chosen if (asset_key(table), each) in asked]
            faults = _faults(lake.lake(), table, _partitions(context, table, partitions_def), wanted) if wanted else {}
            for each in wanted:
                yield _result(each, table, faults.get(each, []))

    return check


def _faults(
    lake: Lake, table: Table, partitions: Sequence[dict[str, str]], names: Collection[str]
) -> dict[str, list[str]]:
    faults = dict[str, list[str]]()
    for partition in partitions:
        for name, fault in broken(lake, table, partition, names):
            faults.setdefault(name, []).append(f"{'/'.join(partition.values()) or table.noun}: {fault}")
    return faults


def broken(
    lake: Lake, table: Table, partition: dict[str, str], only: Collection[str] = ALL
) -> Iterator[tuple[str, str]]:
    """The promises that a partition breaks, each with what is wrong; none for one that is not stored."""
    drift = lake.drift(table, partition)
    if drift:
        yield "columns_as_described", drift
        return
    rows = lake.scan(table, partition)
    measured = rows.select(_measures(table, only)).collect(engine="streaming").row(0, named=True)
    if measured.get("rising", measured["rows"]) < measured["rows"] - 1:  # else sorted by key, and none twice
        keys = rows.select(_distinct(_own_key(table))).collect(engine="streaming").item()
        if keys < measured["rows"]:
            yield "key_unique", f"{measured['rows'] - keys} rows too many for their keys {list(table.key)}"
    for column in table.stored_columns:
        if measured.get(f"null {column.name}"):
            yield "required_values_there", f"{measured[f'null {column.name}']} nulls in {column.name}"
        if (measured.get(f"least {column.name}") or 0) < 0:
            yield "sizes_not_negative", f"{column.name} goes down to {measured[f'least {column.name}']}"


def _measures(table: Table, only: Collection[str]) -> list[pl.Expr]:
    required = [column.name for column in table.stored_columns if not column.is_nullable]
    measures = {
        "key_unique": [_rising(_own_key(table)).alias("rising")],
        "required_values_there": [pl.col(name).null_count().alias(f"null {name}") for name in required],
        "sizes_not_negative": [pl.col(name).min().alias(f"least {name}") for name in _sizes(table)],
    }
    return [pl.len().alias("rows"), *(measure for name in only for measure in measures.get(name, []))]


def _own_key(table: Table) -> list[str]:
    return [name for name in table.key if name not in table.partition_by]


def _rising(names: Sequence[str]) -> pl.Expr:
    """How many rows have a larger key than the row before: all but the first, where rows are sorted by a unique key.

    Counting takes no memory; telling the keys apart in any order takes a hash table of them.
    """
    is_larger, is_same = pl.lit(value=False), pl.lit(value=True)
    for name in names:
        before = pl.col(name).shift(1)
        is_larger |= is_same & (pl.col(name) > before)
        is_same &= pl.col(name) == before
    return is_larger.sum()


def _distinct(names: Sequence[str]) -> pl.Expr:
    if not names:
        return pl.lit(1)
    return pl.struct(names).n_unique() if len(names) > 1 else pl.col(names[0]).n_unique()


def _sizes(table: Table) -> list[str]:
    return [c.name for c in table.stored_columns if c.name.endswith("_bytes") and c.kind in (Kind.INTEGER, Kind.FLOAT)]


def _applies(name: str, table: Table) -> bool:
    if name == "key_unique":
        return bool(table.key)
    if name == "sizes_not_negative":
        return bool(_sizes(table))
    return name == "columns_as_described" or any(not column.is_nullable for column in table.stored_columns)


def _partitions(
    context: dg.AssetCheckExecutionContext, table: Table, partitions_def: Partitions | None
) -> list[dict[str, str]]:
    if partitions_def is None:
        return [{}]
    return [values_of(table, key, partitions_def) for key in context.partition_keys]


def _result(name: str, table: Table, faults: list[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not faults,
        check_name=name,
        asset_key=asset_key(table),
        description="; ".join(faults[:10]) or None,
        metadata={"faults": len(faults)},
    )
