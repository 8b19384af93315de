"""Quotas as CSV: 0 is unlimited, an empty or broken cell unknown, and snapshots come back as they were."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.logic.quotas import QUOTAS_SCHEMA, quotas_csv, read_quotas, read_quotas_file, unknown

HEADER = "volume,group,block_limit_kib,inode_limit\n"
NUMBER = st.none() | st.integers(0, 2**63 - 1)
NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9).map(str.strip).filter(bool)


def limits(cells: str) -> tuple[list[tuple[object, ...]], tuple[str, ...]]:
    told = read_quotas_file(f"{HEADER}114,hgi,{cells}\n".encode(), "quotas.csv")
    return [row[2:4] for row in told.frame.rows()], told.warnings


@pytest.mark.parametrize(
    ("cells", "expected"),
    [("0,0", (0, 0)), ("1,2", (1024, 2)), (" 10 , 5 ", (10240, 5)), (",", (None, None)), ("7", (7168, None))],
)
def test_limits_are_kib_and_inodes_and_an_empty_cell_is_unknown(cells: str, expected: tuple[object, ...]) -> None:
    assert limits(cells) == ([expected], ())


@pytest.mark.parametrize("cell", ["-1", "1.5", "1e6", "10T", "-", "٣", "9" * 19, "9007199254740992"])
def test_a_limit_that_is_no_whole_number_is_unknown_and_told(cell: str) -> None:
    rows, warnings = limits(f"{cell},1")
    assert rows == [(None, 1)]
    assert warnings == ("quotas.csv: a limit is no whole number and counts as unknown: line 2",)


def test_of_a_row_that_occurs_again_the_first_counts() -> None:
    told = read_quotas_file(f"{HEADER}114,a,1,1\nscratch114,a,2,2\n115,a,3,3\n,b,1,1\n".encode(), "quotas.csv")
    assert told.frame.select("volume", "quota_bytes").rows() == [("scratch114", 1024), ("scratch115", 3072)]
    assert told.warnings == (
        "quotas.csv: a volume and group occur again, the first row counts: line 3",
        "quotas.csv: a row without volume and group is left out: line 5",
    )


def test_a_table_without_a_column_is_refused() -> None:
    with pytest.raises(BadInputError, match="lacks the column inode_limit"):
        read_quotas_file(b"volume,group,block_limit_kib\n", "quotas.csv")


@given(st.dictionaries(st.tuples(NAME, NAME), st.tuples(NUMBER, NUMBER, NUMBER, NUMBER), max_size=6))
def test_a_snapshot_comes_back_as_it_was(quotas: dict[tuple[str, str], tuple[int | None, ...]]) -> None:
    rows = [(*key, *numbers) for key, numbers in sorted(quotas.items())]
    frame = pl.DataFrame(rows, schema=QUOTAS_SCHEMA, orient="row")
    again = read_quotas(quotas_csv(frame), "snapshot")
    assert again.sort("volume", "group_name").equals(frame.sort("volume", "group_name"))


def test_unknown_quotas_are_one_warning_for_a_volume() -> None:
    told = unknown({"scratch114": ["a", "b"], "scratch115": []}, 9, "no answer")
    assert told == ("scratch114: the quotas of 2 of 9 groups are unknown, those of 'a' first (no answer)",)
