"""The promises of a table are kept, or the run says which partition broke which and stops what depends on it."""

from tempfile import TemporaryDirectory

import dagster as dg
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.adapters.parquet import marked_schema
from grt_platform.kernel.table import Column, Kind, Table
from grt_platform.orchestration.describe import about
from grt_platform.orchestration.lake import LakeIOManager
from grt_platform.orchestration.promises import broken, promises
from grt_platform.orchestration.resources import LakeResource

TABLE = Table(
    "t",
    "table",
    "kept",
    "Kept",
    (
        Column("part", Kind.TEXT, "Part", is_nullable=False),
        Column("a", Kind.INTEGER, "A", is_nullable=False),
        Column("b", Kind.TEXT, "B"),
        Column("size_bytes", Kind.INTEGER, "Size"),
    ),
    ("part",),
    ("part", "a", "b"),
)
PARTS = dg.StaticPartitionsDefinition(["good", "twice", "negative"])
DATA = {
    "good": pl.DataFrame({"a": [1, 1], "b": ["x", "y"], "size_bytes": [0, None]}),
    "twice": pl.DataFrame({"a": [1, 1], "b": ["x", "x"], "size_bytes": [0, 1]}),
    "negative": pl.DataFrame({"a": [1, 2], "b": ["x", "x"], "size_bytes": [-1, -7]}),
}


@dg.asset(**about(TABLE), partitions_def=PARTS, io_manager_key="io", backfill_policy=dg.BackfillPolicy.single_run())
def kept(context: dg.AssetExecutionContext):
    """The data of each part."""
    return {key: DATA[key] for key in context.partition_keys}


@dg.asset(deps=[kept], partitions_def=PARTS, backfill_policy=dg.BackfillPolicy.single_run())
def downstream() -> None:
    """Only runs when the promises are kept."""


@pytest.fixture
def resources(tmp_path):
    lake = LakeResource(url=str(tmp_path / "lake"))
    return {"lake": lake, "io": LakeIOManager(lake=lake)}


def run(resources, **kwargs):
    checks = promises(TABLE, PARTS)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [kept, downstream, *checks], instance=instance, resources=resources, raise_on_error=False, **kwargs
        )
        evaluations = result.get_asset_check_evaluations()
        ran = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
        return {each.check_name: each for each in evaluations}, ran


def test_a_good_partition_keeps_every_promise(resources):
    checks, ran = run(resources, partition_key="good")
    assert set(checks) == {"columns_as_described", "key_unique", "required_values_there", "sizes_not_negative"}
    assert all(check.passed for check in checks.values())
    assert "downstream" in ran


@pytest.mark.parametrize(
    ("part", "name", "said"), [("twice", "key_unique", "1 rows"), ("negative", "sizes_not_negative", "-7")]
)
def test_a_broken_promise_names_the_partition_and_stops_what_depends_on_it(resources, part, name, said):
    checks, ran = run(resources, partition_key=part)
    assert [check for check in checks if not checks[check].passed] == [name]
    assert part in checks[name].description
    assert said in checks[name].description
    assert "downstream" not in ran


def test_one_run_for_a_range_looks_at_each_of_its_partitions(resources):
    tags = {"dagster/asset_partition_range_start": "good", "dagster/asset_partition_range_end": "negative"}
    checks, _ = run(resources, tags=tags)
    assert {name for name, check in checks.items() if not check.passed} == {"key_unique", "sizes_not_negative"}


def test_a_file_of_another_shape_breaks_its_promise(resources):
    lake = resources["lake"].lake()
    lake.replace(TABLE, {"part": "good"}, DATA["good"])
    older = Table("t", "table", "kept", "Kept", TABLE.columns[:-1], ("part",))
    with lake._store.writer(lake.key(TABLE, {"part": "good"})) as sink:
        pq.write_table(DATA["good"].drop("size_bytes").to_arrow().cast(marked_schema(older)), sink)
    assert list(broken(lake, TABLE, {"part": "good"})) == [("columns_as_described", "size_bytes is new in the table")]


def test_a_partition_that_was_never_stored_breaks_nothing(resources):
    assert list(broken(resources["lake"].lake(), TABLE, {"part": "nowhere"})) == []


KEYS = st.lists(st.tuples(st.integers(0, 3), st.none() | st.sampled_from("xyz")), max_size=12)


@settings(max_examples=60)
@given(KEYS, st.booleans(), st.integers(1, 5))
def test_keys_are_unique_exactly_where_no_two_rows_have_the_same_in_whatever_order(keys, is_sorted, group_rows):
    keys = sorted(keys, key=repr) if is_sorted else keys
    frame = pl.DataFrame({"a": [a for a, _ in keys], "b": [b for _, b in keys]}, schema={"a": pl.Int64, "b": pl.String})
    with TemporaryDirectory() as folder:
        lake = LakeResource(url=folder).lake()
        with lake.writer(TABLE, {"part": "x"}) as writer:
            for begin in range(0, len(keys), group_rows):
                writer.write(frame[begin : begin + group_rows].with_columns(size_bytes=pl.lit(0, pl.Int64)))
        faults = dict(broken(lake, TABLE, {"part": "x"}, ["key_unique"]))
    twice = len(keys) - len(set(keys))
    assert faults == ({"key_unique": f"{twice} rows too many for their keys {list(TABLE.key)}"} if twice else {})
