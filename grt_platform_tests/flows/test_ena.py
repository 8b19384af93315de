"""ENA by its sensor and runs: a taxon that was added becomes verified files at home, whatever order things come in."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import dagster as dg
import pytest

from grt_platform.settings import settings
from grt_platform.systems.ena.logic.machines import State
from grt_platform.systems.ena.logic.stages import Stage, Status
from grt_platform.systems.ena.serving.rehearsal import TAXON, rehearsal
from grt_platform.systems.ena.serving.stand_in import Fault, serving
from grt_platform.systems.ena.workshop import Workshop
from grt_platform_tests.adapters.test_alerts import webhook
from grt_platform_tests.fixtures.patience import until
from grt_platform_tests.fixtures.platform import QUIET, Platform
from grt_platform_tests.systems.ena.shop import KEY


@pytest.fixture
def ena(monkeypatch):
    stand_in = rehearsal()
    with serving(stand_in) as url:
        monkeypatch.setenv("GRT_ENA_URL", f"{url}/portal/api")
        monkeypatch.setenv("GRT_ENA_FILES_URL", url)
        monkeypatch.setenv("GRT_ENA_FIRST_PAUSE_S", "0.001")
        monkeypatch.setenv("GRT_SIGNING_KEY", KEY)
        monkeypatch.setenv("GRT_WEB_URL", "http://127.0.0.1:1")
        yield stand_in


@pytest.fixture
def shop(ena, platform):
    settings.cache_clear()
    made = Workshop(settings())
    made.tracker.add([str(TAXON)], datetime.now(UTC))
    yield made
    for machine in made.kit("local").provider.list():
        made.kit("local").provider.destroy(machine.machine_id)


def requests(platform: Platform) -> list[dg.RunRequest]:
    found = platform.look("ena_heartbeat")
    return [] if isinstance(found, dg.SkipReason) else list(found)


def run(platform: Platform, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
    job = platform.definitions.resolve_job_def(str(request.job_name))
    result = job.execute_in_process(
        instance=platform.instance, partition_key=request.partition_key, run_config=QUIET, raise_on_error=False
    )
    platform.runs.append(result)
    return result


def beat(platform: Platform) -> None:
    for request in requests(platform):
        run(platform, request)


def test_the_heartbeat_brings_a_taxon_home_with_every_promise_kept(platform, shop):
    until(lambda: beat(platform) or shop.tracker.get(TAXON).stage is Stage.UPDATE)
    taxon = shop.tracker.get(TAXON)
    assert (taxon.last_run_status, taxon.needs_attention) == (Status.COMPLETE, "")
    assert all(result.success for result in platform.runs)
    checks = [each for result in platform.runs for each in result.get_asset_check_evaluations()]
    assert {"no_row_lost", "every_wanted_run_once", "files_are_there", "key_unique"} <= {
        each.check_name for each in checks
    }
    assert [each.check_name for each in checks if not each.passed] == []
    assert requests(platform) == []
    assert list(platform.instance.get_dynamic_partitions("ena_taxa")) == [str(TAXON)]


def test_one_heartbeat_can_be_asked_for_as_a_run(platform, shop):
    job = platform.definitions.resolve_job_def("ena_beat")
    result = job.execute_in_process(instance=platform.instance, run_config=QUIET)
    assert f"checked {TAXON}" in result.output_for_node("ena_beat_once")
    assert shop.tracker.get(TAXON).stage in {Stage.AWAIT, Stage.UPDATE}


def test_what_ena_refuses_fails_the_run_and_the_taxon_is_not_requested_again(platform, shop, ena):
    ena.fault = lambda path, _: Fault(400, b"no such field") if path.endswith("/search") else None
    [request] = requests(platform)
    assert not run(platform, request).success
    assert "no such field" in shop.tracker.get(TAXON).needs_attention
    assert requests(platform) == []


def test_a_taxon_at_work_is_not_requested_twice(platform, shop):
    [request] = requests(platform)
    tags = {"grt/system": "ena", "dagster/partition": str(TAXON)}
    job = platform.definitions.resolve_job_def("ena_check")
    platform.instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.STARTED)
    assert request.partition_key == str(TAXON)
    assert requests(platform) == []


def test_ten_thousand_taxa_cost_a_tick_less_than_a_second(platform, shop):
    shop.tracker.add(map(str, range(1_000_000, 1_010_000)), datetime.now(UTC))
    began = time.process_time()
    found = requests(platform)
    spent = time.process_time() - began
    assert len(found) == settings().ena_checks_at_once
    assert spent < 1


def test_the_schedule_makes_old_complete_taxa_due_again(platform, shop):
    long_ago = datetime.now(UTC) - timedelta(days=30)
    shop.tracker.change(TAXON, lambda taxon: taxon.began(long_ago).completed(), long_ago)
    assert requests(platform) == []
    job = platform.definitions.resolve_job_def("ena_recheck")
    assert job.execute_in_process(instance=platform.instance, run_config=QUIET).success
    assert [request.job_name for request in requests(platform)] == ["ena_check"]


def test_costs_are_told_and_people_hear_above_the_ceiling_while_nothing_is_destroyed(platform, shop, monkeypatch):
    batch, now, job = f"t{TAXON}-{'0' * 16}", datetime.now(UTC), platform.definitions.resolve_job_def("ena_costs")
    shop.register.plan(TAXON, [batch], "local", now)
    assert shop.register.begin(batch, 1)
    shop.register.made(batch, batch, Decimal("0.5"), now - timedelta(hours=49.5), timedelta(hours=1))
    with webhook() as (hook, port):
        monkeypatch.setenv("GRT_ALERT_WEBHOOK_URL", f"http://127.0.0.1:{port}/")
        for ceiling, alerts in (("25", 0), ("24.9", 1)):
            monkeypatch.setenv("GRT_ENA_COST_CEILING_USD", ceiling)
            settings.cache_clear()
            assert job.execute_in_process(instance=platform.instance, run_config=QUIET).success
            assert len(hook.taken) == alerts
    assert f"- {batch} (local, creating): 49.5 h old, 25.0 USD" in str(hook.taken)
    assert shop.register.get(batch).state is State.CREATING
