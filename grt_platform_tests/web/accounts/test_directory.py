"""Sign-in by a real LDAP directory: lies and trouble first, then people appear by themselves."""

import socket

import pytest

from grt_platform_tests.fixtures.slapd import Slapd
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.web.accounts.browser import PASSWORD, Browser, browser, person_with_password

pytestmark = pytest.mark.service
SECRET = "her password in the directory"


@pytest.fixture
def base(slapd: Slapd) -> str:
    made = slapd.branch()
    slapd.add_person(made, "ann", "Example", SECRET)
    return made


@pytest.fixture
def ann(live_web: LiveWeb, slapd: Slapd, base: str):
    """A browser in front of a platform that asks the directory."""
    for name, value in settings_of(slapd, base).items():
        live_web.set(f"GRT_{name.upper()}", value)
    with browser(live_web) as made:
        yield made


def settings_of(slapd: Slapd, base: str) -> dict[str, str]:
    return {
        "sign_in": "ldap",
        "ldap_url": slapd.url,
        "ldap_people_base": f"ou=people,{base}",
        "ldap_timeout_s": "2",
    }


def people(live_web: LiveWeb) -> list[tuple[str, str]]:
    rows = live_web.warehouse.fetch("SELECT name, source FROM identity.users WHERE source <> 'key' ORDER BY 1")
    return [(row["name"], row["source"]) for row in rows]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ann", "wrong"), ("ann", ""), ("nobody", SECRET), ("*", SECRET), ("ann)(uid=*", SECRET), ("", ""),
        ("an*", SECRET), ("ann\0", SECRET), ("nobody.at.all", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_opens_nothing_and_makes_nobody_known(
    live_web: LiveWeb, ann: Browser, name: str, password: str
) -> None:
    assert ann.sign_in(name, password).status_code == 401
    assert people(live_web) == []


def test_two_entries_of_one_name_open_nothing(live_web: LiveWeb, ann: Browser, slapd: Slapd, base: str) -> None:
    slapd.add(f"ou=more,ou=people,{base}", "organizationalUnit")
    slapd.add(f"cn=ann,ou=more,ou=people,{base}", "inetOrgPerson", sn="Two", uid="ann", userPassword=SECRET)
    assert ann.sign_in(password=SECRET).status_code == 401


def test_a_directory_that_is_away_is_503_and_counts_as_no_failure(live_web: LiveWeb, ann: Browser) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        live_web.set("GRT_LDAP_URL", f"ldap://127.0.0.1:{nobody.getsockname()[1]}")
        answer = ann.sign_in(password=SECRET)
    assert answer.status_code == 503
    assert SECRET not in answer.text
    logins = live_web.client.post("/logins", json={"name": "ann", "password": SECRET, "title": "x"})
    assert logins.status_code == 503
    assert live_web.warehouse.fetch("SELECT * FROM identity.audit") == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [("GRT_LDAP_URL", "nonsense"), ("GRT_LDAP_BIND_DN", "cn=nobody,dc=x"), ("GRT_LDAP_PEOPLE_BASE", "ou=gone,dc=x")],
)
def test_wrong_settings_of_the_directory_are_503_and_shown_to_nobody(
    live_web: LiveWeb, ann: Browser, setting: str, value: str
) -> None:
    live_web.set(setting, value)
    answer = ann.sign_in(password=SECRET)
    assert answer.status_code == 503
    assert "GRT_LDAP" not in answer.text
    assert "cn=" not in answer.text


def test_a_local_name_is_not_taken_over(live_web: LiveWeb, ann: Browser) -> None:
    person_with_password(live_web, "ann")
    assert ann.sign_in(password=SECRET).status_code == 401
    assert ann.sign_in(password=PASSWORD).status_code == 401
    assert people(live_web) == [("ann", "local")]


def test_a_person_appears_at_the_first_sign_in_and_may_be_disabled(live_web: LiveWeb, ann: Browser) -> None:
    assert ann.sign_in("Ann", SECRET).status_code == 303
    assert people(live_web) == [("ann", "ldap")]
    ann.forget()
    assert ann.sign_in(password=SECRET).status_code == 303
    assert people(live_web) == [("ann", "ldap")]
    page = ann.get("/account").text
    assert "New password" not in page
    live_web.client.patch("/users/ann", json={"is_disabled": True}, headers=live_web.admin)
    assert ann.sign_in(password=SECRET).status_code == 401


def test_the_command_line_signs_in_by_the_directory_too(live_web: LiveWeb, ann: Browser) -> None:
    made = live_web.client.post("/logins", json={"name": "ann", "password": SECRET, "title": "cli"}).json()
    me = live_web.client.get("/whoami", headers={"Authorization": f"Bearer {made['token']}"}).json()
    assert me["name"] == "ann"
