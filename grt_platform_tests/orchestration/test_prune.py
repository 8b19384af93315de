"""Old chatter leaves Dagster's event log; runs, materializations and what is young stay."""

import dagster as dg
import psycopg
import pytest

from grt_platform.adapters.event_log import prune, prune_results
from grt_platform.orchestration import prune as pruning
from grt_platform.settings import Settings

PARTS = dg.StaticPartitionsDefinition(["a"])


@dg.asset(partitions_def=PARTS)
def kept() -> int:
    """A materialization that must stay."""
    return 1


@dg.asset_check(asset=kept)
def is_one() -> dg.AssetCheckResult:
    """A promise whose result must stay."""
    return dg.AssetCheckResult(passed=True)


@pytest.fixture
def dagster_url(database_url, tmp_path):
    url = database_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    overrides = {"storage": {"postgres": {"postgres_url": url}}, "telemetry": {"enabled": False}}
    with dg.instance_for_test(overrides=overrides, temp_dir=str(tmp_path)) as instance:
        yield url, instance


def aged(url, days):
    with psycopg.connect(url.replace("+psycopg2", "")) as connection:
        connection.execute("UPDATE event_logs SET timestamp = timestamp - make_interval(days => %s)", [days])


def test_only_old_chatter_goes_and_the_partition_stays_materialized(dagster_url):
    url, instance = dagster_url
    run_id = dg.materialize([kept], instance=instance, partition_key="a").run_id
    assert prune(url, older_than_days=90) == 0
    before = len(instance.all_logs(run_id))
    aged(url, 91)
    pruned = prune(url, older_than_days=90, batch=3)
    after = instance.all_logs(run_id)
    assert 5 < pruned == before - len(after)
    assert {"PIPELINE_SUCCESS", "ASSET_MATERIALIZATION", "STEP_SUCCESS"} <= {
        record.dagster_event.event_type_value for record in after if record.dagster_event
    }
    assert instance.get_materialized_partitions(dg.AssetKey("kept")) == {"a"}
    assert instance.get_run_by_id(run_id) is not None
    assert prune(url, older_than_days=90) == 0


def test_what_checks_found_stays_when_it_is_forgotten_that_they_were_planned(dagster_url):
    url, instance = dagster_url
    assert dg.materialize([kept, is_one], instance=instance, partition_key="a").success
    aged(url, 91)
    prune(url, older_than_days=90)
    key = dg.AssetCheckKey(dg.AssetKey("kept"), "is_one")
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    assert (found.status.value, found.evaluation.passed) == ("SUCCEEDED", True)
    with psycopg.connect(url.replace("+psycopg2", "")) as connection:
        left = connection.execute("SELECT DISTINCT dagster_event_type FROM event_logs").fetchall()
    assert ("ASSET_CHECK_EVALUATION",) in left
    assert ("ASSET_CHECK_EVALUATION_PLANNED",) not in left


def test_a_database_without_an_event_log_is_left_alone(database_url):
    assert prune(database_url, older_than_days=1) == 0


def test_answers_of_workers_go_after_a_week(database_url):
    assert prune_results(database_url) == 0, "nobody has made the table yet"
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE grt_step_results (id integer, date_done timestamp)")
        connection.execute(
            "INSERT INTO grt_step_results SELECT d, now() AT TIME ZONE 'UTC' - make_interval(days => d) FROM "
            "generate_series(1, 10) AS d"
        )
    assert prune_results(database_url) == 4
    assert prune_results(database_url) == 0


def test_the_nightly_job_prunes_what_the_settings_name(dagster_url, monkeypatch):
    url, instance = dagster_url
    dg.materialize([kept], instance=instance, partition_key="a")
    aged(url, 8)
    monkeypatch.setattr(pruning, "settings", lambda: Settings(dagster_url=url, event_log_days=7))
    with dg.DagsterInstance.ephemeral() as other:
        assert pruning.platform_prune.execute_in_process(instance=other).output_for_node("platform_prune_events") > 5


def test_the_job_has_nothing_to_do_without_a_postgres(monkeypatch):
    monkeypatch.setattr(pruning, "settings", Settings)
    with dg.DagsterInstance.ephemeral() as other:
        assert pruning.platform_prune.execute_in_process(instance=other).output_for_node("platform_prune_events") == 0


def test_the_schedule_runs_every_night_from_the_first_start():
    assert pruning.PRUNE_NIGHTLY.default_status == dg.DefaultScheduleStatus.RUNNING
    assert pruning.PRUNE_NIGHTLY.cron_schedule == "30 3 * * *"
