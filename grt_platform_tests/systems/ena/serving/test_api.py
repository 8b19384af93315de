"""ENA over HTTP: who is signed in sees, administrators change, and every change stands in the audit."""

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest

from grt_platform.systems.ena.tracker import Tracker
from grt_platform_tests.fixtures.http_servers import http_server
from grt_platform_tests.systems.ena.logic.samples import sample


@pytest.fixture
def ask(live_web):
    """Asks as the administrator; returns the body of an answer with the expected status."""

    def ask(method: str, path: str, expect: int = 200, **more: object):
        answer = live_web.client.request(method, f"/ena{path}", headers=live_web.admin, **more)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.headers["Content-Type"].startswith("application/") else answer.text

    return ask


def test_a_taxon_is_tracked_ruled_and_left_and_each_change_is_in_the_audit(live_web, ask):
    assert ask("POST", "/taxa", json={"taxa": ["562", "x", "562"]}) == [
        {"given": "562", "outcome": "added", "detail": ""},
        {"given": "x", "outcome": "invalid", "detail": ask("POST", "/taxa", json={"taxa": ["x"]})[0]["detail"]},
        {"given": "562", "outcome": "already tracked", "detail": ""},
    ]
    assert [taxon["taxonomy_id"] for taxon in ask("GET", "/taxa")] == [562]
    assert ask("PUT", "/taxa/562/priority", json={"priority": 7})["priority"] == 7
    rules = {"genome_size": 5_000_000, "min_depth": 30.0, "max_run_bytes": 10}
    assert rules.items() <= ask("PUT", "/taxa/562/rules", json=rules).items()
    Tracker(live_web.warehouse).change(562, lambda taxon: taxon.failed("look"), datetime.now(UTC))
    assert ask("GET", "/taxa/562")["needs_attention"] == "look"
    assert ask("POST", "/taxa/562/clear")["needs_attention"] == ""
    assert ask("DELETE", "/taxa/562") == {"is_removed": True}
    ask("GET", "/taxa/562", 404)
    sql = "SELECT DISTINCT action FROM identity.audit WHERE action LIKE 'ena.%%' ORDER BY 1"
    actions = live_web.warehouse.fetch(sql)
    assert [row["action"] for row in actions] == [
        "ena.add",
        "ena.clear",
        "ena.remove",
        "ena.set_priority",
        "ena.set_rules",
    ]


def test_a_tracker_file_goes_in_and_comes_out_without_loss(ask):
    taken = ask("POST", "/tracker.csv", content=sample("microfetch_csv_144a67b.csv"))
    assert [one["outcome"] for one in taken] == ["added", "added"]
    written = ask("GET", "/tracker.csv")
    again = ask("POST", "/tracker.csv", content=written.encode())
    assert [one["outcome"] for one in again] == ["already tracked"] * 2
    assert ask("GET", "/tracker.csv") == written


@pytest.fixture
def dagster(live_web):
    """A webserver of Dagster as far as it is asked to run a job: what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            told = {"__typename": "LaunchRunSuccess", "run": {"runId": "1234"}}
            self.wfile.write(json.dumps({"data": {"launchRun": told}}).encode())

    with http_server(Handler) as address:
        live_web.set("GRT_UI_PORT", address.rpartition(":")[2])
        yield asked


def test_a_heartbeat_is_asked_of_dagster_by_administrators(live_web, ask, dagster):
    assert ask("POST", "/heartbeat", 202) == {"run_id": "1234"}
    assert dagster[0]["variables"]["run"]["selector"]["jobName"] == "ena_beat"
    ann = live_web.person("ann").headers
    assert live_web.client.post("/ena/heartbeat", headers=ann).status_code == 403
    assert len(dagster) == 1


def test_a_heartbeat_without_a_platform_is_told_with_the_remedy(ask):
    assert "grt up" in ask("POST", "/heartbeat", 503)["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/taxa", {"taxa": "562"}),
        ("POST", "/taxa", {"taxa": [], "more": 1}),
        ("PUT", "/taxa/562/priority", {"priority": -2}),
        ("PUT", "/taxa/562/rules", {"genome_size": 0}),
        ("PUT", "/taxa/0/priority", {"priority": 1}),
        ("POST", "/taxa/x/clear", None),
    ],
)
def test_what_cannot_be_is_refused(ask, method, path, body):
    assert ask(method, path, 422, json=body)["status"] == 422


def test_who_is_signed_in_sees_and_only_administrators_change(live_web, ask):
    ask("POST", "/taxa", json={"taxa": ["562"]})
    ann = live_web.person("ann").headers
    for path in ("/taxa", "/taxa/562", "/machines", "/tracker.csv", "/taxa/562/files", "/taxa/562/runs.csv"):
        assert live_web.client.get(f"/ena{path}", headers=ann).status_code == 200, path
        assert live_web.client.get(f"/ena{path}").status_code == 401, path
    changes = (("DELETE", "/taxa/562"), ("POST", "/taxa/562/clear"), ("POST", "/tracker.csv"))
    for method, path in changes:
        assert live_web.client.request(method, f"/ena{path}", headers=ann).status_code == 403, path
        assert live_web.client.request(method, f"/ena{path}").status_code == 401, path
    assert [taxon["taxonomy_id"] for taxon in ask("GET", "/taxa")] == [562]
