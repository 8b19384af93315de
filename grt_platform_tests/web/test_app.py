"""The app as a whole: who may call what, and what every answer carries."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from grt_platform.web.app import FAILURES_AT_ONCE, create_app
from grt_platform.web.bodies import SMALL_BODY_BYTES
from grt_platform.web.logs import configure
from grt_platform_tests.fixtures.web import ADMIN_KEY, LiveWeb, serving, settings_of

PUBLIC = {
    ("GET", "/"),
    ("GET", "/announcements"),
    ("GET", "/docs"),
    ("GET", "/galaxy/api/instances"),
    ("GET", "/galaxy/downloads"),
    ("GET", "/galaxy/downloads/{table}.{suffix}"),
    ("HEAD", "/galaxy/downloads/{table}.{suffix}"),
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/openapi.json"),
    ("GET", "/pages/galaxy"),
    ("GET", "/sign-in"),
    ("GET", "/static/{file}"),
}
BY_FORM = {
    ("GET", "/pages/galaxy/embed"): 404,  # until a setting names sites that may show it
    ("GET", "/sign-in/oidc"): 404,
    ("GET", "/sign-in/oidc/callback"): 401,
    ("POST", "/sign-in"): 403,
    ("POST", "/sign-out"): 303,
    ("POST", "/logins"): 422,
}
VALUES = {
    "instance_id": "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207",
    "tool": "bowtie2",
    "table": "tool_usage",
    "suffix": "csv",
    "store": "raw",
    "key": "a/b",
    "project": "somewhere",
    "version_id": "0199a1f7-20f4-7b1e-8c0d-7d1f4d1e2207",
    "name": "somebody",
    "token_id": "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207",
    "job_id": "0d6f1a52-6f0e-4d57-9c53-3f3c1f3a9d11",
    "upload_id": "0199a1f7-20f4-7b1e-8c0d-7d1f4d1e2208",
    "ordinal": "1",
    "form": "fasta",
    "taxon": "562",
    "file": "style.css",
    "dumped_on": "2026-11-01",
    "announcement_id": "1",
    "group": "humgen",
    "what": "result",
}


def all_routes() -> list[tuple[str, str]]:
    routes = iter_route_contexts(create_app().routes)
    return sorted((method, str(route.path_format)) for route in routes for method in route.methods or ())


def test_every_route_that_is_not_public_refuses_a_request_without_a_key(live_web: LiveWeb) -> None:
    routes = all_routes()
    assert len(routes) > 15
    for method, path in routes:
        wanted = {"tool": "x"} if (method, path) in BY_FORM else {}
        answer = live_web.client.request(method, path.format(**VALUES), params=wanted)
        if (method, path) in PUBLIC:
            assert answer.status_code == 200, (method, path, answer.text)
        elif (method, path) in BY_FORM:
            assert answer.status_code == BY_FORM[method, path], (method, path, answer.text)
        else:
            assert answer.status_code in {401, 403}, (method, path, answer.text)


def test_the_public_routes_are_those_that_this_test_names() -> None:
    assert set(all_routes()) >= PUBLIC


def test_the_administrators_key_opens_a_route_and_no_other_key_does(live_web: LiveWeb) -> None:
    body = {"title": "Galaxy"}
    for value in ("Bearer wrong", "Bearer", "", "Basic an-admin-key", ADMIN_KEY, "Bearer \xe9\xff"):
        headers = {"Authorization": value.encode("latin-1")}
        assert live_web.client.post("/galaxy/api/instances", json=body, headers=headers).status_code == 401, value
    assert live_web.client.post("/galaxy/api/instances", json=body, headers=live_web.admin).status_code == 201


def test_without_an_administrators_key_in_the_settings_nobody_is_the_administrator(live_web: LiveWeb) -> None:
    live_web.set("GRT_ADMIN_KEY", "")
    headers = {"Authorization": "Bearer"}
    assert live_web.client.post("/galaxy/api/instances", json={"title": "G"}, headers=headers).status_code == 401


def test_after_too_many_failures_an_address_waits(live_web: LiveWeb) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answers = [live_web.client.get("/galaxy/tools", headers=wrong) for _ in range(FAILURES_AT_ONCE + 1)]
    assert [answer.status_code for answer in answers] == [401] * FAILURES_AT_ONCE + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 6
    assert live_web.client.get("/galaxy/tools", headers=live_web.admin).status_code == 429
    assert live_web.client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/galaxy/api/whoami", 405),
        ("DELETE", "/health", 405),
        ("GET", "/galaxy/tools?limit=many", 422),
        ("GET", "/galaxy/tools?limit=0", 422),
        ("GET", "/galaxy/tools?from=2024-02-30", 422),
        ("GET", "/galaxy/tools?period=year", 422),
        ("GET", "/galaxy/tools?instance=me", 422),
        ("GET", "/galaxy/tools?tool=%00", 422),
        ("GET", "/galaxy/tools?offset=99999999999999999999", 422),
        ("GET", "/galaxy/tools?from=2024-02-02&to=2024-02-01", 400),
        ("GET", "/galaxy/which", 422),
        ("GET", "/galaxy/instances/nobody/activity", 422),
        ("GET", "/galaxy/instances/5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207/activity", 404),
        ("GET", "/galaxy/downloads/params.csv", 404),
        ("GET", "/galaxy/downloads/tool_usage.xls", 422),
        ("POST", "/galaxy/api/instances", 422),
    ],
)
def test_every_error_is_a_problem_with_its_own_status(live_web: LiveWeb, method: str, path: str, status: int) -> None:
    answer = live_web.client.request(method, path, headers=live_web.admin)
    said = answer.json()
    assert (answer.status_code, said["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert said["type"] == "about:blank"
    assert said["title"]
    assert len(said["detail"]) > 10
    assert said["request_id"] == answer.headers["X-Request-ID"]


def test_an_error_of_ours_shows_nothing_of_the_code(database_url: str, tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    with settings_of(tmp_path, database_url), serving(create_app()) as url:
        answer = httpx.get(f"{url}/galaxy/tools", headers=headers)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "tool_usage" not in answer.text
    assert "Traceback" not in answer.text
    assert "psycopg" not in answer.text


def test_without_postgres_the_service_says_so_and_stays_alive(tmp_path: Path, unused_port: int) -> None:
    nobody = f"postgresql://grt:secret-word@127.0.0.1:{unused_port}/grt"
    settled = settings_of(tmp_path, nobody)
    with settled, serving(create_app()) as url, httpx.Client(base_url=url, timeout=30) as client:
        ready = client.get("/health/ready")
        assert ready.status_code == 503
        assert ready.json() == {
            "status": "unavailable",
            "missing": ["postgres"],
            "checks": {"postgres": "unavailable", "raw store": "ok", "lake store": "ok", "products store": "ok"},
        }
        assert client.get("/health").status_code == 200
        asked = client.get("/galaxy/api/instances")
        assert (asked.status_code, asked.headers["Retry-After"]) == (503, "10")
        assert "secret-word" not in ready.text + asked.text


def test_ready_means_that_postgres_and_the_stores_answer(live_web: LiveWeb) -> None:
    answer = live_web.client.get("/health/ready")
    assert answer.status_code == 200
    assert set(answer.json()["checks"].values()) == {"ok"}


def test_what_works_behind_the_web_door_may_be_missing_and_is_named(live_web: LiveWeb, unused_port: int) -> None:
    live_web.set("GRT_DAGSTER_URL", f"postgresql://grt:x@127.0.0.1:{unused_port}/dagster")
    live_web.set("GRT_BROKER_URL", f"amqp://grt:x@127.0.0.1:{unused_port}/grt")
    answer = live_web.client.get("/health/ready")
    said = answer.json()
    assert (answer.status_code, said["status"], said["missing"]) == (200, "degraded", ["broker", "daemon"])


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/static/style.css", "/galaxy/downloads", "/nowhere"])
def test_every_answer_carries_the_security_headers(live_web: LiveWeb, path: str) -> None:
    headers = live_web.client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] in {"no-referrer", "same-origin"}  # pages with forms: same-origin


@pytest.mark.parametrize("path", ["/", "/docs", "/pages/galaxy"])
def test_pages_load_nothing_from_elsewhere_and_run_no_script(live_web: LiveWeb, path: str) -> None:
    page = live_web.client.get(path).text
    assert "<script" not in page
    assert 'src="http' not in page
    assert [link for link in page.split('href="')[1:] if link.startswith("http")] == []
    assert "$" not in page


def test_the_docs_page_names_every_address_of_the_openapi_document(live_web: LiveWeb) -> None:
    page, described = live_web.client.get("/docs").text, live_web.client.get("/openapi.json").json()
    assert {"/galaxy/tools", "/galaxy/api/v2/upload", "/health"} <= set(described["paths"])
    assert [path for path in described["paths"] if path not in page] == []


def test_every_operation_says_what_it_asks_for(live_web: LiveWeb) -> None:
    described = live_web.client.get("/openapi.json").json()
    operations = {
        (m.upper(), path): said for path, methods in described["paths"].items() for m, said in methods.items()
    }
    known = set(described["components"]["securitySchemes"])
    assert {name for said in operations.values() for scheme in said["security"] for name in scheme} == known
    for address, said in operations.items():
        assert (said["security"] == []) == (said["x-asks-for"] == "nothing"), address
        assert (address in PUBLIC) == (said["security"] == []), address


def test_a_body_that_nobody_asked_for_is_not_read_beyond_its_limit(live_web: LiveWeb) -> None:
    body = b'{"title": "' + b"x" * SMALL_BODY_BYTES + b'"}'
    headers = {**live_web.admin, "Content-Type": "application/json"}
    answer = live_web.client.post("/galaxy/api/instances", content=body, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_log_that_cannot_be_written_costs_no_answer(live_web: LiveWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    answers = [live_web.client.get("/health") for _ in range(3)]  # over one connection
    assert [answer.status_code for answer in answers] == [200] * 3


def test_the_access_log_is_json_and_holds_no_secret(live_web: LiveWeb, capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO")
    live_web.client.get("/objects/raw/a?signature=secret-signature", headers={"Authorization": "Bearer secret-key"})
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    logged = [line for line in lines if line["event"] == "request"]
    assert [(line["method"], line["path"], line["status"]) for line in logged] == [("GET", "/objects/raw/a", 403)]
    assert {"request_id", "client", "seconds", "bytes", "level", "timestamp"} <= logged[0].keys()
    assert "secret" not in str(lines)


def test_the_web_process_loads_neither_dagster_nor_frames() -> None:
    code = (
        "import sys; from grt_platform.web.app import create_app; create_app(); "
        "print(sorted({'dagster', 'polars', 'pyarrow', 'pandas', 'boto3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_start_removes_old_uploads_that_a_killed_process_left_and_no_others(tmp_path: Path) -> None:
    old, young = tmp_path / "incoming" / "upload-old", tmp_path / "incoming" / "upload-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "data").write_bytes(b"half")
    os.utime(old, (0, 0))
    with settings_of(tmp_path, ""), serving(create_app()) as url:
        assert httpx.get(f"{url}/health").status_code == 200
    assert (old.exists(), young.exists()) == (False, True)
