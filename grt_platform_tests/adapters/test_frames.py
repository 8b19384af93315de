"""A frame fits its table exactly, or the message says where it does not."""

import polars as pl
import pytest

from grt_platform.adapters.frames import checked_partition, conform, pieces
from grt_platform.kernel.table import Kind
from grt_platform_tests.adapters.tables import HERE, ZOO, zoo


def test_a_frame_of_the_tables_columns_is_put_into_the_tables_order():
    shuffled = zoo(3).select(reversed(zoo(3).columns))
    assert conform(shuffled, ZOO, HERE).columns == [column.name for column in ZOO.stored_columns]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.drop("n"), "lacks the column n"),
        (lambda f: f.with_columns(extra=1), "a column extra"),
        (lambda f: f.with_columns(pl.col("n").cast(pl.UInt32)), "n is UInt32"),
        (lambda f: f.with_columns(pl.col("made_at").dt.replace_time_zone(None)), "made_at is Datetime"),
        (lambda f: f.with_columns(pl.col("exact").cast(pl.Decimal(38, 2))), "exact is Decimal"),
        (lambda f: f.with_columns(n=pl.lit(None)), "n may not be null"),
        (lambda f: f.with_columns(part=pl.lit("2026-02")), "rows of other partitions"),
        (lambda f: f.with_columns(part=pl.lit(None, pl.String)), "rows of other partitions"),
    ],
)
def test_any_other_frame_is_refused_with_the_table_and_the_column(change, said):
    with pytest.raises(TypeError, match=said) as caught:
        conform(change(zoo(3)), ZOO, HERE)
    assert "galaxy/table/zoo" in str(caught.value)


def test_partition_columns_that_hold_the_partition_are_taken_off():
    given = zoo(3).with_columns(owner_id=pl.lit(HERE["owner_id"]), part=pl.lit(HERE["part"]))
    assert conform(given, ZOO, HERE).equals(zoo(3))


def test_a_column_of_nothing_but_nulls_gets_the_tables_type():
    assert conform(zoo(3).with_columns(text=pl.lit(None)), ZOO, HERE).schema["text"] == pl.String


def test_every_kind_of_column_has_a_polars_type_that_arrow_agrees_with():
    for column in ZOO:
        series = pl.Series("x", [], dtype=ZOO.polars_schema()[column.name])
        assert series.to_arrow().cast(column.kind.arrow).type == column.kind.arrow
    assert {column.kind for column in ZOO} == set(Kind) - {Kind.LETTERS}  # of genes alone, whose tests hold it


@pytest.mark.parametrize("partition", [{}, {"part": "x"}, {**HERE, "more": "x"}, {**HERE, "part": ""}])
def test_a_partition_must_name_every_partition_column(partition):
    with pytest.raises(ValueError, match="is cut by"):
        checked_partition(ZOO, partition)


@pytest.mark.parametrize("make", [lambda f: f, lambda f: f.lazy(), lambda f: f.iter_slices(7), lambda f: [f]])
def test_frames_of_every_form_come_in_pieces_with_the_same_rows(make):
    assert pl.concat(pieces(make(zoo()))).equals(zoo(), null_equal=True)
