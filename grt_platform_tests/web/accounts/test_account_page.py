"""The page of one's account, and tokens by cookie and by token: what they can do, and what not."""

import re

import pytest

from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.web.accounts.browser import PASSWORD, Browser, browser, person_with_password

NEW = "another long sentence of mine"


@pytest.fixture
def ann(live_web: LiveWeb):
    """A browser in which somebody is signed in."""
    person_with_password(live_web)
    with browser(live_web) as made:
        assert made.sign_in().status_code == 303
        yield made


def token_of(page: str) -> str:
    found = re.search(r"grt_[\w-]{43}", page)
    assert found, page
    return found[0]


def test_a_token_is_shown_once_and_opens_what_was_asked_for(live_web: LiveWeb, ann: Browser) -> None:
    answer = ann.submit("/account/tokens", title="<b>ci</b>", role="READ", days=3)
    token = token_of(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<b>ci" not in answer.text
    again = ann.get("/account").text
    assert token not in again
    assert token[:10] in again
    me = live_web.client.get("/whoami", headers={"Authorization": f"Bearer {token}"}).json()
    assert (me["name"], me["csrf_token"]) == ("ann", None)


def test_a_token_that_is_revoked_on_the_page_opens_nothing(live_web: LiveWeb, ann: Browser) -> None:
    token = token_of(ann.submit("/account/tokens", title="ci", role="MANAGE", days=3).text)
    [path] = re.findall(r'action="(/account/tokens/[^"]+/revoke)"', ann.get("/account").text)
    assert ann.submit(path).headers["Location"] == "/account"
    assert live_web.client.get("/whoami", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_person_who_is_no_administrator_gets_no_token_that_administers(live_web: LiveWeb, ann: Browser) -> None:
    answer = ann.submit("/account/tokens", title="x", role="MANAGE", days=3, is_admin="true")
    assert answer.status_code == 400
    assert "Only an administrator" in answer.text
    assert live_web.warehouse.fetch("SELECT * FROM identity.tokens") == []


@pytest.mark.parametrize(
    "wanted",
    [
        {"role": "MANAGE"},
        {"role": "READ", "projects": ["beta"]},
        {"role": "READ", "is_admin": True},
        {"role": "OWNER"},
        {"role": "READ", "projects": ["No Project"]},
        {"role": "READ", "days": 400},
        {"role": "READ", "surprise": 1},
    ],
)
def test_a_token_makes_no_token_that_can_do_more(live_web: LiveWeb, wanted: dict[str, object]) -> None:
    weak = live_web.person("bob", alpha=Role.MANAGE, beta=Role.MANAGE).with_token(Role.QUERY, frozenset({"alpha"}))
    answer = live_web.client.post("/tokens", json={"title": "x", **wanted}, headers=weak.headers)
    assert answer.status_code in {400, 422}


def test_a_token_made_with_a_limited_one_inherits_its_limits(live_web: LiveWeb) -> None:
    weak = live_web.person("bob", alpha=Role.MANAGE, beta=Role.MANAGE).with_token(Role.QUERY, frozenset({"alpha"}))
    made = live_web.client.post("/tokens", json={"title": "x", "role": "READ"}, headers=weak.headers).json()
    child = {"Authorization": f"Bearer {made['token']}"}
    assert live_web.client.get("/whoami", headers=child).json()["roles"] == {"alpha": "READ"}
    assert live_web.client.delete(f"/tokens/{weak.token_id}", headers=child).status_code == 403
    assert live_web.client.delete(f"/tokens/{weak.token_id}", headers=weak.headers).status_code == 204
    assert live_web.client.get("/whoami", headers=child).status_code == 401


def test_somebody_elses_token_is_not_there(live_web: LiveWeb) -> None:
    bob, eve = live_web.person("bob", alpha=Role.READ), live_web.person("eve", alpha=Role.MANAGE)
    assert live_web.client.delete(f"/tokens/{bob.token_id}", headers=eve.headers).status_code == 404
    assert live_web.client.delete(f"/tokens/{bob.token_id}", headers=live_web.admin).status_code == 404
    assert live_web.client.get("/whoami", headers=bob.headers).status_code == 200


def test_the_administrators_key_is_nobody_and_gets_no_token(live_web: LiveWeb) -> None:
    answer = live_web.client.post("/tokens", json={"title": "x"}, headers=live_web.admin)
    assert answer.status_code == 400


def test_a_new_password_ends_every_other_sign_in(live_web: LiveWeb, ann: Browser) -> None:
    with browser(live_web) as elsewhere:
        elsewhere.sign_in()
        before = ann.session
        changed = ann.submit("/account/password", old=PASSWORD, new=NEW, again=NEW)
        assert changed.headers["Location"] == "/account"
        assert ann.session not in {"", before}
        assert ann.get("/account").status_code == 200
        assert elsewhere.get("/account").status_code == 303
        assert elsewhere.sign_in().status_code == 401
        assert elsewhere.sign_in(password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("passwords", "status"),
    [
        (("wrong", NEW, NEW), 401),
        ((PASSWORD, NEW, NEW + "x"), 400),
        ((PASSWORD, "short", "short"), 400),
        ((PASSWORD, "a" * 20, "a" * 20), 400),
        ((PASSWORD, "my name is ann, so", "my name is ann, so"), 400),
        ((PASSWORD, "x" * 1025, "x" * 1025), 422),
    ],
)
def test_a_bad_new_password_changes_nothing(
    live_web: LiveWeb, ann: Browser, passwords: tuple[str, str, str], status: int
) -> None:
    old, new, again = passwords
    assert ann.submit("/account/password", old=old, new=new, again=again).status_code == status
    assert ann.get("/account").status_code == 200
    with browser(live_web) as elsewhere:
        assert elsewhere.sign_in().status_code == 303


def test_a_password_may_be_typed_on_another_keyboard(live_web: LiveWeb, ann: Browser) -> None:
    composed, decomposed = "caf\u00e9 au lait for all", "cafe\u0301 au lait for all"
    ann.submit("/account/password", old=PASSWORD, new=composed, again=composed)
    with browser(live_web) as elsewhere:
        assert elsewhere.sign_in(password=decomposed).status_code == 303


def test_the_password_is_changed_over_http_too(live_web: LiveWeb, ann: Browser) -> None:
    made = live_web.client.post("/logins", json={"name": "ann", "password": PASSWORD, "title": "cli"}).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    changed = live_web.client.put("/password", json={"old": PASSWORD, "new": NEW}, headers=headers)
    assert changed.status_code == 204
    assert ann.get("/account").status_code == 303
    assert live_web.client.get("/whoami", headers=headers).status_code == 200


def test_an_administrator_adds_resets_and_disables_people(live_web: LiveWeb) -> None:
    def ask(method: str, path: str, **body: object):
        return live_web.client.request(method, path, json=body or None, headers=live_web.admin)

    first = ask("POST", "/users", name="Bob", title="Bob B.").json()
    assert first["name"] == "bob"
    assert ask("POST", "/users", name="bob").status_code == 400
    second = ask("POST", "/users/bob/password").json()
    with browser(live_web) as bobs:
        assert bobs.sign_in("bob", first["password"]).status_code == 401
        assert bobs.sign_in("BOB", second["password"]).status_code == 303
        assert ask("PATCH", "/users/bob", is_disabled=True).status_code == 204
        assert bobs.get("/account").status_code == 303
    assert ask("PATCH", "/users/nobody", is_disabled=True).status_code == 404
    assert ask("PATCH", "/users/admin-key", is_disabled=True).status_code == 404
    assert ask("POST", "/users/admin-key/password").status_code == 400
    assert ask("PATCH", "/users/a%00b", is_disabled=True).status_code == 422
    listed = {row["name"]: row for row in ask("GET", "/users").json()}
    assert listed["bob"]["is_disabled"] is True
    assert "password_hash" not in listed["bob"]


def test_members_are_the_managers_business(live_web: LiveWeb) -> None:
    boss, ann = live_web.person("boss", alpha=Role.MANAGE), live_web.person("ann", alpha=Role.EDIT)
    eve = live_web.person("eve", beta=Role.MANAGE)

    def put(who, name: str, role: str = "MANAGE") -> int:
        body = {"role": role}
        return live_web.client.put(f"/projects/alpha/members/{name}", json=body, headers=who.headers).status_code

    assert [put(who, "eve") for who in (ann, eve)] == [403, 404]
    assert [put(boss, name) for name in ("nobody", "admin-key", "a%00")] == [400, 400, 422]
    assert put(boss, "eve", "OWNER") == 400
    assert put(boss, "eve", "read") == 204
    assert live_web.client.get("/projects/alpha", headers=eve.headers).json()["role"] == "READ"
    assert live_web.client.delete("/projects/alpha/members/ann", headers=eve.headers).status_code == 403
    assert live_web.client.delete("/projects/alpha/members/eve", headers=eve.headers).status_code == 204
    assert live_web.client.get("/projects/alpha", headers=eve.headers).status_code == 404


def test_only_administrators_make_projects_and_read_the_audit(live_web: LiveWeb) -> None:
    ann, root = live_web.person("ann", alpha=Role.MANAGE), live_web.person("root-person", is_admin=True)
    body = {"project": "gamma", "title": "Gamma"}
    made = [live_web.client.post("/projects", json=body, headers=who.headers) for who in (ann, root, root)]
    assert [answer.status_code for answer in made] == [403, 201, 400]
    assert live_web.client.get("/projects/gamma", headers=root.headers).json()["members"][0]["name"] == "root-person"
    assert live_web.client.get("/audit", headers=ann.headers).status_code == 403
    [event] = live_web.client.get("/audit?project=gamma", headers=root.headers).json()
    assert (event["name"], event["action"], event["subject"]) == ("root-person", "project.create", "gamma")
    assert (
        live_web.client.get(f"/audit?before={event['happened_at'].replace('+', '%2B')}", headers=root.headers).json()
        == []
    )


def test_a_change_that_fails_leaves_no_record_of_it(live_web: LiveWeb) -> None:
    root = live_web.person("root-person", is_admin=True)
    live_web.client.post("/projects", json={"project": "Bad Name"}, headers=root.headers)
    assert live_web.client.get("/audit", headers=root.headers).json() == []


def test_an_error_is_a_page_for_a_browser_and_a_problem_for_a_program(live_web: LiveWeb, ann: Browser) -> None:
    page = ann.get("/no/such/<script>")
    assert page.status_code == 404
    assert page.headers["Content-Type"].startswith("text/html")
    assert "There is nothing at this address" in page.text
    assert "<script" not in page.text
    assert live_web.client.get("/no/such").headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/", "/docs"])
def test_a_page_can_be_used_without_eyes_and_without_script(live_web: LiveWeb, ann: Browser, path: str) -> None:
    if path == "/sign-in":
        with browser(live_web) as fresh:
            page = fresh.get(path).text
    else:
        page = ann.get(path).text
    assert '<html lang="en">' in page
    assert "<script" not in page
    assert " style=" not in page
    assert " on" not in re.sub(r">[^<]*<", "><", page).replace(" one", "")
    labelled = set(re.findall(r'<label for="(\w+)"', page))
    fields = set(re.findall(r'<(?:input|select) id="(\w+)"', page))
    assert labelled == fields
    assert page.count("<h1") == 1
