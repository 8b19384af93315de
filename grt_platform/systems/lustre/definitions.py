"""Lustre, as Dagster sees it."""

import dagster as dg

from grt_platform.systems.lustre.assets.product import PRODUCTS
from grt_platform.systems.lustre.assets.raw import MPISTAT, dumps, groups, quotas
from grt_platform.systems.lustre.assets.served import SERVED, published
from grt_platform.systems.lustre.assets.table import scanned
from grt_platform.systems.lustre.automation import (
    lustre_automation,
    lustre_dumps,
    lustre_freshness_daily,
    lustre_freshness_job,
    lustre_snapshots_daily,
    lustre_snapshots_job,
)
from grt_platform.systems.lustre.checks import CHECKS
from grt_platform.systems.lustre.resources import SourcesResource

defs = dg.Definitions(
    assets=[MPISTAT, dumps, groups, quotas, scanned, *PRODUCTS, published, *SERVED],
    asset_checks=CHECKS,
    jobs=[lustre_snapshots_job, lustre_freshness_job],
    schedules=[lustre_snapshots_daily, lustre_freshness_daily],
    sensors=[lustre_dumps, lustre_automation],
    resources={"lustre_sources": SourcesResource()},
)
