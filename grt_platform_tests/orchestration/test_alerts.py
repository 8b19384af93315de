"""Every failing thing is told once with its cause, through a real Dagster instance, and told again when it works."""

import json
from collections.abc import Iterator

import dagster as dg
import pytest

from grt_platform.kernel.alerting import Alert
from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.orchestration import alerts
from grt_platform.orchestration.alerts import case_of, look, platform_alerts
from grt_platform.orchestration.execution import errors_by_kind
from grt_platform.settings import Settings

PARTS = dg.StaticPartitionsDefinition(["a", "b"])
BROKEN: set[str] = set()
BOTH = Settings(alert_webhook_url="http://hook", alert_smtp_url="smtp://mail", alert_window_minutes=60)


@dg.asset(partitions_def=PARTS, key=["galaxy", "table", "jobs"])
def table(context: dg.AssetExecutionContext) -> None:
    """Fails on what is named in BROKEN."""
    with errors_by_kind():
        if context.partition_key in BROKEN:
            raise BadSourceError("cut short", "a.tar.gz", 7)


JOB = dg.Definitions([table], jobs=[dg.define_asset_job("galaxy_ingest")]).resolve_job_def("galaxy_ingest")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    BROKEN.clear()
    with dg.DagsterInstance.ephemeral() as made:
        yield made


class Watching:
    """The sensor from look to look, and what its channels got or refuse."""

    def __init__(self, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
        self.instance, self.cursor, self.now = instance, None, 1000.0
        self.got: list[tuple[str, str]] = []
        self.bodies: list[str] = []
        self.refusing: set[str] = set()
        monkeypatch.setattr(alerts, "send", self._take)
        self.look()

    def _take(self, alert: Alert, channel: str, _settings: Settings) -> None:
        if channel in self.refusing:
            raise UnavailableError("away")
        self.got.append((channel.split("_")[2].lower(), alert.title))
        self.bodies.append(alert.body)

    def run(self, partition: str, **tags: str) -> None:
        JOB.execute_in_process(instance=self.instance, partition_key=partition, raise_on_error=False, tags=tags)

    def look(self, seconds: float = 1.0, chosen: Settings = BOTH) -> str:
        self.now += seconds
        self.cursor, said = look(self.instance, self.cursor, self.now, chosen)
        return said


@pytest.fixture
def watching(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Watching:
    return Watching(instance, monkeypatch)


NAME = "galaxy__table__jobs"


def test_a_failed_step_is_told_on_every_channel_with_the_first_cause_and_no_stack(watching: Watching) -> None:
    BROKEN.add("a")
    watching.run("a")
    assert watching.look() == "2 messages sent"
    assert watching.got == [("webhook", f"{NAME} failed for a"), ("smtp", f"{NAME} failed for a")]
    assert "a.tar.gz:7: cut short" in watching.bodies[0]
    assert "Traceback" not in watching.bodies[0]
    assert watching.look() == "nothing new"


def test_it_is_told_again_when_the_same_step_did_the_same_partition(watching: Watching) -> None:
    BROKEN.add("a")
    watching.run("a")
    watching.look()
    BROKEN.clear()
    watching.run("b")
    watching.look()
    assert len(watching.got) == 2
    watching.run("a")
    watching.look()
    assert [title for _, title in watching.got[2:]] == [f"{NAME} works again"] * 2


def test_a_success_before_the_failure_in_the_same_look_is_no_recovery(watching: Watching) -> None:
    watching.run("a")
    BROKEN.add("a")
    watching.run("a")
    watching.look()
    watching.look()
    assert [title for _, title in watching.got] == [f"{NAME} failed for a"] * 2


def test_a_run_that_dagster_tries_again_by_itself_is_no_failure_yet(watching: Watching) -> None:
    BROKEN.add("a")
    watching.run("a", **{"dagster/will_retry": "true"})
    watching.look()
    assert watching.got == []


def test_what_a_channel_does_not_take_is_kept_for_it_alone(watching: Watching) -> None:
    BROKEN.add("a")
    watching.refusing.add("GRT_ALERT_SMTP_URL")
    watching.run("a")
    assert "GRT_ALERT_SMTP_URL did not take theirs" in watching.look()
    assert [channel for channel, _ in watching.got] == ["webhook"]
    watching.refusing.clear()
    watching.look()
    assert [channel for channel, _ in watching.got] == ["webhook", "smtp"]


def test_many_pages_of_ends_are_read_in_their_order(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "_MOST_RUNS", 2)
    for partition in ("a", "b", "a"):
        BROKEN.add(partition)
        watching.run(partition)
        BROKEN.clear()
        watching.run(partition)
    for _ in range(6):
        watching.look()
    assert json.loads(watching.cursor or "")["seen"] > 0
    assert not alerts.Troubles(json.loads(watching.cursor or "")["troubles"])


def test_the_past_is_told_to_nobody_and_without_channels_nothing_is_kept(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    BROKEN.add("a")
    JOB.execute_in_process(instance=instance, partition_key="a", raise_on_error=False)
    watching = Watching(instance, monkeypatch)
    watching.run("a")
    watching.look(chosen=Settings())
    assert watching.got == []
    assert json.loads(watching.cursor or "")["undelivered"] == []


def test_a_range_of_partitions_is_one_case() -> None:
    tags = {"dagster/asset_partition_range_start": "a", "dagster/asset_partition_range_end": "c"}
    assert case_of(dg.DagsterRun(job_name="x", tags=tags)) == "a...c"


def test_the_sensor_runs_from_the_first_start_and_keeps_what_it_knows(instance: dg.DagsterInstance) -> None:
    assert platform_alerts.default_status == dg.DefaultSensorStatus.RUNNING
    resources = {"clock": alerts.ClockResource()}
    with dg.build_sensor_context(instance=instance, resources=resources) as context:
        result = platform_alerts(context)
    assert isinstance(result, dg.SensorResult)
    assert json.loads(result.cursor or "")["seen"] == 0
