"""ENA, as Dagster sees it."""

import dagster as dg

from grt_platform.systems.ena.assets.product import batches, fetched_reads
from grt_platform.systems.ena.assets.raw import records
from grt_platform.systems.ena.assets.table import tables
from grt_platform.systems.ena.automation import JOBS, SCHEDULES, SENSORS
from grt_platform.systems.ena.checks import CHECKS
from grt_platform.systems.ena.resources import EnaResource

defs = dg.Definitions(
    assets=[records, tables, batches, fetched_reads],
    asset_checks=CHECKS,
    jobs=JOBS,
    schedules=SCHEDULES,
    sensors=SENSORS,
    resources={"ena": EnaResource()},
)
