"""Groups from directory entries: every oddity of a real directory is told and hinders nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.lustre.logic.directory import Record, first_value, groups_of
from grt_platform.systems.lustre.logic.groups import Groups

GROUPS, PEOPLE = "ou=group,dc=x", "ou=people,dc=x"


def record(dn: str, **values: str | bytes | list[str]) -> Record:
    lists = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    return Record(dn, {n: [v.encode() if isinstance(v, str) else v for v in found] for n, found in lists.items()})


def group(name: str, gid: str, **values: str | bytes | list[str]) -> Record:
    return record(f"cn={name},{GROUPS}", cn=name, gidnumber=gid, **values)


def person(uid: str, sn: str, **values: str) -> Record:
    return record(f"uid={uid},{PEOPLE}", uid=uid, sn=sn, cn=f"A {sn}", **values)


def told(everyone: list[Record], humgen: list[Record] = [], people: list[Record] = []) -> Groups:  # noqa: B006 never changed
    return groups_of(everyone, humgen, people, "pi")


def test_a_group_of_human_genetics_shows_the_surname_of_its_leader() -> None:
    special = group("crohns", "1131", pi=f"uid=rd,{PEOPLE}")
    found = told([group("hgi", "7"), group("crohns", "1131")], [special], [person("rd", "Durbin")])
    assert found.frame.rows() == [(7, "hgi", None, False), (1131, "crohns", "Durbin", True)]
    assert found.warnings == ()


@pytest.mark.parametrize("dn", ["UID=RD , OU=People,dc=X", "uid=rd,ou=former,dc=y", "uid=r\\64,ou=people,dc=x"])
def test_a_leader_is_found_whatever_the_spelling_or_where_the_login_says_it(dn: str) -> None:
    found = told([], [group("a", "1", pi=dn)], [person("rd", "Durbin")])
    assert found.frame["pi"].to_list() == ["Durbin"]


@pytest.mark.parametrize(
    ("pi", "people", "warning"),
    [
        ([], [], "a group of human genetics names no principal investigator: a"),
        (["uid=gone,dc=x"], [], "a principal investigator has no entry: uid=gone,dc=x of a"),
        (["not a name"], [], "a principal investigator has no entry: not a name of a"),
        ([f"uid=rd,{PEOPLE}"], [record(f"uid=rd,{PEOPLE}", uid="rd")],
         f"a principal investigator has no surname: uid=rd,{PEOPLE} of a"),
    ],
)  # fmt: skip
def test_a_group_whose_leader_cannot_be_told_stays_without(pi: list[str], people: list[Record], warning: str) -> None:
    found = told([], [group("a", "1", pi=pi)], people)
    assert found.frame.rows() == [(1, "a", None, True)]
    assert found.warnings == (warning,)


def test_of_several_leaders_the_first_that_is_known_is_taken() -> None:
    several = group("a", "1", pi=["uid=a,dc=x", f"uid=z,{PEOPLE}"])
    found = told([], [several], [person("z", "Zeggini")])
    assert found.frame["pi"].to_list() == ["Zeggini"]
    assert found.warnings == ("a group names several principal investigators, the first found is taken: a",)


@pytest.mark.parametrize("gid", ["hgi", "", "-5", "99999999999", "1.0"])
def test_a_group_without_a_whole_gid_is_left_out_and_told(gid: str) -> None:
    found = told([group("a", gid), group("b", "2")])
    assert found.frame["group_name"].to_list() == ["b"]
    assert found.warnings[0].startswith("a group without one whole gid and a name is left out: cn=a,")


def test_a_group_with_two_gids_or_no_name_is_left_out() -> None:
    broken = [record(f"cn=a,{GROUPS}", cn="a", gidnumber=["1", "2"]), record(f"cn=b,{GROUPS}", gidnumber="3")]
    assert told(broken).frame.height == 0
    assert "and" not in told(broken[:1]).warnings[0].split(":")[1]


def test_a_group_with_several_names_has_the_one_it_is_kept_under() -> None:
    found = told([record(f"cn=team,{GROUPS}", cn=["alias", "team"], gidnumber="1")])
    assert found.frame["group_name"].to_list() == ["team"]
    assert len(found.warnings) == 1


def test_two_groups_with_one_gid_are_one_row_and_two_lines_of_group_text() -> None:
    found = told([group("a", "1"), group("b", "1")])
    assert found.frame["group_name"].to_list() == ["a"]
    assert found.group_text == b"a:*:1:\nb:*:1:\n"
    assert "a gid has several groups" in found.warnings[0]


def test_a_name_that_is_no_utf_8_shows_its_bytes() -> None:
    found = told([record(f"cn=x,{GROUPS}", cn=b"caf\xe9", gidnumber="1")])
    assert found.frame["group_name"].to_list() == ["caf\\xe9"]


def test_members_and_people_become_the_texts_of_getent() -> None:
    account = person("rd", "Durbin", uidnumber="7001", gidnumber="1", homedirectory="/nfs/rd", loginshell="/bin/sh")
    found = told([group("a", "1", memberuid=["rd", "al"])], [], [account, person("x", "No Account")])
    assert found.group_text == b"a:*:1:al,rd\n"
    assert found.passwd_text == b"rd:*:7001:1:A Durbin:/nfs/rd:/bin/sh\n"


@pytest.mark.parametrize(
    ("dn", "value"),
    [
        ("uid=rd,ou=x", "rd"),
        ("uid=a\\,b,ou=x", "a,b"),
        ("uid=a\\2Cb\\C3\\A9+cn=x,ou=y", "a,bé"),
        (" UID = rd , ou=x", "rd"),
        ("uid=,ou=x", ""),
        ("rd", ""),
        ("", ""),
        ("uid=a\\", "a"),
    ],
)
def test_the_first_value_of_a_name_is_unescaped(dn: str, value: str) -> None:
    assert first_value(dn) == value


@given(st.text(max_size=30))
def test_no_name_is_an_error(dn: str) -> None:
    first_value(dn)
    told([record(dn, cn="a", gidnumber="1")], [record(dn, pi=dn, cn="a", gidnumber="1")], [record(dn, sn="x", uid=dn)])
