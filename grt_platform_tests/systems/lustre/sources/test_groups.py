"""Groups from a real directory: whole, with its oddities told, by three searches; and from the file that stands in."""

from pathlib import Path

import pytest

from grt_platform.adapters.ldap import Directory
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.settings import Settings
from grt_platform.systems.lustre.sources.groups import GroupsSource, groups_source
from grt_platform_tests.fixtures.slapd import Slapd


@pytest.fixture
def base(slapd: Slapd) -> str:
    return slapd.branch()


def source(slapd: Slapd, base: str, **others: object) -> GroupsSource:
    bases = {"lustre_group_base": f"ou=group,{base}", "lustre_people_base": f"ou=people,{base}"}
    found = groups_source(slapd.settings(**bases, **others))
    assert found is not None
    return found


@pytest.mark.service
def test_a_directory_tells_groups_leaders_members_and_people(slapd: Slapd, base: str) -> None:
    durbin = slapd.add_person(base, "rd", "Durbin")
    slapd.add_group(base, "crohns", 1131, durbin, is_humgen=True)
    slapd.add_group(base, "team, with (odd) *name*", 7)
    slapd.add(f"cn=tol,ou=group,{base}", "posixGroup", gidNumber=1200, memberUid=["rd", "al"])
    account = {"uidNumber": 7001, "gidNumber": 7, "homeDirectory": "/nfs/al", "cn": "Al", "sn": "Müller"}
    slapd.add(f"uid=al,ou=people,{base}", "inetOrgPerson posixAccount", **account)
    told = source(slapd, base).fetch()
    assert told.frame.rows() == [
        (7, "team, with (odd) *name*", None, False),
        (1131, "crohns", "Durbin", True),
        (1200, "tol", None, False),
    ]
    assert told.group_text == b"team, with (odd) *name*:*:7:\ncrohns:*:1131:\ntol:*:1200:al,rd\n"
    assert told.passwd_text == b"al:*:7001:7:Al:/nfs/al:\n"
    assert told.warnings == ()


@pytest.mark.service
def test_oddities_are_told_and_hinder_nobody(slapd: Slapd, base: str) -> None:
    slapd.add_group(base, "gone", 1, f"uid=gone,ou=people,{base}", is_humgen=True)
    slapd.add_group(base, "leaderless", 2, is_humgen=True)
    slapd.add_group(base, "twin", 2)
    told = source(slapd, base).fetch()
    assert told.frame.rows() == [(1, "gone", None, True), (2, "leaderless", None, True)]
    assert len(told.warnings) == 3


@pytest.mark.service
def test_thousands_of_groups_take_three_searches(slapd: Slapd, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        slapd.add_group(base, f"g{number}", 10_000 + number, is_humgen=number % 2 == 0)
    searches = []
    search = Directory.search
    monkeypatch.setattr(Directory, "search", lambda self, *a: searches.append(a) or search(self, *a))
    told = source(slapd, base, ldap_page_size=50).fetch()
    assert told.frame.height == 300
    assert told.frame["is_humgen"].sum() == 150
    assert len(searches) == 3


@pytest.mark.service
def test_a_directory_that_shows_no_group_is_an_error_and_not_an_empty_list(slapd: Slapd, base: str) -> None:
    with pytest.raises(BadInputError, match="GRT_LUSTRE_GROUP_BASE"):
        source(slapd, base).fetch()


@pytest.mark.service
def test_a_directory_that_would_tell_a_part_tells_nothing(slapd: Slapd, base: str) -> None:
    for number in range(5):
        slapd.add_group(base, f"g{number}", number)
    reader = {"ldap_bind_dn": slapd.reader_dn, "ldap_bind_password": "a reader's password"}
    with pytest.raises(UnavailableError):
        source(slapd, base, **reader).fetch()


@pytest.mark.service
def test_a_directory_that_is_away_is_unavailable(slapd: Slapd, base: str, unused_port: int) -> None:
    with pytest.raises(UnavailableError):
        source(slapd, base, ldap_url=f"ldap://127.0.0.1:{unused_port}").fetch()


def test_a_file_stands_in_with_the_people_of_another(tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_text("gid,name,pi,is_humgen\n7,hgi,,true\n")
    (tmp_path / "passwd").write_text("al:x:1:7:::\n")
    files = {"lustre_groups_file": f"{tmp_path}/groups.csv", "lustre_passwd_file": f"{tmp_path}/passwd"}
    found = groups_source(Settings(ldap_url="ldap://unused", **files))
    assert found is not None
    told = found.fetch()
    assert told.frame.rows() == [(7, "hgi", None, True)]
    assert (told.group_text, told.passwd_text) == (b"hgi:*:7:\n", b"al:x:1:7:::\n")


def test_a_file_that_is_absent_is_unavailable_and_an_empty_one_wrong(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    found = groups_source(Settings(lustre_groups_file=str(path)))
    assert found is not None
    with pytest.raises(UnavailableError, match="GRT_LUSTRE_GROUPS_FILE"):
        found.fetch()
    path.write_text("gid,name,pi,is_humgen\n")
    with pytest.raises(BadInputError, match="holds no group"):
        found.fetch()


def test_where_nobody_is_set_nobody_is_asked() -> None:
    assert groups_source(Settings()) is None
