"""The commands of accounts against a live web door: what people type, and what goes wrong."""

import io
import json
import os
from pathlib import Path

import pytest

from grt_platform import cli
from grt_platform.kernel.identity import Role
from grt_platform.settings import settings
from grt_platform_tests.fixtures.web import ADMIN_KEY, LiveWeb
from grt_platform_tests.web.accounts.browser import PASSWORD, person_with_password


@pytest.fixture
def here(live_web: LiveWeb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LiveWeb:
    """A shell in which the live web door is the platform, and nobody is signed in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    live_web.set("GRT_WEB_URL", live_web.url)
    live_web.set("GRT_ADMIN_KEY", ADMIN_KEY)
    return live_web


@pytest.fixture
def grt(here: LiveWeb, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs a command; returns its exit code and what it said on both streams."""

    def run(*arguments: str, typed: str = "", token: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        monkeypatch.setattr("getpass.getpass", lambda *_, **__: typed)
        monkeypatch.setattr("click.termui.hidden_prompt_func", lambda *_: typed)
        monkeypatch.setenv("GRT_TOKEN", token)
        settings.cache_clear()
        code = cli.run(list(arguments))
        said = capsys.readouterr()
        log_free = "\n".join(line for line in said.err.splitlines() if not line.startswith("{"))
        return code, said.out, log_free

    return run


def kept() -> dict:
    return json.loads((Path(os.environ["XDG_CONFIG_HOME"]) / "grt" / "login.json").read_text())


def test_a_login_keeps_a_token_and_a_logout_ends_it(here: LiveWeb, grt) -> None:
    person_with_password(here)
    code, said, _ = grt("login", "--name", "ann", typed=PASSWORD)
    assert (code, "signed in" in said) == (0, True)
    token = kept()["tokens"][here.url]
    assert token not in said
    assert grt("whoami")[1] == f"ann at {here.url}\n"
    assert grt("logout")[0] == 0
    assert kept()["tokens"] == {}
    assert here.client.get("/whoami", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert "nobody is signed in" in grt("logout")[1]


def test_a_login_with_a_wrong_password_keeps_nothing(here: LiveWeb, grt) -> None:
    person_with_password(here)
    code, said, told = grt("login", "--name", "ann", typed="wrong")
    assert (code, said) == (2, "")
    assert told == "grt: The name or the password is wrong, or the account may not sign in."
    assert not (Path(os.environ["XDG_CONFIG_HOME"]) / "grt").exists()


def test_a_login_takes_a_token_that_was_made_on_the_page(here: LiveWeb, grt) -> None:
    ann = here.person("ann", alpha=Role.EDIT)
    assert grt("login", "--with-token", typed=ann.token + "\n")[0] == 0
    assert "EDIT   alpha" in grt("whoami")[1]
    code, _, told = grt("login", "--with-token", typed="grt_wrong\n")
    assert (code, "does not know you" in told) == (2, True)


def test_only_a_login_for_it_administers(here: LiveWeb, grt) -> None:
    person_with_password(here, "root-person", is_admin=True)
    grt("login", "--name", "root-person", typed=PASSWORD)
    code, _, told = grt("users", "ls")
    assert (code, "--admin" in told) == (2, True)
    grt("login", "--name", "root-person", "--admin", typed=PASSWORD)
    assert grt("users", "ls")[0] == 0


def test_people_are_added_changed_and_given_new_passwords(here: LiveWeb, grt) -> None:
    first = grt("users", "add", "bob", "--title", "Bob B.")[1].strip()
    second = grt("users", "reset-password", "bob")[1].strip()
    assert len({first, second}) == 2
    assert grt("login", "--name", "bob", typed=second)[0] == 0
    assert grt("users", "change", "bob", "--disabled", token=ADMIN_KEY)[0] == 0
    assert grt("whoami")[0] == 2
    assert grt("users", "change", "bob")[0] == 2
    assert grt("users", "change", "nobody", "--enabled", token=ADMIN_KEY)[0] == 2
    listed = json.loads(grt("users", "ls", "--json", token=ADMIN_KEY)[1])
    assert [(row["name"], row["is_disabled"]) for row in listed] == [("admin-key", False), ("bob", True)]


def test_projects_are_made_and_their_members_change(here: LiveWeb, grt) -> None:
    ann = here.person("ann")
    assert grt("projects", "create", "alpha", "--title", "Alpha")[0] == 0
    assert grt("projects", "create", "alpha")[0] == 2
    assert grt("projects", "add", "alpha", "ann", "--role", "manage")[0] == 0
    assert "alpha" in grt("projects", "ls", token=ann.token)[1]
    assert "MANAGE" in grt("projects", "members", "alpha", token=ann.token)[1]
    assert grt("projects", "remove", "alpha", "ann", token=ann.token)[0] == 0
    assert grt("projects", "members", "alpha", token=ann.token)[0] == 2
    assert grt("projects", "members", "..", token=ann.token)[0] == 2


def test_tokens_are_made_listed_and_revoked(here: LiveWeb, grt) -> None:
    ann = here.person("ann", alpha=Role.MANAGE)
    made = json.loads(
        grt("tokens", "create", "ci", "--role", "READ", "--project", "alpha", "--json", token=ann.token)[1]
    )
    assert "READ   alpha" in grt("whoami", "--token", made[0]["token"])[1]
    assert "ci" in grt("tokens", "ls", token=ann.token)[1]
    assert grt("tokens", "revoke", made[0]["token_id"], token=ann.token)[0] == 0
    assert grt("whoami", token=made[0]["token"])[0] == 2


def test_the_audit_tells_who_did_it(here: LiveWeb, grt) -> None:
    ann = here.person("ann", alpha=Role.MANAGE)
    grt("tokens", "create", "ci", token=ann.token)
    [event] = json.loads(grt("audit", "--name", "ann", "--json", token=ADMIN_KEY)[1])
    assert (event["action"], event["subject"], event["outcome"]) == ("token.create", "ci", "ok")
    assert "token.create" in grt("audit", token=ADMIN_KEY)[1]
    assert grt("audit", token=ann.token)[0] == 2


def test_a_logout_from_a_platform_that_is_gone_forgets_the_token_and_says_so(
    here: LiveWeb, grt, unused_port: int
) -> None:
    gone = f"http://127.0.0.1:{unused_port}"
    from grt_platform.serving.credentials import store_token

    store_token(gone, "grt_x")
    here.set("GRT_WEB_URL", gone)
    code, _, told = grt("logout")
    assert (code, "may hold" in told) == (3, True)
    assert kept()["tokens"] == {}
