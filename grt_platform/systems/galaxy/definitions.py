"""Galaxy, as Dagster sees it."""

import dagster as dg

from grt_platform.systems.galaxy.assets.product import PRODUCTS
from grt_platform.systems.galaxy.assets.raw import UPLOADS, archives
from grt_platform.systems.galaxy.assets.served import SERVED_PRODUCTS
from grt_platform.systems.galaxy.assets.table import tables
from grt_platform.systems.galaxy.automation import (
    galaxy_automation,
    galaxy_freshness_daily,
    galaxy_freshness_job,
    galaxy_uploads,
)
from grt_platform.systems.galaxy.checks import CHECKS

defs = dg.Definitions(
    assets=[UPLOADS, archives, tables, *PRODUCTS, *SERVED_PRODUCTS],
    asset_checks=CHECKS,
    jobs=[galaxy_freshness_job],
    schedules=[galaxy_freshness_daily],
    sensors=[galaxy_uploads, galaxy_automation],
)
