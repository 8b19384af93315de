"""Dagster's door: the definitions of every system, found by listing them, with what all of them share."""

from importlib import import_module
from pkgutil import iter_modules

import dagster as dg

from grt_platform import systems
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
    names = sorted(module.name for module in iter_modules(systems.__path__) if module.ispkg)
    return dg.Definitions.merge(
        _SHARED, *(import_module(f"{systems.__name__}.{name}.definitions").defs for name in names)
    )
