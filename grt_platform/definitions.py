"""Dagster's door: the definitions of every system of this installation, with what all of them share."""

from importlib import import_module

import dagster as dg

from grt_platform.adapters.installed import system_names
from grt_platform.orchestration.alerts import platform_alerts
from grt_platform.orchestration.execution import EXECUTOR
from grt_platform.orchestration.job_run import JobsResource
from grt_platform.orchestration.lake import LakeIOManager
from grt_platform.orchestration.prune import PRUNE_NIGHTLY, platform_prune
from grt_platform.orchestration.publish import PublishIOManager
from grt_platform.orchestration.reap import REAP_HOURLY, platform_reap
from grt_platform.orchestration.resources import (
    ClockResource,
    LakeResource,
    ObjectsResource,
    StoresResource,
    WarehouseResource,
)
from grt_platform.settings import settings

_LAKE, _WAREHOUSE = LakeResource(), WarehouseResource()
_SHARED = dg.Definitions(
    jobs=[platform_prune, platform_reap],
    schedules=[PRUNE_NIGHTLY, REAP_HOURLY],
    sensors=[platform_alerts],
    resources={
        "stores": StoresResource(),
        "objects": ObjectsResource(),
        "lake": _LAKE,
        "warehouse": _WAREHOUSE,
        "clock": ClockResource(),
        "jobs": JobsResource(),
        "lake_io": LakeIOManager(lake=_LAKE),
        "publish_io": PublishIOManager(warehouse=_WAREHOUSE),
    },
    executor=EXECUTOR,
)


@dg.definitions
def defs() -> dg.Definitions:
    """Everything of the platform."""
    names = system_names(settings().systems)
    return dg.Definitions.merge(
        _SHARED, *(import_module(f"grt_platform.systems.{name}.definitions").defs for name in names)
    )
