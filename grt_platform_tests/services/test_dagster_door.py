"""The real nginx with our configuration, in front of a real Dagster webserver and our web door, over TLS."""

import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import grt_platform
from grt_platform.adapters.process import launched
from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.certificates import certificates
from grt_platform_tests.fixtures.postgres import free_port
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.web.accounts.browser import Browser, person_with_password

pytestmark = pytest.mark.service
CONFIG = Path(grt_platform.__file__).parents[1] / "deploy" / "nginx"
_START_S = 60.0
QUESTION = {"query": "{ version }"}
MUTATION = "mutation { setNuxSeen }"  # harmless, and a mutation
_FRAME = """
daemon off;
pid {folder}/pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/grt.conf;
}}
"""


@dataclass(frozen=True)
class Door:
    """The proxy as somebody outside sees it."""

    url: str
    trust: ssl.SSLContext
    client: httpx.Client
    live_web: LiveWeb

    def post(self, path: str = "/dagster/graphql", **headers: str) -> httpx.Response:
        return self.client.post(path, json=QUESTION, headers={"Origin": self.url, **headers})


def wait(url: str, process: subprocess.Popen[bytes], log: Path, verify: ssl.SSLContext | bool = True) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            httpx.get(url, verify=verify)
        except httpx.TransportError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{url} did not come up: {log.read_text()}")
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="module")
def dagster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Dagster webserver below /dagster, with an empty workspace."""
    home, port = tmp_path_factory.mktemp("dagster"), free_port()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    command = [sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port)]
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            launched([*command, "--path-prefix", "/dagster", "--empty-workspace"]),
            env={**os.environ, "DAGSTER_HOME": str(home)},
            cwd=home,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait(f"http://127.0.0.1:{port}/dagster/server_info", process, log)
        yield f"127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def door(dagster: str, live_web: LiveWeb, tmp_path: Path) -> Iterator[Door]:
    """The proxy; the web door knows its address."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("no nginx here: apt-get install nginx-light, or ./grt test as root")
    authority, certificate, key = certificates(tmp_path)
    trust = ssl.create_default_context(cafile=str(authority))
    port, plain_port = free_port(), free_port()
    url = f"https://localhost:{port}"
    (tmp_path / "grt.conf").write_text(
        configured(
            {
                "/etc/nginx/tls/tls.crt": str(certificate),
                "/etc/nginx/tls/tls.key": str(key),
                "${GRT_WEB_UPSTREAM}": f"127.0.0.1:{live_web.port}",
                "${GRT_UI_UPSTREAM}": dagster,
                "listen 8443": f"listen 127.0.0.1:{port}",
                "listen 8080": f"listen 127.0.0.1:{plain_port}",
            }
        )
    )
    (tmp_path / "nginx.conf").write_text(_FRAME.format(folder=tmp_path))
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            launched([program, "-e", "stderr", "-c", tmp_path / "nginx.conf"]), stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    live_web.set("GRT_WEB_URL", url)
    live_web.set("GRT_TRUSTED_PROXIES", "127.0.0.1")
    try:
        wait(f"{url}/health", process, log, verify=trust)
        with httpx.Client(base_url=url, verify=trust, timeout=30) as client:
            yield Door(url, trust, client, live_web)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def configured(places: dict[str, str]) -> str:
    """Our own template, with what the container's start fills in, and the places of this machine."""
    text = (CONFIG / "grt.conf.template").read_text()
    here = {"${GRT_SERVER_NAME}": "localhost", "/etc/nginx/grt/ui.conf": str(CONFIG / "ui.conf"), **places}
    for before, after in here.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


@pytest.fixture
def admin(door: Door) -> Door:
    """The proxy, with an administrator signed in through it."""
    person_with_password(door.live_web, "root", is_admin=True)
    answer = Browser(door.client, door.url).sign_in("root", wanted="/dagster/runs?view=all")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dagster/runs?view=all")
    assert "__Host-grt-session" in door.client.cookies
    return door


def test_dagster_itself_executes_a_mutation_by_get_and_from_anybody(dagster: str) -> None:
    answer = httpx.get(f"http://{dagster}/dagster/graphql", params={"query": MUTATION})
    assert answer.json()["data"] == {"setNuxSeen": True}


def test_nobody_gets_in_without_signing_in(door: Door) -> None:
    page = door.client.get("/dagster/runs", params={"view": "all"})
    assert (page.status_code, page.headers["Location"]) == (303, "/sign-in?next=/dagster/runs?view=all")
    assert door.post().status_code == 401
    assert door.post(Authorization="Bearer grt_wrong").status_code == 401
    assert door.client.get("/dagster/server_info").status_code == 303
    assert door.client.post("/dagster/report_asset_materialization/x").status_code in {303, 401}


def test_an_administrator_sees_the_ui_and_asks_it(admin: Door) -> None:
    page = admin.client.get("/dagster/")
    assert page.status_code == 200
    assert "/dagster" in page.text
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" in page.headers
    assert "version" in admin.post().json()["data"]


def test_somebody_without_the_right_is_refused(door: Door) -> None:
    person_with_password(door.live_web, "ann")
    Browser(door.client, door.url).sign_in("ann")
    assert door.client.get("/dagster/").status_code == 403
    assert door.post().status_code == 403
    token = door.live_web.person("root", is_admin=True).headers
    with httpx.Client(base_url=door.url, verify=door.trust) as program:
        assert program.post("/dagster/graphql", json=QUESTION, headers=token).status_code == 200
        limited = door.live_web.person("eve", default=Role.MANAGE).headers
        assert program.post("/dagster/graphql", json=QUESTION, headers=limited).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/dagster/graphql",
        "/dagster//graphql",
        "/dagster/%67raphql",
        "/dagster/x/../graphql",
        "/dagster/./graphql",
        "/dagster/graphql;x",
    ],
)
def test_no_get_executes_a_mutation_however_the_path_is_written(admin: Door, path: str) -> None:
    answer = admin.client.get(f"{path}?query={MUTATION.replace(' ', '%20')}")
    assert "setNuxSeen" not in answer.text
    if path != "/dagster/graphql;x":
        assert answer.status_code == 405


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_no_post_that_a_form_can_send_comes_through(admin: Door, kind: str) -> None:
    headers = {"Origin": admin.url, **({"Content-Type": kind} if kind else {})}
    answer = admin.client.post(f"/dagster/graphql?query={MUTATION.replace(' ', '%20')}", headers=headers)
    assert answer.status_code == 405


def test_what_comes_from_another_page_is_refused_although_the_cookie_is_there(admin: Door) -> None:
    assert admin.post(Origin="https://evil.example.org").status_code == 403
    assert admin.post(**{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert admin.client.post("/dagster/graphql", json=QUESTION).status_code == 403
    assert admin.client.post("/dagster/report_asset_materialization/x", json={}).status_code == 403


def test_subscriptions_come_through_and_only_to_whom_they_may(admin: Door) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in admin.client.cookies.items())
    url = f"{admin.url.replace('https', 'wss')}/dagster/graphql"

    def opened(origin: str, **headers: str) -> str:
        with connect(
            url, ssl=admin.trust, origin=origin, subprotocols=["graphql-ws"], additional_headers=headers, proxy=None
        ) as socket:
            socket.send(json.dumps({"type": "connection_init", "payload": {}}))
            return str(json.loads(socket.recv(timeout=10))["type"])

    assert opened(admin.url, Cookie=cookie) == "connection_ack"
    for origin, headers, status in (
        ("https://evil.example.org", {"Cookie": cookie}, 403),
        (admin.url, {}, 401),
    ):
        with pytest.raises(InvalidStatus) as refused:
            opened(origin, **headers)
        assert refused.value.response.status_code == status


def test_a_sign_out_closes_the_door(admin: Door) -> None:
    Browser(admin.client, admin.url).post(
        "/sign-out", {"csrf_token": Browser(admin.client, admin.url).token_on("/account")}
    )
    assert admin.post().status_code == 401


def test_the_web_api_comes_through_and_what_is_for_the_inside_does_not(admin: Door) -> None:
    assert admin.client.get("/health/ready").json()["status"] in {"ok", "degraded"}
    assert admin.client.get("/metrics").status_code == 404
    assert admin.client.get("/auth/dagster", headers={"X-Original-Method": "GET"}).status_code == 404
    assert admin.client.get("/_grt/may-pass").status_code == 404
