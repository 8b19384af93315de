"""Pools are known before runs ask for them."""

import dagster as dg
import pytest
from sqlalchemy.exc import OperationalError

from grt_platform.orchestration import pools
from grt_platform.orchestration.execution import known_pools, pool
from grt_platform.settings import settings


def test_every_pool_that_is_named_is_known():
    name = pool("galaxy", "test_of_pools")
    assert name in known_pools()


def test_the_instance_knows_the_pools_with_the_default_limit_that_of_a_setting_or_one_that_people_set(
    tmp_path, monkeypatch
):
    (tmp_path / "dagster.yaml").write_text("concurrency: {pools: {default_limit: 2}}\n")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.get() as instance:
        for name in ("set_by_people", "of_a_setting"):
            instance.event_log_storage.set_concurrency_slots(name, 7)
    for slots in (8, 5):
        pools.note_pools({"new": None, "set_by_people": None, "of_a_setting": slots, "also": slots})
    with dg.DagsterInstance.get() as instance:
        limits = {limit.name: limit.limit for limit in instance.event_log_storage.get_pool_limits()}
    assert limits == {"new": 2, "set_by_people": 7, "of_a_setting": 5, "also": 5}


def test_a_storage_that_is_not_there_yet_is_waited_for(monkeypatch):
    asked = []

    def get():
        asked.append(1)
        raise OperationalError("connect", {}, ConnectionError())

    monkeypatch.setattr(dg.DagsterInstance, "get", get)
    waits = []
    pools.note_pools({"x": None}, pause=waits.append)
    assert len(asked) == len(waits) > 10


def test_tables_that_are_not_there_yet_are_waited_for_and_not_made(monkeypatch, database_url):
    monkeypatch.setenv("GRT_DAGSTER_URL", database_url)
    settings.cache_clear()
    monkeypatch.setattr(dg.DagsterInstance, "get", lambda: pytest.fail("it would make them"))
    monkeypatch.setattr(pools, "_TRIES", 3)
    waits = []
    pools.note_pools({"x": None}, pause=waits.append)
    assert len(waits) == 3
