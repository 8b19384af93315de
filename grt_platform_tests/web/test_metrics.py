"""What Prometheus reads: true figures of every part, for those who may see them, whatever part is missing."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import psycopg
import pytest
import yaml
from dagster._core.execution.backfill import BulkActionStatus
from prometheus_client.parser import text_string_to_metric_families

from grt_platform.adapters.installed import system_names
from grt_platform.kernel.accounts import STATUSES
from grt_platform.kernel.errors import UnavailableError
from grt_platform.kernel.identity import Role
from grt_platform.kernel.job import JobState
from grt_platform.settings import settings
from grt_platform.web import metrics
from grt_platform.web.metrics import Figures, measured, parts_of, shown
from grt_platform_tests.fixtures.web import LiveWeb

TOKEN = "a-token-of-a-prometheus"


def figures(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, in the order of the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def read(live_web: LiveWeb) -> dict[tuple[str, ...], float]:
    live_web.client.get("/health")
    answer = live_web.client.get("/metrics", headers=live_web.admin)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return figures(answer.text)


@pytest.fixture
def dagster_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """Dagster's storage with one run that ended well and one that failed."""
    url = database_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    overrides = {"storage": {"postgres": {"postgres_url": url}}, "telemetry": {"enabled": False}}

    @dg.op
    def divide() -> None:
        raise ZeroDivisionError

    @dg.job
    def platform_broken() -> None:
        divide()

    with dg.instance_for_test(overrides=overrides, temp_dir=str(tmp_path)) as instance:
        platform_broken.execute_in_process(instance=instance, raise_on_error=False)
        waiting = instance.create_run_for_job(platform_broken)
        with psycopg.connect(database_url) as connection:
            connection.execute("UPDATE runs SET status = 'QUEUED' WHERE run_id = %s", [waiting.run_id])
        yield database_url


def test_figures_are_for_administrators_and_the_token_of_the_settings(live_web: LiveWeb) -> None:
    somebody = live_web.person("ann", default=Role.MANAGE)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    ask = live_web.client
    assert ask.get("/metrics").status_code == 401
    assert ask.get("/metrics", headers=somebody.headers).status_code == 403
    assert ask.get("/metrics", headers=bearer).status_code == 401
    live_web.set("GRT_METRICS_TOKEN", TOKEN)
    assert ask.get("/metrics", headers=bearer).status_code == 200
    assert ask.get("/metrics", headers={"Authorization": "Bearer"}).status_code == 401
    assert ask.get("/whoami", headers=bearer).status_code == 401  # it opens nothing else


def test_every_part_tells_its_figures(live_web: LiveWeb, dagster_url: str) -> None:
    live_web.set("GRT_DAGSTER_URL", dagster_url)
    with live_web.warehouse.transaction() as connection:
        connection.execute(
            """INSERT INTO galaxy.ledger (instance_id, received_month, source, version, size_bytes, sha256, received_at,
                   status, rows_in, rows_loaded, rows_quarantined, rows_duplicate, rows_superseded)
               VALUES ('5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207', '2026-11', 'a', 'v', 1, 'x', to_timestamp(1000),
                   'loaded', 10, 7, 2, 1, 0)"""
        )
    found = read(live_web)
    assert [name for name, value in found.items() if name[0] == "grt_up" and value != 1] == []
    assert found["grt_ledger_objects", "loaded", "galaxy"] == 1
    assert found["grt_ledger_rows", "quarantined", "galaxy"] == 2
    assert found["grt_ledger_newest_timestamp_seconds", "galaxy"] == 1000
    assert found["grt_quarantine_rows", "galaxy"] == 0
    assert found["grt_runs", "platform_broken", "FAILURE"] == 1
    assert found["grt_runs", "platform_broken", "QUEUED"] == 1
    assert 0 <= found[("grt_runs_oldest_queued_seconds",)] < 600
    assert found["grt_database_bytes", "dagster"] > 1e6
    assert found["grt_disk_free_bytes", "home"] > 0
    assert found["grt_http_requests_total", "GET", "/health", "200"] >= 1


def test_a_part_that_is_away_is_named_and_hides_no_other(
    live_web: LiveWeb, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_web.set("GRT_DAGSTER_URL", f"postgresql://grt:x@127.0.0.1:{unused_port}/dagster")
    live_web.set("GRT_BROKER_URL", f"amqp://grt:x@127.0.0.1:{unused_port}/grt")
    found = read(live_web)
    away = {name[1] for name, value in found.items() if name[0] == "grt_up" and value == 0}
    assert away == {"runs", "dagster", "broker"}
    assert ("grt_jobs", "x") not in found
    assert found["grt_up", "jobs"] == 1


def test_no_caller_makes_new_labels(live_web: LiveWeb) -> None:
    for path in ("/nowhere/1", "/nowhere/2", "/galaxy/downloads/tool_usage.csv"):
        live_web.client.get(path)
    routes = {name[2] for name in read(live_web) if name[0] == "grt_http_requests_total"}
    assert "/galaxy/downloads/{table}.{suffix}" in routes
    assert [route for route in routes if "nowhere" in route] == []


def test_hostile_names_are_written_as_the_format_wants() -> None:
    hostile = 'a"b\\c\nd'
    measure = metrics.Measure("grt_project_bytes", "Bytes", ("project",), [((hostile,), 1.0)])
    assert figures(shown([measure])) == {("grt_project_bytes", hostile): 1.0}


def test_within_seconds_nobody_is_asked_twice() -> None:
    asked: list[int] = []

    def ask() -> list[metrics.Measure]:
        asked.append(1)
        return []

    kept = Figures()
    assert kept.text({"x": ask}) == kept.text({"x": ask})
    assert len(asked) == 1


def test_measures_of_several_parts_under_one_name_are_one_family() -> None:
    def part(system: str) -> metrics.Part:
        return lambda: [metrics.Measure("grt_jobs", "Jobs", ("system",), [((system,), 1.0)])]

    def away() -> list[metrics.Measure]:
        raise UnavailableError("away")

    found = {each.name: each for each in measured({"a": part("a"), "b": part("b"), "c": away})}
    assert [labels for labels, _ in found["grt_jobs"].samples] == [("a",), ("b",)]
    assert dict(found["grt_up"].samples)["c",] == 0


DEPLOY = Path(metrics.__file__).parents[2] / "deploy"
SELECTOR = re.compile(r"\b(grt_[a-z_]+)(?:\{([^}]*)\})?")
OF_SERIES = re.compile(r"_(bucket|sum|count|total)$")


def questions() -> list[tuple[str, str]]:
    """What every panel of the dashboards and every rule asks, and the text in which it names labels."""
    boards = [json.loads(path.read_text()) for path in DEPLOY.glob("grafana/*.json")]
    targets = [target for board in boards for panel in board["panels"] for target in panel.get("targets", [])]
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    shown = [(rule["expr"], re.sub(r"\$labels\.", "", rule["annotations"]["summary"])) for rule in rules]
    return [(target["expr"], target.get("legendFormat", "")) for target in targets] + shown


def test_the_dashboards_and_rules_ask_for_figures_and_labels_that_are_told(live_web: LiveWeb, dagster_url: str) -> None:
    live_web.set("GRT_DAGSTER_URL", dagster_url)
    live_web.client.get("/health")
    parts = parts_of(live_web.warehouse, system_names(), settings())
    told = {each.name: set(each.labels) for each in measured(parts)}
    told |= {name: {"queue"} for name in ("grt_queue_messages", "grt_queue_consumers")}  # of the broker, which is away
    for family in text_string_to_metric_families(live_web.client.get("/metrics", headers=live_web.admin).text):
        told.setdefault(family.name, {label for sample in family.samples for label in sample.labels})
    asked = set[str]()
    for expression, words in questions():
        found = SELECTOR.findall(expression)
        asked |= {name for name, _ in found}
        labels = set.union(*(told[name if name in told else OF_SERIES.sub("", name)] for name, _ in found), set())
        used = {word for _, inside in found for word in re.findall(r"(\w+)\s*[!=]", inside)}
        used |= {label.strip() for listed in re.findall(r"by \(([^)]*)\)", expression) for label in listed.split(",")}
        used |= set(re.findall(r"\{\{\s*(\w+)\s*\}\}", words))
        assert used <= labels, expression
    assert len(asked) > 15


def test_the_dashboards_ask_for_states_that_there_are() -> None:
    there_are = {
        "grt_runs": {each.value for each in dg.DagsterRunStatus},
        "grt_backfills": {each.value for each in BulkActionStatus},
        "grt_jobs": {each.value for each in JobState},
        "grt_ledger_objects": set(STATUSES),
        "grt_ledger_rows": {"loaded", "quarantined", "duplicate", "superseded"},
    }
    for expression, _ in questions():
        for name, inside in SELECTOR.findall(expression):
            for value in re.findall(r'(?:status|state|outcome)[!=]~?"([^"]*)"', inside):
                assert name not in there_are or set(value.split("|")) <= there_are[name], expression
