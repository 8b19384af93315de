"""Variants, as Dagster sees it."""

import dagster as dg

from grt_platform.orchestration.resources import LakeResource, ObjectsResource, StoresResource, WarehouseResource
from grt_platform.systems.variants.assets.answers import answers
from grt_platform.systems.variants.assets.looks import looks
from grt_platform.systems.variants.assets.product import updates
from grt_platform.systems.variants.assets.raw import RAW
from grt_platform.systems.variants.automation import (
    QUERY_AUTOMATION,
    UPDATE_AUTOMATION,
    variants_arrivals,
    variants_look_job,
    variants_purges,
)
from grt_platform.systems.variants.checks import CHECKS
from grt_platform.systems.variants.resources import AnsweringResource

_ANSWERING = AnsweringResource(
    objects=ObjectsResource(), stores=StoresResource(), lake=LakeResource(), warehouse=WarehouseResource()
)
defs = dg.Definitions(
    assets=[*RAW, looks, answers, updates],
    asset_checks=CHECKS,
    jobs=[variants_look_job, QUERY_AUTOMATION.job, UPDATE_AUTOMATION.job],
    sensors=[variants_arrivals, variants_purges, *QUERY_AUTOMATION.sensors, *UPDATE_AUTOMATION.sensors],
    resources={"variants_answering": _ANSWERING},
)
