"""Variants, as Dagster sees it."""

import dagster as dg

from grt_platform.systems.variants.assets.looks import looks
from grt_platform.systems.variants.assets.product import updates
from grt_platform.systems.variants.assets.raw import RAW
from grt_platform.systems.variants.automation import (
    UPDATE_AUTOMATION,
    variants_arrivals,
    variants_look_job,
    variants_purges,
)
from grt_platform.systems.variants.checks import CHECKS

defs = dg.Definitions(
    assets=[*RAW, looks, updates],
    asset_checks=CHECKS,
    jobs=[variants_look_job, UPDATE_AUTOMATION.job],
    sensors=[variants_arrivals, variants_purges, *UPDATE_AUTOMATION.sensors],
)
