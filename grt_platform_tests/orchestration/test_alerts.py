"""Every failed run becomes an alert that names the job, the partition and the first cause."""

import dagster as dg
import pytest

from grt_platform.kernel.errors import BadSourceError
from grt_platform.orchestration import alerts
from grt_platform.orchestration.alerts import alert_of, platform_alerts
from grt_platform.orchestration.execution import errors_by_kind

PARTS = dg.StaticPartitionsDefinition(["a"])


@dg.asset(partitions_def=PARTS)
def broken() -> None:
    """Fails for a reason."""
    with errors_by_kind():
        raise BadSourceError("cut short", "a.tar.gz", 7)


@pytest.fixture
def failure():
    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.Definitions([broken], jobs=[dg.define_asset_job("galaxy_ingest")]).resolve_job_def("galaxy_ingest")
        result = job.execute_in_process(instance=instance, partition_key="a", raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            "platform_alerts", result.get_run_failure_event(), instance, result.dagster_run
        )
        with context:
            yield context.for_run_failure()


def test_an_alert_names_the_job_the_partition_the_step_and_the_cause(failure):
    alert = alert_of(failure)
    assert alert.title == "galaxy_ingest failed for a"
    assert "a.tar.gz:7: cut short" in alert.body
    assert (alert.facts["steps"], alert.facts["run_id"]) == ("broken", failure.dagster_run.run_id)
    assert "Traceback" not in alert.body


def test_the_sensor_sends_the_alert(failure, monkeypatch):
    sent = []
    monkeypatch.setattr(alerts, "send", lambda alert, settings: sent.append(alert.title))
    platform_alerts(failure)
    assert sent == ["galaxy_ingest failed for a"]


def test_the_sensor_runs_from_the_first_start():
    assert platform_alerts.default_status == dg.DefaultSensorStatus.RUNNING
