"""Groups as CSV: what people write is read with what is wrong in it, and snapshots come back as they were."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.logic.groups import (
    GROUPS_SCHEMA,
    Faults,
    Group,
    Person,
    frame_of,
    group_text,
    groups_csv,
    passwd_text,
    read_groups,
    read_groups_file,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(str.strip)
GROUPS = st.builds(Group, st.integers(0, 2**32 - 1), TEXT.filter(bool), TEXT.map(lambda t: t or None), st.booleans())


def rows(text: str) -> list[tuple[object, ...]]:
    return read_groups(text.encode(), "groups.csv").rows()


def test_columns_are_found_by_name_in_any_order_and_blanks_do_not_count() -> None:
    text = "\ufeffis_humgen, PI ,remark,gid,name\r\nTRUE,Durbin,x, 1131 , crohns \r\n\r\n no,,y,7,hgi\r\n"
    assert rows(text) == [(7, "hgi", None, False), (1131, "crohns", "Durbin", True)]


@pytest.mark.parametrize("gid", ["", "hgi", "-1", "1.5", "4294967296", "٣", "1e3", "0x10"])
def test_a_row_without_a_whole_gid_is_left_out_and_told(gid: str) -> None:
    told = read_groups_file(f"gid,name,pi,is_humgen\n{gid},a,,\n9,b,,\n".encode(), "groups.csv")
    assert told.frame.rows() == [(9, "b", None, False)]
    assert told.warnings == ("groups.csv: a row without a whole gid and a name is left out: line 2",)


def test_a_short_row_counts_what_it_lacks_as_empty() -> None:
    assert rows("gid,name,pi,is_humgen\n9,b\n") == [(9, "b", None, False)]


def test_of_two_groups_with_one_gid_the_one_of_human_genetics_stays() -> None:
    told = read_groups_file(b"gid,name,pi,is_humgen\n9,a,,false\n9,b,X,true\n", "groups.csv")
    assert told.frame.rows() == [(9, "b", "X", True)]
    assert told.warnings == ("a gid has several groups, the first is taken: 9 (b, a)",)


def test_two_gids_of_one_name_both_stay_and_are_told() -> None:
    told = read_groups_file(b"gid,name,pi,is_humgen\n9,a,,\n10,a,,\n", "groups.csv")
    assert told.frame["gid"].to_list() == [9, 10]
    assert told.warnings == ("several gids have one name, so they share its quota: a (9, 10)",)


def test_a_thousand_faults_of_a_kind_are_one_sentence() -> None:
    text = "gid,name,pi,is_humgen\n" + "x,a,,\n" * 1000
    (warning,) = read_groups_file(text.encode(), "groups.csv").warnings
    assert warning.endswith("line 2, line 3, line 4, line 5, line 6 and 995 more")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "lacks the column gid"),
        (b"gid,name,pi\n", "lacks the column is_humgen"),
        (b"gid,name,pi,is_humgen\n1,caf\xe9,,\n", r"no UTF-8 \(byte 27\)"),
        (b"gid,name,pi,is_humgen\n1," + b"x" * 200_000 + b",,\n", "line 2 is no CSV"),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_name(data: bytes, words: str) -> None:
    with pytest.raises(BadInputError, match=f"groups.csv.*{words}"):
        read_groups(data, "groups.csv")


@given(st.lists(GROUPS, max_size=8))
def test_a_snapshot_comes_back_as_it_was(groups: list[Group]) -> None:
    frame = frame_of(groups, Faults())
    again = read_groups_file(groups_csv(frame), "snapshot")
    assert again.frame.equals(frame)
    assert again.frame.schema == GROUPS_SCHEMA
    assert groups_csv(again.frame) == groups_csv(frame.sample(fraction=1, shuffle=True, seed=1))


@given(st.lists(GROUPS, max_size=8), st.randoms())
def test_the_order_in_which_groups_are_told_does_not_count(groups: list[Group], random) -> None:
    shuffled = groups.copy()
    random.shuffle(shuffled)
    assert frame_of(groups, Faults()).equals(frame_of(shuffled, Faults()))


def test_group_text_is_sorted_and_holds_members_once() -> None:
    text = group_text([Group(9, "b"), Group(7, "a")], {"b": ["zoe", "al", "zoe"]}, Faults())
    assert text == b"a:*:7:\nb:*:9:al,zoe\n"


def test_passwd_text_has_seven_fields() -> None:
    people = [Person("zoe", 12, 9, "Zoe Müller", "/nfs/zoe", "/bin/bash"), Person("al", 11, 9)]
    assert passwd_text(people, Faults()) == "al:*:11:9:::\nzoe:*:12:9:Zoe Müller:/nfs/zoe:/bin/bash\n".encode()


def test_a_name_that_would_break_a_field_is_written_otherwise_and_told() -> None:
    faults = Faults()
    assert group_text([Group(9, "root:x\n0")], {"root:x\n0": ["a,b"]}, faults) == b"root_x_0:*:9:a_b\n"
    assert passwd_text([Person("a:b", 1, 1)], faults) == b"a_b:*:1:1:::\n"
    assert len(faults.sentences()) == 1


@given(st.lists(GROUPS, max_size=5))
def test_every_group_is_one_line_of_four_fields(groups: list[Group]) -> None:
    lines = group_text(groups, {}, Faults()).decode().split("\n")
    assert lines.pop() == ""
    assert {line.count(":") for line in lines} <= {3}
    assert {int(line.split(":")[2]) for line in lines} == {group.gid for group in groups}


def test_an_empty_frame_is_a_header() -> None:
    assert groups_csv(pl.DataFrame(schema=GROUPS_SCHEMA)) == b"gid,name,pi,is_humgen\r\n"
