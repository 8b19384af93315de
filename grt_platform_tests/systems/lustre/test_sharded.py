"""A large dump through Dagster's steps: the same files and rows as in one step, whatever becomes of the shards."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from grt_platform.adapters.pieces import Pieces
from grt_platform.adapters.store import Store, open_store
from grt_platform.settings import settings
from grt_platform.systems.lustre.assets import table
from grt_platform.systems.lustre.partitions import VOLUMES, partition_key
from grt_platform.systems.lustre.schemas import ACCOUNTS, ENTRIES, SCANNED_TABLES, TREE
from grt_platform.systems.lustre.shelf import Shelf
from grt_platform_tests.fixtures.faults import second_shard_dies
from grt_platform_tests.fixtures.platform import QUIET, Platform
from grt_platform_tests.fixtures.web import now
from grt_platform_tests.flows.lustre import FIRST, ONE, SECOND, everything, leave, made, rows, statuses

KEY = partition_key(FIRST, ONE)
FILES = (*SCANNED_TABLES, *ACCOUNTS)
Several = Callable[[int], None]


@pytest.fixture
def several(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Several:
    """Lets everything be cut, into so many shards at most."""
    monkeypatch.setenv("GRT_LUSTRE_SHARD_BYTES", "1")
    monkeypatch.setenv("GRT_LUSTRE_CHUNK_BYTES", str(2 * 1024**2))
    settings.cache_clear()
    platform.instance.add_dynamic_partitions(str(VOLUMES.name), [ONE])
    return lambda of: monkeypatch.setattr(table, "most_shards", lambda: of)


def arrived(platform: Platform, dump: bytes) -> None:
    """A dump is on the shelf."""
    leave(platform, FIRST, ONE, dump)
    Shelf(platform.raw).take_in(FIRST, ONE, now())


def ran(platform: Platform, asset: dg.AssetsDefinition, *selected: dg.AssetKey) -> dg.ExecuteInProcessResult:
    """A run of the asset, or of some of its tables."""
    keys = dg.AssetSelection.assets(*(selected or asset.keys))
    own = dg.define_asset_job("own", keys, executor_def=dg.in_process_executor)
    definitions = dg.Definitions(assets=[asset], jobs=[own], resources=platform.definitions.resources)
    return definitions.resolve_job_def("own").execute_in_process(
        instance=platform.instance, partition_key=KEY, run_config=QUIET, raise_on_error=False
    )


def products() -> Store:
    return open_store(settings().products, settings())


def pieces() -> list[str]:
    return [item.key for item in products().list("lustre/pieces")]


def files(platform: Platform) -> dict[str, bytes]:
    """The bytes of every table's file in the lake."""
    store, partition = open_store(settings().lake, settings()), {"dumped_on": FIRST.isoformat(), "volume": ONE}
    keys = {each.noun: platform.lake.key(each, partition) for each in FILES}
    return {noun: store.read(key) for noun, key in keys.items() if store.head(key)}


def steps(result: dg.ExecuteInProcessResult) -> list[str]:
    assert result.success, [event.message for event in result.all_events if event.is_failure]
    return sorted(event.step_key or "" for event in result.all_events if event.is_step_success)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["mpistat", "wrstat", "wrstat_new"])
def test_one_two_and_five_shards_give_the_files_of_one_step(platform: Platform, several: Several, form: Any) -> None:
    arrived(platform, made(lines=120_000, form=form, bad_lines=5, fault="members"))
    assert steps(ran(platform, table.in_one_step)) == ["lustre_scan"]
    expected, all_rows = files(platform), everything(platform, ACCOUNTS)
    assert set(expected) == {each.noun for each in FILES}
    assert all_rows["warehouse quarantine"]
    for of in (1, 2, 5):
        for key in expected:
            platform.lake.remove(next(each for each in FILES if each.noun == key), _partition())
        several(of)
        result = ran(platform, table.in_several_steps)
        assert len(steps(result)) == (2 if of == 1 else of + 2), steps(result)
        assert files(platform) == expected
        assert everything(platform, ACCOUNTS) == all_rows
        assert pieces() == []
    for asset in table.in_several_steps.keys:
        [event] = platform.instance.fetch_materializations(asset, limit=1).records
        assert event.partition_key == KEY
        assert event.asset_materialization is not None
        assert event.asset_materialization.metadata["dagster/partition_row_count"].value is not None


def _partition() -> dict[str, str]:
    return {"dumped_on": FIRST.isoformat(), "volume": ONE}


@pytest.mark.slow
def test_whatever_becomes_of_shards_the_tables_are_those_of_one_step(
    platform: Platform, several: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived(platform, made(lines=60_000, bad_lines=2))
    ran(platform, table.in_one_step)
    expected = files(platform)
    several(3)
    keep, kept = Pieces.keep, second_shard_dies(monkeypatch)
    assert not ran(platform, table.in_several_steps).success
    assert pieces()
    assert files(platform) == expected, "nothing was touched"
    assert ran(platform, table.in_several_steps).success
    assert sorted(kept) == ["1_of_3", "2_of_3", "2_of_3", "3_of_3"], "what was done is not done again"
    assert (files(platform), pieces()) == (expected, [])

    def losing(self: Pieces, shard: Any, *what: Any) -> None:
        keep(self, shard, *what)
        if shard.key == "2_of_3":
            [lost] = [key for key in pieces() if key.endswith("2_of_3/tree")]
            products().delete(lost)

    monkeypatch.setattr(Pieces, "keep", losing)
    result = ran(platform, table.in_several_steps)
    assert result.success
    logs = [entry.user_message for entry in platform.instance.all_logs(result.run_id)]
    assert [message for message in logs if "read in one pass, not put together from shards" in message]
    assert (files(platform), pieces()) == (expected, [])

    def changing(self: Pieces, shard: Any, *what: Any) -> None:
        keep(self, shard, *what)
        [changed] = [key for key in pieces() if key.endswith(f"{shard.key}/entries.parquet")]
        products().put(changed, products().read(changed)[:-1] + b"?")

    monkeypatch.setattr(Pieces, "keep", changing)
    assert ran(platform, table.in_several_steps).success
    assert (files(platform), pieces()) == (expected, [])


@pytest.mark.slow
def test_a_dump_that_is_replaced_while_its_shards_are_read_is_not_mixed_with_the_next(
    platform: Platform, several: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    several(2)
    arrived(platform, made(lines=60_000))
    keep = Pieces.keep

    def arriving(self: Pieces, shard: Any, *what: Any) -> None:
        keep(self, shard, *what)
        if shard.key == "1_of_2":
            arrived(platform, made(lines=61_000, seed=2))

    monkeypatch.setattr(Pieces, "keep", arriving)
    assert ran(platform, table.in_several_steps).success
    monkeypatch.undo()
    got, loaded = files(platform), statuses(platform)
    assert loaded == {(str(FIRST), ONE): ["replaced", "loaded"]}
    assert [row["lines"] for row in rows(platform, "volume_totals")] == []
    assert pieces() == []
    ran(platform, table.in_one_step)
    assert files(platform) == got


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["truncated", "corrupt", "garbage", "empty"])
def test_a_dump_that_cannot_be_read_fails_as_it_does_in_one_step(
    platform: Platform, several: Several, fault: Any
) -> None:
    arrived(platform, made(lines=60_000, fault=fault))
    ran(platform, table.in_one_step)
    expected = files(platform), everything(platform, ACCOUNTS)
    assert set(expected[0]) == {"ledger"}
    several(3)
    assert ran(platform, table.in_several_steps).success
    assert (files(platform), everything(platform, ACCOUNTS)) == expected
    assert statuses(platform) == {(str(FIRST), ONE): ["rejected"]}
    assert pieces() == []


@pytest.mark.slow
def test_sums_alone_are_made_again_from_the_entries_and_nothing_is_cut(platform: Platform, several: Several) -> None:
    several(2)
    arrived(platform, made(lines=60_000))
    assert len(steps(ran(platform, table.in_several_steps))) == 4
    expected = files(platform)
    platform.lake.remove(TREE, _partition())
    assert len(steps(ran(platform, table.in_several_steps, dg.AssetKey(TREE.asset_key)))) == 2
    assert set(files(platform)) == set(expected)
    platform.lake.remove(ENTRIES, _partition())
    assert len(steps(ran(platform, table.in_several_steps, dg.AssetKey(ENTRIES.asset_key)))) == 4
    assert files(platform)["entries"] == expected["entries"]


@pytest.mark.slow
def test_pieces_that_nobody_came_back_for_are_swept_by_the_next_cut(platform: Platform, several: Several) -> None:
    several(2)
    arrived(platform, made(lines=60_000))
    Pieces(products(), f"lustre/pieces/{SECOND}/{ONE}").agree({"mark": "", "begins": [0, 1]})
    assert ran(platform, table.in_several_steps).success
    assert len(pieces()) == 1, "it may still be under way"
    platform.at("2099-01-01T00:00:00+00:00")
    own = {**(platform.definitions.resources or {}), "clock": platform.clock}
    job = dg.define_asset_job("own", dg.AssetSelection.assets(*table.in_several_steps.keys))
    again = dg.Definitions(assets=[table.in_several_steps], jobs=[job], resources=own).resolve_job_def("own")
    assert again.execute_in_process(instance=platform.instance, partition_key=KEY, run_config=QUIET).success
    assert pieces() == []
