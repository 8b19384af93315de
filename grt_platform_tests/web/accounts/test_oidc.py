"""Sign-in by a provider that really speaks OpenID Connect: every lie is refused, then people get in."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from grt_platform_tests.fixtures.oidc import Claims, OidcProvider
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.web.accounts.browser import Browser, browser, person_with_password


@pytest.fixture
def ann(live_web: LiveWeb, oidc_provider: OidcProvider):
    """A browser in front of a platform that believes the provider."""
    live_web.set("GRT_WEB_URL", live_web.url)
    live_web.set("GRT_OIDC_ISSUER", oidc_provider.url)
    live_web.set("GRT_OIDC_CLIENT_ID", oidc_provider.client_id)
    live_web.set("GRT_OIDC_CLIENT_SECRET", oidc_provider.client_secret)
    with browser(live_web) as made:
        yield made


def way_back(ann: Browser, wanted: str = "/account") -> str:
    """Goes to the provider, agrees there; returns the address one is sent back to."""
    sent = ann.get(f"/sign-in/oidc?next={wanted}")
    assert sent.status_code == 303, sent.text
    agreed = httpx.get(sent.headers["Location"])
    parts = urlsplit(agreed.headers["Location"])
    return f"{parts.path}?{parts.query}"


def reasons(live_web: LiveWeb) -> list[str]:
    rows = live_web.warehouse.fetch("SELECT reason FROM identity.audit WHERE outcome = 'refused'")
    return [row["reason"] for row in rows]


def is_refused(live_web: LiveWeb, answer: httpx.Response) -> bool:
    people = live_web.warehouse.fetch("SELECT * FROM identity.users WHERE source = 'oidc'")
    sessions = live_web.warehouse.fetch("SELECT * FROM identity.sessions")
    return answer.status_code == 401 and people == sessions == [] and len(reasons(live_web)) == 1


def spoil(name: str, value: object):
    def change(claims: Claims) -> None:
        claims[name] = value
        if value is None:
            del claims[name]

    return change


LIES = {
    "another nonce": spoil("nonce", "another"),
    "no nonce": spoil("nonce", None),
    "another issuer": spoil("iss", "https://evil.example.org"),
    "no issuer": spoil("iss", None),
    "another audience": spoil("aud", "another-client"),
    "two audiences and another party": lambda claims: claims.update(aud=["grt", "x"], azp="x"),
    "expired": spoil("exp", int(time.time()) - 3600),
    "no expiry": spoil("exp", None),
    "from the future": spoil("iat", int(time.time()) + 3600),
    "no subject": spoil("sub", None),
    "times that are text": spoil("exp", "tomorrow"),
    "of another access token": spoil("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_id_token_that_lies_opens_nothing(
    live_web: LiveWeb, ann: Browser, oidc_provider: OidcProvider, lie: str
) -> None:
    oidc_provider.spoil = LIES[lie]
    assert is_refused(live_web, ann.get(way_back(ann)))


@pytest.mark.parametrize("fault", ["alg none", "public key as secret", "another key", "unknown key", "no id token"])
def test_an_id_token_that_the_provider_did_not_sign_opens_nothing(
    live_web: LiveWeb, ann: Browser, oidc_provider: OidcProvider, fault: str
) -> None:
    oidc_provider.faults.add(fault)
    assert is_refused(live_web, ann.get(way_back(ann)))


def test_an_answer_that_this_browser_did_not_ask_for_opens_nothing(live_web: LiveWeb, ann: Browser) -> None:
    with browser(live_web) as attacker:
        assert is_refused(live_web, ann.get(way_back(attacker)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "another"),
        ("state", ""),
        ("state", "\u00e9"),
        ("code", "guessed"),
        ("code", ""),
        ("iss", "https://evil.example.org"),
    ],
)
def test_a_changed_answer_opens_nothing(live_web: LiveWeb, ann: Browser, name: str, value: str) -> None:
    parts = urlsplit(way_back(ann))
    sent = {key: values[0] for key, values in parse_qs(parts.query).items()}
    assert is_refused(live_web, ann._client.get(parts.path, params={**sent, name: value}))


def test_an_answer_opens_once(live_web: LiveWeb, ann: Browser) -> None:
    back = way_back(ann)
    assert ann.get(back).status_code == 303
    assert ann.get(back).status_code == 401


def test_a_forged_or_stale_cookie_opens_nothing(
    live_web: LiveWeb, ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = way_back(ann)
    name = next(name for name in ann.cookies if "oidc" in name)
    for forged in ("", ".", "e30=.x", ann.cookies[name][:-1] + "0", "\u0041" * 3000):
        with browser(live_web) as other:
            other.plant(name, forged)
            assert other.get(back).status_code == 401
    from grt_platform.web.accounts import oidc

    late = time.time() + 700
    monkeypatch.setattr(oidc.time, "time", lambda: late)
    assert ann.get(back).status_code == 401


def test_a_way_begun_at_a_web_door_whose_clock_is_ahead_ends_at_this_one(
    live_web: LiveWeb, ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grt_platform.web.accounts import oidc

    back, real = way_back(ann), time.time
    monkeypatch.setattr(oidc.time, "time", lambda: real() - 600)
    assert ann.get(back).status_code == 303


@pytest.mark.parametrize("fault", ["down", "no json", "other issuer", "plain endpoint"])
def test_a_provider_in_trouble_is_503_and_not_a_wrong_password(
    live_web: LiveWeb, ann: Browser, oidc_provider: OidcProvider, fault: str
) -> None:
    oidc_provider.faults.add(fault)
    assert ann.get("/sign-in/oidc").status_code == 503
    assert reasons(live_web) == []


def test_a_provider_that_fails_on_the_way_back_is_503(
    live_web: LiveWeb, ann: Browser, oidc_provider: OidcProvider
) -> None:
    back = way_back(ann)
    oidc_provider.faults.add("down")
    assert ann.get(back).status_code == 503
    assert ann.session == ""


def test_a_name_that_somebody_has_is_not_taken_over(live_web: LiveWeb, ann: Browser) -> None:
    person_with_password(live_web, "ann")
    assert ann.get(way_back(ann)).status_code == 401
    assert "already" in reasons(live_web)[0]


@pytest.mark.parametrize("name", ["\u0430nn", "../x", "", "a b"])
def test_a_name_that_is_none_here_opens_nothing(
    live_web: LiveWeb, ann: Browser, oidc_provider: OidcProvider, name: str
) -> None:
    oidc_provider.person["preferred_username"] = name
    assert is_refused(live_web, ann.get(way_back(ann)))


def test_an_unproven_mail_address_is_no_name(live_web: LiveWeb, ann: Browser, oidc_provider: OidcProvider) -> None:
    oidc_provider.person = {"sub": "1", "email": "ann@example.org", "email_verified": False}
    assert is_refused(live_web, ann.get(way_back(ann)))


def test_a_person_appears_at_the_first_sign_in_and_is_the_same_at_the_next(
    live_web: LiveWeb, ann: Browser, oidc_provider: OidcProvider
) -> None:
    assert "single sign-on" in ann.get("/sign-in").text
    answer = ann.get(way_back(ann, "/projects"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/projects")
    assert "Ann Example" in ann.get("/account").text
    oidc_provider.person["preferred_username"] = "ann-renamed"
    with browser(live_web) as again:
        assert again.get(way_back(again)).status_code == 303
        assert again.get("/whoami").json()["name"] == "ann"
    assert len(live_web.warehouse.fetch("SELECT * FROM identity.users WHERE source = 'oidc'")) == 1


def test_a_disabled_person_is_refused(live_web: LiveWeb, ann: Browser) -> None:
    ann.get(way_back(ann))
    live_web.client.patch("/users/ann", json={"is_disabled": True}, headers=live_web.admin)
    assert ann.get(way_back(ann)).status_code == 401
    assert reasons(live_web) == ["disabled"]


def test_nobody_is_led_away_after_the_way_back(live_web: LiveWeb, ann: Browser) -> None:
    assert ann.get(way_back(ann, "//evil.example.org")).headers["Location"] == "/account"


def test_without_a_provider_in_the_settings_there_is_no_such_address(live_web: LiveWeb, ann: Browser) -> None:
    live_web.set("GRT_OIDC_ISSUER", "")
    assert ann.get("/sign-in/oidc").status_code == 404
    assert "single sign-on" not in ann.get("/sign-in").text
