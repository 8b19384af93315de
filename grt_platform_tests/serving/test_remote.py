"""The client of `grt`: whom it asks, with which credential, and one line for every failure."""

import json
import os
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import pytest

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.kernel.identity import Role
from grt_platform.serving import credentials
from grt_platform.serving.remote import RefusedError, Remote, remote
from grt_platform.settings import settings
from grt_platform_tests.fixtures.http_servers import http_server
from grt_platform_tests.fixtures.web import ADMIN_KEY, LiveWeb

HERE, THERE = "http://127.0.0.1:1", "https://there.example.org"


class Odd(BaseHTTPRequestHandler):
    """Answers what the path says: /<status>/<kind of body>; remembers the last Authorization."""

    seen: ClassVar[dict[str, str | None]] = {}

    def do_GET(self) -> None:
        Odd.seen["authorization"] = self.headers.get("Authorization")
        _, status, kind = self.path.split("/")
        body = {
            "html": b"<html>\nnot ours</html>",
            "problem": b'{"detail": "No such\\nthing."}',
            "list": b"[1]",
            "flood": b"x" * 10_000_000,
            "none": b"",
        }[kind]
        self.send_response(int(status))
        self.send_header("Content-Length", str(len(body)))
        if status == "429":
            self.send_header("Retry-After", "7")
        if status == "302":
            self.send_header("Location", "https://elsewhere.example.org/")
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps([self.path, body.hex()]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def odd() -> Iterator[str]:
    with http_server(Odd) as address:
        yield address


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [name for name in os.environ if name.startswith("GRT_")]:  # those of the session's web door
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("GRT_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def install(home: Path, url: str = HERE) -> None:
    """What `grt up` writes."""
    (home / "home").mkdir()
    (home / "home" / "grt.env").write_text(f"export GRT_WEB_URL='{url}'\nexport GRT_ADMIN_KEY='local-key'\n")
    settings.cache_clear()


def ask(url: str, path: str, credential: str = "") -> Any:
    with Remote(url, credential) as client:
        return client.get(path)


def sent_by(client: Remote) -> str:
    return client._asking.headers.get("Authorization", "")


def test_bytes_are_posted_as_they_are(odd: str) -> None:
    with Remote(odd) as platform:
        assert platform.post_bytes("/x", b"\x00\xff", name="a b", other=None) == ["/x?name=a+b", "00ff"]


@pytest.mark.parametrize(
    ("path", "kind", "line"),
    [
        ("/404/problem", RefusedError, "No such thing."),
        ("/400/html", RefusedError, "HTTP 400 Bad Request"),
        ("/409/list", RefusedError, "HTTP 409"),
        ("/413/flood", RefusedError, f"HTTP 413 {HTTPStatus(413).phrase}"),
        ("/401/problem", RefusedError, "sign in with `grt login`"),
        ("/302/none", RefusedError, "set GRT_WEB_URL to its real address"),
        ("/429/problem", UnavailableError, "try again in 7 s"),
        ("/503/html", UnavailableError, "HTTP 503 Service Unavailable"),
    ],
)
def test_every_failure_is_one_line_of_the_right_kind(odd: str, path: str, kind: type[Exception], line: str) -> None:
    with pytest.raises(kind, match=r"^[^\n]+$") as told:
        ask(odd, path)
    assert line in str(told.value)
    assert len(str(told.value)) < 200


def test_a_platform_that_is_not_there_is_unavailable(unused_port: int) -> None:
    with pytest.raises(UnavailableError, match="does not answer"):
        ask(f"http://127.0.0.1:{unused_port}", "/whoami")


def test_a_web_site_that_is_no_platform_is_one_line(odd: str) -> None:
    with pytest.raises(UnavailableError, match="something else than JSON"):
        ask(odd, "/200/html")


@pytest.mark.parametrize("url", ["nonsense", "http://[::1", "ftp://x", "https://", "http://me:secret@x"])
def test_an_address_that_is_none_is_one_line_too(url: str) -> None:
    with pytest.raises(BadInputError, match="is no address"):
        Remote(url)


def test_a_signed_url_gets_no_credential_of_ours(odd: str) -> None:
    with Remote(odd, "our-token") as client:
        client.get("/200/list")
        assert Odd.seen["authorization"] == "Bearer our-token"
        client.send(f"{odd}/200/none", b"bytes")
        assert Odd.seen["authorization"] is None
        with client.fetch(f"{odd}/200/html") as answer:
            assert b"".join(answer.iter_bytes()).startswith(b"<html>")
        assert Odd.seen["authorization"] is None


def test_the_real_door_is_asked_as_the_person_of_the_token(live_web: LiveWeb) -> None:
    ann = live_web.person("ann", alpha=Role.EDIT)
    assert ask(live_web.url, "/whoami", ann.token)["roles"] == {"alpha": "EDIT"}
    assert ask(live_web.url + "/", "/whoami", ADMIN_KEY)["is_admin"] is True
    with pytest.raises(RefusedError, match="grt login"):
        ask(live_web.url, "/whoami", "grt_wrong")
    with Remote(live_web.url, ann.token) as client, client.stream("/openapi.json") as answer:
        assert b'"title":"grt_platform"' in b"".join(answer.iter_bytes())


def test_without_a_platform_the_remedy_is_told() -> None:
    with pytest.raises(BadInputError, match="GRT_WEB_URL"):
        remote()


def test_the_local_installation_is_asked_with_its_own_key(own_home: Path) -> None:
    install(own_home)
    assert (remote().url, sent_by(remote())) == (HERE, "Bearer local-key")


def test_a_token_goes_before_the_environment_before_a_login_before_the_key(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(own_home)
    credentials.store_token(HERE, "of-login")
    assert sent_by(remote()) == "Bearer of-login"
    monkeypatch.setenv("GRT_TOKEN", "of-environment")
    settings.cache_clear()
    assert sent_by(remote()) == "Bearer of-environment"
    assert sent_by(remote("of-option")) == "Bearer of-option"


def test_the_local_key_and_a_stored_token_go_to_their_own_platform_alone(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(own_home)
    credentials.store_token(HERE, "of-login")
    monkeypatch.setenv("GRT_WEB_URL", THERE)
    settings.cache_clear()
    assert (remote().url, sent_by(remote())) == (THERE, "")
    monkeypatch.setenv("GRT_ADMIN_KEY", "their-key")
    settings.cache_clear()
    assert sent_by(remote()) == "Bearer their-key"


def test_the_platform_of_the_last_login_is_asked_until_the_logout(own_home: Path) -> None:
    install(own_home)
    credentials.store_token(THERE, "of-login")
    assert (remote().url, sent_by(remote())) == (THERE, "Bearer of-login")
    credentials.forget_token(THERE)
    assert (remote().url, sent_by(remote())) == (HERE, "Bearer local-key")


def test_tokens_without_a_keyring_are_in_a_file_of_their_owner_alone(own_home: Path) -> None:
    where = Path(credentials.store_token(THERE, "secret"))
    assert where.stat().st_mode & 0o777 == 0o600
    assert where.parent.stat().st_mode & 0o777 == 0o700
    where.chmod(0o640)
    with pytest.raises(BadInputError, match="chmod 600"):
        credentials.stored_token(THERE)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": 1}', '{"url": "", "tokens": []}', "\x00"])
def test_a_damaged_file_of_tokens_is_one_line(own_home: Path, text: str) -> None:
    where = Path(credentials.store_token(THERE, "secret"))
    where.write_text(text)
    with pytest.raises(BadInputError, match="run `grt login`"):
        remote()


def test_a_token_in_the_keyring_is_in_no_file(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    import keyring
    from keyring.backend import KeyringBackend
    from keyring.errors import PasswordDeleteError

    class InMemory(KeyringBackend):
        priority = 1
        held: ClassVar[dict[tuple[str, str], str]] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.held.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.held[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            if self.held.pop((service, username), None) is None:
                raise PasswordDeleteError("none")

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        assert credentials.store_token(THERE, "secret") == "the keyring"
        assert credentials.stored_token(THERE) == "secret"
        texts = [path.read_text() for path in (own_home / "config").rglob("*") if path.is_file()]
        assert texts
        assert "secret" not in str(texts)
        credentials.forget_token(THERE)
        credentials.forget_token(THERE)
        assert credentials.stored_token(THERE) is None
        assert [path.name for path in (own_home / "config" / "grt").iterdir()] == ["login.json"]
    finally:
        keyring.set_keyring(before)
