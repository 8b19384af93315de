"""The lake gives back what was put in, swaps a partition as one, and is read by others as it is."""

import multiprocessing
import os
import signal
import threading
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from grt_platform.adapters import parquet
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.lake import Lake
from grt_platform.kernel.table import Column, Kind, Table
from grt_platform.settings import Settings
from grt_platform_tests.adapters.tables import HERE, OWNER, ZOO, zoo

SPAWN = multiprocessing.get_context("spawn")
HOSTILE_VALUES = ["a b/c", "é%41", "[x]*?{y}", "0012", "2026-01-02", "true", "..", "a=b", "'; --", "__x__", "+", " "]
WHOLE = Table("galaxy", "product", "whole", "Not cut", (Column("n", Kind.INTEGER, "N"),))


def folder_lake(root: Path) -> Lake:
    return Lake(FolderStore(root, "lake", Settings()))


def there(**partition):
    return {**HERE, **partition}


def fail_in_mid_write(lake: Lake) -> None:
    with lake.writer(ZOO, HERE) as writer:
        writer.write(zoo(20))
        raise KeyError


def test_every_value_of_every_kind_comes_back_with_the_partition_as_text(lake):
    assert lake.replace(ZOO, HERE, zoo()) == zoo().height
    found = lake.scan(ZOO).sort("n").collect()
    assert found.schema == ZOO.polars_schema()
    assert found.drop("owner_id", "part").equals(zoo(), null_equal=True)
    assert found.select("owner_id", "part").unique().rows() == [tuple(HERE.values())]


def test_a_table_without_partitions_is_one_file(lake):
    assert lake.scan(WHOLE).collect().height == 0
    lake.replace(WHOLE, {}, pl.DataFrame({"n": [1, 2]}))
    assert lake.scan(WHOLE).collect()["n"].to_list() == [1, 2]
    assert lake.partitions(WHOLE) == [{}]
    assert lake.key(WHOLE, {}) == "galaxy/whole/part-0.parquet"


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_any_text_can_be_a_partitions_value(lake, value):
    lake.replace(ZOO, there(part=value), zoo(2))
    lake.replace(ZOO, there(part="neighbour"), zoo(1))
    assert {"owner_id": OWNER, "part": value} in lake.partitions(ZOO)
    for selection in ({"part": value}, {"part": [value]}, {"part": {value}, "owner_id": OWNER}):
        assert lake.scan(ZOO, selection).collect()["part"].to_list() == [value] * 2
    assert lake.scan(ZOO).collect().height == 3
    assert lake.scan(ZOO).filter(pl.col("part") == value).collect().height == 2


def test_a_partition_with_an_empty_value_is_refused(lake):
    with pytest.raises(ValueError, match="is cut by"):
        lake.replace(ZOO, there(part=""), zoo(1))


def test_only_the_partitions_asked_for_are_read(lake):
    for part in ("a", "b", "c"):
        lake.replace(ZOO, there(part=part), zoo(1))
    assert lake.scan(ZOO, {"part": ["a", "c", "nowhere"]}).collect()["part"].to_list() == ["a", "c"]
    assert lake.scan_partitions(ZOO, [there(part="b"), there(part="z")]).collect()["part"].to_list() == ["b"]
    many = [there(part=str(n)) for n in range(30)] + [there(part="c")]
    assert lake.scan_partitions(ZOO, many).collect()["part"].to_list() == ["c"]
    with pytest.raises(ValueError, match="not cut by month"):
        lake.scan(ZOO, {"month": "a"})


def test_a_selection_that_matches_nothing_is_an_empty_frame_of_the_tables_types(lake):
    assert lake.scan(ZOO, HERE).collect().schema == ZOO.polars_schema()
    assert lake.scan(ZOO, {"part": []}).collect().height == 0


def test_a_partition_may_be_empty_and_is_there(lake):
    lake.replace(ZOO, HERE, zoo(0))
    assert lake.partitions(ZOO) == [HERE]
    assert lake.scan(ZOO).collect().height == 0


def test_a_removed_partition_is_gone_and_removing_it_again_is_no_fault(lake):
    lake.replace(ZOO, HERE, zoo(1))
    lake.remove(ZOO, HERE)
    lake.remove(ZOO, HERE)
    assert lake.partitions(ZOO) == []
    assert lake.version(ZOO, HERE) is None


def test_the_version_changes_whenever_the_partition_is_written(lake):
    versions = {lake.version(ZOO, HERE)}
    for rows in (1, 2, 2):
        lake.replace(ZOO, HERE, zoo(rows))
        versions.add(lake.version(ZOO, HERE))
    assert len(versions) == 4


def test_nothing_is_seen_until_the_writer_ends_well(lake):
    lake.replace(ZOO, HERE, zoo(1))
    with pytest.raises(KeyError):
        fail_in_mid_write(lake)
    with lake.writer(ZOO, HERE) as writer:
        writer.write(zoo(20))
        assert lake.scan(ZOO).collect().height == 1
        writer.write(zoo(5, 20))
        assert writer.rows == 25
    assert lake.scan(ZOO).collect().height == 25


def test_a_frame_that_does_not_fit_leaves_the_old_partition(lake):
    lake.replace(ZOO, HERE, zoo(1))
    with pytest.raises(TypeError, match="lacks the column n"):
        lake.replace(ZOO, HERE, [zoo(5), zoo(5).drop("n")])
    assert lake.scan(ZOO).collect().height == 1


def test_small_frames_are_joined_and_large_ones_cut_into_bounded_row_groups(lake, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 100)
    lake.replace(ZOO, HERE, [*(zoo(5, n) for n in range(0, 100, 5)), zoo(1000, 100)])
    with lake._store.open(lake.key(ZOO, HERE)) as file:
        groups = pq.ParquetFile(file).metadata
    sizes = [groups.row_group(n).num_rows for n in range(groups.num_row_groups)]
    assert sum(sizes) == 1100
    assert max(sizes) <= 100
    assert min(sizes[:-1]) >= 50
    assert lake.scan(ZOO).collect()["n"].to_list() == list(range(1100))


def test_wide_rows_are_cut_by_their_bytes(lake):
    with lake.writer(ZOO, HERE, group_bytes=200_000) as writer:
        writer.write(zoo(100).with_columns(text=pl.lit("x" * 10_000)))
    with lake._store.open(lake.key(ZOO, HERE)) as file:
        assert pq.ParquetFile(file).metadata.num_row_groups >= 10


def test_a_file_says_which_table_it_is_and_forbids_nulls_where_the_table_does(lake):
    lake.replace(ZOO, HERE, zoo(3))
    with lake._store.open(lake.key(ZOO, HERE)) as file:
        schema = pq.read_schema(file)
    assert schema.metadata[b"grt.table"] == b"galaxy/table/zoo"
    assert schema.remove_metadata() == ZOO.arrow_schema(with_partition=False)


def test_a_table_that_changed_since_its_partition_was_stored_is_found_out(lake):
    lake.replace(ZOO, HERE, zoo(3))
    assert lake.drift(ZOO, HERE) is None
    assert lake.drift(ZOO, there(part="nowhere")) is None
    columns = [column for column in ZOO.columns if column.name not in ("n", "size_bytes")]
    columns += [Column("n", Kind.TEXT, "Now text", is_nullable=False), Column("new", Kind.TEXT, "New")]
    changed = Table(ZOO.system, ZOO.layer, ZOO.noun, "Changed", tuple(columns), ZOO.partition_by)
    said = str(lake.drift(changed, HERE))
    assert "n is stored as int64 not null, the table says string not null" in said
    assert "size_bytes is gone" in said
    assert "new is new" in said
    other = Table("galaxy", "table", "zoo", "Other order", (*ZOO.columns[:2], *ZOO.columns[:1:-1]), ZOO.partition_by)
    assert lake.drift(other, HERE) == "its columns stand in another order"


def test_a_foreign_file_in_the_tables_folder_is_not_a_partition(lake):
    lake.replace(ZOO, HERE, zoo(1))
    for key in ("galaxy/zoo/notes.txt", "galaxy/zoo/x=1/part-0.parquet", f"galaxy/zoo/owner_id={OWNER}/part-0.parquet"):
        lake._store.put(key, b"no parquet")
    assert lake.partitions(ZOO) == [HERE]
    assert lake.scan(ZOO).collect().height == 1


def test_duckdb_reads_the_lake_as_it_is(lake):
    for part in ("2026-01", "a b/c"):
        lake.replace(ZOO, there(part=part), zoo())
    root = lake._store.scan_source("galaxy/zoo")[0]
    sql = (
        "SELECT part, count(*), count(text), sum(n), max(exact)::text, min(made_at)::text "
        "FROM read_parquet(?, hive_partitioning = true, hive_types_autocast = false) GROUP BY part ORDER BY part"
    )
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(sql, [f"{root}/owner_id=*/part=*/*.parquet"]).fetchall()
    height, texts = zoo().height, zoo()["text"].count()
    expected = (height, texts, sum(range(height)), "9223372036854771712.0000000", "0001-01-01 00:00:00+00")
    assert rows == [("2026-01", *expected), ("a b/c", *expected)]


def numbered(turn: int) -> pl.DataFrame:
    """A partition whose every row tells which write it is of, and how many rows that has."""
    rows = 2000 * (turn % 5 + 1)
    return (
        zoo(1)
        .select(pl.all().repeat_by(rows).explode())
        .with_columns(n=pl.lit(turn, pl.Int64), text=pl.lit("x" * (turn % 7)))
    )


def write_for_ever(root: str, stop) -> None:
    turn = 0
    while not stop.is_set():
        folder_lake(Path(root)).replace(ZOO, HERE, numbered(turn))
        turn += 1


def test_readers_see_the_old_or_the_new_partition_and_never_a_mixture(tmp_path):
    lake, stop = folder_lake(tmp_path / "lake"), SPAWN.Event()
    lake.replace(ZOO, HERE, numbered(0))
    writer = SPAWN.Process(target=write_for_ever, args=(str(tmp_path / "lake"), stop))
    writer.start()
    seen = set()
    while len(seen) < 30:
        rows = lake.scan(ZOO).group_by("n", pl.col("text").str.len_bytes()).agg(pl.len().alias("rows")).collect().rows()
        assert len(rows) == 1
        [(turn, length, count)] = rows
        assert (length, count) == (turn % 7, 2000 * (turn % 5 + 1))
        seen.add(turn)
    stop.set()
    writer.join()
    assert writer.exitcode == 0


def hold_half_a_partition(root: str, ready) -> None:
    with folder_lake(Path(root)).writer(ZOO, HERE) as writer:
        writer.write(zoo(50))
        ready.set()
        threading.Event().wait()


def test_a_writer_killed_in_mid_replace_leaves_the_old_partition_and_its_rerun_converges(tmp_path):
    lake, ready = folder_lake(tmp_path / "lake"), SPAWN.Event()
    lake.replace(ZOO, HERE, zoo(3))
    before = lake.version(ZOO, HERE)
    writer = SPAWN.Process(target=hold_half_a_partition, args=(str(tmp_path / "lake"), ready))
    writer.start()
    assert ready.wait(60)
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    assert lake.version(ZOO, HERE) == before
    assert lake.partitions(ZOO) == [HERE]
    assert lake.scan(ZOO).collect().height == 3
    assert lake.replace(ZOO, HERE, zoo(50)) == 50


def test_the_lake_in_s3_is_the_same_lake(s3_store):
    lake = Lake(s3_store)
    for part in ("2026-01", "a b/c%"):
        lake.replace(ZOO, there(part=part), zoo())
    assert lake.partitions(ZOO) == [there(part="2026-01"), there(part="a b/c%")]
    assert lake.scan(ZOO, {"part": "a b/c%"}).drop("owner_id", "part").collect().equals(zoo(), null_equal=True)
    assert lake.scan(ZOO).select(pl.len()).collect().item() == 2 * zoo().height
    assert lake.drift(ZOO, HERE) is None
    with pytest.raises(KeyError):
        fail_in_mid_write(lake)
    assert lake.scan(ZOO, HERE).collect().height == zoo().height
    lake.remove(ZOO, HERE)
    assert lake.version(ZOO, HERE) is None
