"""`microfetch.csv`: every old header reads, bad rows are named, and what is written reads back the same."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.ena.logic.stages import STATUSES, Stage, Status, Taxon
from grt_platform.systems.ena.logic.tracker_csv import HEADER, Refused, Tracked, read_tracker, write_tracker
from grt_platform_tests.systems.ena.logic.samples import sample

WORDS = st.text(string.ascii_letters + ' ,;"', max_size=20).map(lambda text: " ".join(text.split()))


def read(text: str | bytes):
    return list(read_tracker(text.encode() if isinstance(text, str) else text, "microfetch.csv"))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the header needs taxonomy_id"),
        (b"priority\n1\n", "the header needs taxonomy_id"),
        (b"taxon_id,taxonomy_id\n1,1\n", "each name once"),
        (b"taxonomy_id\n\xff\xfe\n", "not UTF-8"),
        (b'taxonomy_id\n"1\n', "no CSV"),
    ],
)
def test_what_is_no_tracker_is_refused_whole(data, told):
    with pytest.raises(BadSourceError, match=told):
        read(data)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("x,,", "no taxon id"),
        ("1,1,2", "neither True nor False"),
        ("1,many,", "priority 'many' is no whole number"),
        ("1,1", "2 fields instead of 3"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_its_neighbours_are_taken(row, told):
    found = read(f"taxonomy_id,priority,generated_waring\n562,3,True\n{row}\n570,,\n")
    assert [one.taxon.taxonomy_id for one in found if isinstance(one, Tracked)] == [562, 570]
    [bad] = [one for one in found if isinstance(one, Refused)]
    assert bad.line == 3
    assert told in bad.reason


@pytest.mark.parametrize(
    ("column", "value"),
    [("last_checked", "yesterday"), ("droplet_ips", "10.0.0.256"), ("last_run_status", "done"), ("stage", "7")],
)
def test_a_value_that_no_column_may_have_is_told(column, value):
    [bad] = read(f"taxonomy_id,{column}\n1,{value}\n")
    assert isinstance(bad, Refused)
    assert value in bad.reason


def test_both_spellings_of_the_last_column_read():
    for name in ("generated_waring", "generated_warning"):
        [tracked] = read(f"taxonomy_id,{name}\n562,True\n")
        assert tracked.taxon.generated_warning


@pytest.mark.parametrize(
    ("name", "taxa", "twice"),
    [
        ("microfetch_csv_144a67b.csv", [570, 755], 0),
        ("microfetch_csv_6e1fae3.csv", [570, 575], 0),
        ("microfetch_csv_7976ad5.csv", [570], 0),
        ("microfetch_csv_7bccfc8.csv", [575, 570], 1),
    ],
)
def test_the_real_files_of_every_age_read(name, taxa, twice):
    found = read(sample(name))
    assert [one.taxon.taxonomy_id for one in found if isinstance(one, Tracked)] == taxa
    assert sum(isinstance(one, Refused) for one in found) == twice


def test_columns_that_the_tracker_does_not_know_are_written_back():
    [tracked] = read("taxon_id,stage,checkpoint_time\n570,1,2022-04-19T15:50:33.919514\n")
    assert tracked.taxon.stage is Stage.UPDATE
    written = write_tracker([tracked]).decode().splitlines()
    assert written[0] == ",".join([*HEADER, "checkpoint_time"])
    assert written[1].endswith("2022-04-19T15:50:33.919514")


TAXA = st.builds(
    Taxon,
    taxonomy_id=st.integers(1, 2**31 - 1),
    last_checked=st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    droplet_ips=st.lists(st.ip_addresses(v=4).map(str), unique=True, max_size=3).map(tuple),
    last_run_status=st.sampled_from(STATUSES),
    needs_attention=WORDS.filter(lambda text: text not in {"nan", "NaN", "None"}),
    stage=st.sampled_from(Stage),
    priority=st.integers(-1, 6),
    generated_warning=st.booleans(),
)
TRACKED = st.builds(Tracked, taxon=TAXA, extra=st.dictionaries(st.sampled_from(["index", "checkpoint_time"]), WORDS))


@given(st.lists(TRACKED, unique_by=lambda one: one.taxon.taxonomy_id, max_size=6))
def test_what_is_written_reads_back_the_same(tracked):
    back = read(write_tracker(tracked))
    assert [one.taxon for one in back] == [one.taxon for one in tracked]
    names = {name for one in tracked for name in one.extra}
    assert [one.extra for one in back] == [
        {name: one.extra.get(name, "") for name in one_of(back, names)} for one in tracked
    ]


def one_of(back: list[Tracked], names: set[str]) -> list[str]:
    return [name for name in (back[0].extra if back else ()) if name in names]


def test_new_is_written_blank_as_the_procedure_asks():
    [tracked] = read("taxonomy_id,last_run_status\n562,new\n")
    assert tracked.taxon.last_run_status == Status.NEW
    assert write_tracker([tracked]).decode().splitlines()[1] == "562,,,,,2,fetch accession CSV,0,"
