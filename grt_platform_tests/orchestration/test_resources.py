"""Definitions load without any settings; a run reads them when it asks."""

from datetime import UTC, datetime

import pytest

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.orchestration import resources
from grt_platform.orchestration.resources import ClockResource, LakeResource, StoresResource, WarehouseResource
from grt_platform.settings import Settings


def test_the_settings_are_read_when_a_run_asks(monkeypatch, tmp_path):
    made = LakeResource(), StoresResource(), WarehouseResource()
    monkeypatch.setattr(resources, "settings", lambda: Settings(home=tmp_path, warehouse_url="postgresql://x/y"))
    assert made[1].raw().local_path("a") == tmp_path / "raw" / "a"
    assert made[1].products().local_path("a") == tmp_path / "products" / "a"
    assert made[0].lake()._store.local_path("a") == tmp_path / "lake" / "a"
    assert isinstance(made[1].raw(), FolderStore)


def test_no_password_stands_in_the_configuration_that_dagster_shows():
    assert WarehouseResource.to_config_schema().as_field().config_type.fields == {}


@pytest.mark.parametrize("moment", ["2026-01-02T03:04:05+00:00", "2026-01-02T04:04:05+01:00"])
def test_a_clock_can_stand_still(moment):
    assert ClockResource(fixed_at=moment).now() == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_clock_runs_in_utc():
    assert ClockResource().now().tzinfo is UTC
