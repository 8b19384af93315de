"""Whom the proxy in front of the Dagster UI may let through."""

import httpx
import pytest

from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.web.accounts.browser import Browser, person_with_password

GET, POST = {"X-Original-Method": "GET"}, {"X-Original-Method": "POST"}
SOCKET = {"X-Original-Method": "GET", "X-Original-Upgrade": "websocket"}


def asked(live_web: LiveWeb, **headers: str) -> int:
    return live_web.client.get("/auth/dagster", headers=headers).status_code


@pytest.fixture
def admin(live_web: LiveWeb) -> LiveWeb:
    """The web door with an administrator signed in by a browser."""
    person_with_password(live_web, "root", is_admin=True)
    Browser(live_web.client, live_web.url).sign_in("root")
    return live_web


def test_nobody_without_credentials_passes(live_web: LiveWeb) -> None:
    assert asked(live_web, **GET) == 401
    assert asked(live_web, **GET, Authorization="Bearer grt_wrong") == 401


def test_only_administrators_pass_unless_the_settings_say_otherwise(live_web: LiveWeb) -> None:
    ann = live_web.person("ann", default=Role.MANAGE)
    root = live_web.person("root", is_admin=True)
    assert asked(live_web, **POST, **ann.headers) == 403
    assert asked(live_web, **POST, **root.headers) == 204
    assert asked(live_web, **POST, **live_web.admin) == 204
    assert asked(live_web, **POST, **root.with_token(Role.MANAGE).headers) == 403  # not made for administration
    live_web.set("GRT_UI_ACCESS", "signed_in")
    assert asked(live_web, **POST, **ann.headers) == 403  # a token is made for projects, not for all of Dagster
    person_with_password(live_web, "bob")
    Browser(live_web.client, live_web.url).sign_in("bob")
    assert asked(live_web, **GET) == 204


@pytest.mark.parametrize("what", [POST, SOCKET, {"X-Original-Method": "PUT"}, {}])
def test_with_a_cookie_what_can_change_something_must_come_from_this_host(admin: LiveWeb, what: dict[str, str]) -> None:
    assert asked(admin, **what) == 403
    assert asked(admin, **what, Origin="https://evil.example.org") == 403
    assert asked(admin, **what, Origin=admin.url, **{"Sec-Fetch-Site": "same-site"}) == 403
    assert asked(admin, **what, Origin="null") == 403
    assert asked(admin, **what, Origin=admin.url) == 204


def test_a_page_may_be_read_from_anywhere_and_its_reader_is_named(admin: LiveWeb) -> None:
    answer = admin.client.get("/auth/dagster", headers=GET)
    assert (answer.status_code, answer.headers["X-Grt-User"]) == (204, "root")


def test_the_first_page_leads_to_the_ui_behind_the_door(admin: LiveWeb) -> None:
    admin.set("GRT_UI_PATH", "/dagster")
    assert 'href="/dagster/"' in admin.client.get("/").text


def test_the_door_answers_no_other_method(admin: LiveWeb) -> None:
    assert httpx.post(f"{admin.url}/auth/dagster").status_code == 405
