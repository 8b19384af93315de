"""Signing in with a browser: hostile links and guesses first, then what people do."""

import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from grt_platform.web.accounts.checking import MOST_REFUSALS, WRONG
from grt_platform.web.accounts.sign_in_page import own_path
from grt_platform.web.bodies import SMALL_BODY_BYTES
from grt_platform.web.logs import configure
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.web.accounts.browser import PASSWORD, Browser, browser, events, person_with_password


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]):
    """What the web door logs once the test has called `configure`; afterwards the log goes where it went before."""
    yield capsys
    with capsys.disabled():
        configure("INFO")  # the stream of this test closes with it


ELSEWHERE = [
    "https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "\\\\evil.example.org",
    "/\t/evil.example.org",
    "javascript:alert(1)", "account", "", "/a\r\nSet-Cookie: x=y", "/a\nb", "/é", "http:/x", "///x", "/\u2028x", " /x",
]  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_led_away_by_a_link_to_the_sign_in_page(live_web: LiveWeb, ann: Browser, wanted: str) -> None:
    answer = ann.sign_in(wanted=wanted)
    assert answer.headers["Location"] == "/account"
    again = ann._client.get("/sign-in", params={"next": wanted})
    assert again.headers["Location"] == "/account"
    assert "x" not in ann.cookies


@pytest.mark.parametrize("wanted", ["/", "/account", "/galaxy/tools?tool=a&limit=2#x", "/a/b//c"])
def test_people_come_back_to_where_they_wanted_to_go(wanted: str) -> None:
    assert own_path(wanted) == wanted


def test_a_browser_that_must_sign_in_is_sent_there_and_a_program_is_told_401(live_web: LiveWeb, ann: Browser) -> None:
    asked = ann.get("/projects?a=b")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=/projects%3Fa%3Db")
    assert live_web.client.get("/projects").status_code == 401
    assert ann.sign_in(wanted="/projects?a=b").headers["Location"] == "/projects?a=b"


def test_signing_in_again_gives_a_new_cookie_and_ends_the_one_before(live_web: LiveWeb, ann: Browser) -> None:
    ann.sign_in()
    before = ann.session
    with browser(live_web) as thief:
        thief.plant(f"grt-session-{live_web.port}", before)
        assert thief.get("/account").status_code == 200
        ann.submit("/account/sign-out-elsewhere")
        assert ann.session not in {"", before}
        assert ann.get("/account").status_code == 200
        assert thief.get("/account").status_code == 303


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(live_web: LiveWeb, ann: Browser) -> None:
    [sent] = [line for line in ann.sign_in().headers.get_list("Set-Cookie") if "session" in line]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(sent.split("; "))
    assert "Secure" not in sent
    assert "Domain" not in sent
    live_web.set("GRT_WEB_URL", "https://grt.example.org")
    form = ann._client.get("/sign-in")
    [visit] = form.headers.get_list("Set-Cookie")
    assert visit.startswith("__Host-grt-visit=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(visit.split("; "))


def test_the_database_does_not_hold_the_cookie(live_web: LiveWeb, ann: Browser) -> None:
    ann.sign_in()
    rows = live_web.warehouse.fetch("SELECT * FROM identity.sessions")
    assert len(rows) == 1
    assert ann.session not in str(rows)


@pytest.mark.parametrize("column", ["seen_at", "expires_at"])
def test_a_sign_in_ends_when_idle_and_when_its_time_is_over(live_web: LiveWeb, ann: Browser, column: str) -> None:
    ann.sign_in()
    assert ann.get("/account").status_code == 200
    with live_web.warehouse.transaction() as connection:
        connection.execute(
            f"UPDATE identity.sessions SET {column} = %s".encode(), [datetime.now(UTC) - timedelta(days=1)]
        )
    assert ann.get("/account").status_code == 303
    ann.sign_in()
    assert len(live_web.warehouse.fetch("SELECT * FROM identity.sessions")) == 1


def test_a_busy_sign_in_does_not_become_idle(live_web: LiveWeb, ann: Browser) -> None:
    ann.sign_in()
    before = datetime.now(UTC) - timedelta(hours=3)
    with live_web.warehouse.transaction() as connection:
        connection.execute("UPDATE identity.sessions SET seen_at = %s", [before])
    ann.get("/account")
    assert live_web.warehouse.fetch("SELECT seen_at FROM identity.sessions")[0]["seen_at"] > before


def test_signing_out_ends_the_session_and_not_only_the_cookie(live_web: LiveWeb, ann: Browser) -> None:
    ann.sign_in()
    cookie = ann.session
    assert ann.submit("/sign-out").headers["Location"] == "/sign-in"
    assert ann.session == ""
    with browser(live_web) as thief:
        thief.plant(f"grt-session-{live_web.port}", cookie)
        assert thief.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ann", "wrong"), ("nobody", PASSWORD), ("ann", ""), ("", ""), ("\u0430nn", PASSWORD), ("ann\0", PASSWORD),
        ("' OR 1=1 --", PASSWORD), ("ann", PASSWORD + "\0"), ("ann", PASSWORD.upper()), ("admin-key", ""),
        ("<script>alert(1)</script>", "x"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_the_answer_is_the_same(live_web: LiveWeb, ann: Browser, name: str, password: str) -> None:
    answer = ann.sign_in(name, password)
    assert answer.status_code == 401
    assert WRONG in answer.text
    assert "<script" not in answer.text
    assert ann.session == ""
    assert [event[2] for event in events(live_web)] == ["refused"]


def test_an_unknown_a_disabled_and_a_known_name_take_the_same_work(
    live_web: LiveWeb, ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    person_with_password(live_web, "gone")
    with live_web.warehouse.transaction() as connection:
        connection.execute("UPDATE identity.users SET is_disabled = true WHERE name = 'gone'")
    ann.sign_in()  # renews ann's hash to the parameters of today
    seen, verify = [], PasswordHasher.verify

    def watched(self, kept, password):
        seen.append(kept.split("$")[3])
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    with browser(live_web) as stranger:
        for name in ("ann", "nobody", "gone", "no name at all"):
            assert stranger.sign_in(name, "wrong password").status_code == 401
    assert seen == ["m=65536,t=3,p=1"] * 4


def test_a_disabled_person_is_out_at_once_with_the_right_password_too(live_web: LiveWeb, ann: Browser) -> None:
    ann.sign_in()
    answer = live_web.client.patch("/users/ann", json={"is_disabled": True}, headers=live_web.admin)
    assert answer.status_code == 204
    assert ann.get("/account").status_code == 303
    assert ann.sign_in().status_code == 401


def test_guesses_at_one_name_are_stopped_across_addresses_and_restarts(live_web: LiveWeb, ann: Browser) -> None:
    live_web.set("GRT_TRUSTED_PROXIES", "127.0.0.1")
    token = ann.token_on("/sign-in")

    def guess(number: int, password: str) -> httpx.Response:
        fields = {"name": "ann", "password": password, "csrf_token": token}
        return ann.post("/sign-in", fields, X_Forwarded_For=f"192.0.2.{number}")

    assert {guess(number, "wrong").status_code for number in range(MOST_REFUSALS)} == {401}
    stopped = guess(99, PASSWORD)
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["Retry-After"]) <= 900
    assert live_web.client.post("/logins", json={"name": "ann", "password": PASSWORD, "title": "x"}).status_code == 429
    person_with_password(live_web, "bob")
    assert ann.post("/sign-in", {"name": "bob", "password": PASSWORD, "csrf_token": token}).status_code == 303


def test_guesses_from_one_address_are_stopped_across_names(live_web: LiveWeb, ann: Browser) -> None:
    token = ann.token_on("/sign-in")
    fields = {"password": "wrong", "csrf_token": token}
    statuses = [ann.post("/sign-in", {**fields, "name": f"name-{n}"}).status_code for n in range(20)]
    assert statuses == [401] * 20
    more = (ann.post("/sign-in", {**fields, "name": f"name-{n}"}).status_code for n in range(40))
    assert 429 in more


def test_a_huge_form_is_not_read(live_web: LiveWeb, ann: Browser) -> None:
    answer = ann.post("/sign-in", {"name": "x" * (SMALL_BODY_BYTES + 1)})
    assert answer.status_code == 413
    many = "&".join(f"f{n}=1" for n in range(5000))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ann._client.post("/sign-in", content=many, headers=headers).status_code in {400, 403}
    assert ann.sign_in(password="x" * 2000).status_code == 422


def test_no_password_cookie_or_token_stands_in_the_log(
    live_web: LiveWeb, ann: Browser, logged: pytest.CaptureFixture[str]
) -> None:
    configure("DEBUG")
    ann.sign_in("ann", "a wrong secret")
    ann.sign_in()
    token = ann.token_on("/account")
    made = ann.post("/account/tokens", {"csrf_token": token, "title": "x", "role": "READ", "days": 1}).text
    [secret] = re.findall(r"grt_([\w-]{43})", made)
    live_web.client.get("/whoami?token=in-the-query", headers={"Authorization": f"Bearer grt_{secret}"})
    seen = logged.readouterr().err
    assert '"path": "/sign-in"' in seen
    audited = json.dumps(live_web.warehouse.fetch("SELECT * FROM identity.audit"), default=str)
    for unseen in ("a wrong secret", PASSWORD, ann.session, token, secret, "in-the-query"):
        assert len(unseen) > 5
        assert unseen not in seen
        assert unseen not in audited


def test_the_audit_tells_sign_ins_and_refusals_with_their_address(live_web: LiveWeb, ann: Browser) -> None:
    ann.sign_in("ann", "wrong")
    ann.sign_in("nobody", "wrong")
    ann.sign_in("not a name, perhaps a password", "wrong")
    ann.sign_in()
    ann.submit("/sign-out")
    assert events(live_web) == [
        ("sign_in", "ann", "refused", "wrong password"),
        ("sign_in", "nobody", "refused", "nobody has this name"),
        ("sign_in", "(no name)", "refused", "nobody has this name"),
        ("sign_in", "ann", "ok", ""),
        ("sign_out", "ann", "ok", ""),
    ]
    rows = live_web.warehouse.fetch("SELECT address, request_id FROM identity.audit")
    assert {row["address"] for row in rows} == {"127.0.0.1"}
    assert all(len(row["request_id"]) == 16 for row in rows)


def test_a_hash_with_old_parameters_is_renewed_by_the_next_sign_in(live_web: LiveWeb, ann: Browser) -> None:
    def kept() -> str:
        return live_web.warehouse.fetch("SELECT password_hash FROM identity.users WHERE name = 'ann'")[0][
            "password_hash"
        ]

    before = kept()
    assert ann.sign_in("ann", "wrong").status_code == 401
    assert kept() == before
    assert ann.sign_in().status_code == 303
    assert "m=65536,t=3,p=1" in kept()
    ann.forget()
    assert ann.sign_in().status_code == 303
