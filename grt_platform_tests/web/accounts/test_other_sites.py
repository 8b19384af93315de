"""Forms, scripts and cookies of other sites change nothing in a browser that is signed in."""

import pytest

from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.web.accounts.browser import PASSWORD, Browser, browser, events, person_with_password


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
)
def test_a_form_of_another_site_changes_nothing_even_with_the_right_token(
    live_web: LiveWeb, ann: Browser, headers: dict[str, str]
) -> None:
    ann.sign_in()
    token = ann.token_on("/account")
    for path in ("/account/sign-out-elsewhere", "/account/tokens", "/account/password", "/sign-out"):
        sent = {"csrf_token": token, "title": "x"}
        answer = ann._client.post(path, data=sent, headers=headers)
        assert answer.status_code == 403, path
    assert live_web.warehouse.fetch("SELECT * FROM identity.tokens") == []
    assert ann.get("/account").status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "é", "x" * 100_000])
def test_a_form_without_the_token_of_this_sign_in_changes_nothing(live_web: LiveWeb, ann: Browser, token: str) -> None:
    ann.sign_in()
    assert ann.post("/account/tokens", {"csrf_token": token, "title": "x"}).status_code == 403
    with browser(live_web) as other:
        person_with_password(live_web, "bob")
        other.sign_in("bob")
        foreign = other.token_on("/account")
    assert ann.post("/account/tokens", {"csrf_token": foreign, "title": "x"}).status_code == 403
    assert live_web.warehouse.fetch("SELECT * FROM identity.tokens") == []


def test_a_script_of_another_site_cannot_use_the_cookie_on_the_api_and_ours_can(
    live_web: LiveWeb, ann: Browser
) -> None:
    ann.sign_in()
    own = {"Origin": live_web.url, "Sec-Fetch-Site": "same-origin"}
    token = ann.get("/whoami").json()["csrf_token"]
    body = {"title": "from a script"}
    for headers in (
        {},
        own,
        {**own, "X-CSRF-Token": "wrong"},
        {"X-CSRF-Token": token, "Origin": "https://evil.example.org"},
    ):
        assert ann._client.post("/tokens", json=body, headers=headers).status_code == 403
    assert ann._client.post("/tokens", json=body, headers={**own, "X-CSRF-Token": token}).status_code == 201


def test_a_sign_in_that_another_site_sends_is_refused(live_web: LiveWeb, ann: Browser) -> None:
    fields = {"name": "ann", "password": PASSWORD}
    assert ann.post("/sign-in", fields).status_code == 403
    assert ann.post("/sign-in", {**fields, "csrf_token": "0" * 64}).status_code == 403
    assert ann.session == ""
    assert events(live_web) == []


def test_a_cookie_that_was_planted_never_becomes_a_sign_in(live_web: LiveWeb, ann: Browser) -> None:
    name = f"grt-session-{live_web.port}"
    ann.plant(name, "planted-by-an-attacker")
    assert ann.sign_in().status_code == 303
    with browser(live_web) as attacker:
        attacker.plant(name, "planted-by-an-attacker")
        assert attacker.get("/account").status_code == 303
