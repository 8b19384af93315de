"""Genes, as Dagster sees it."""

import dagster as dg

from grt_platform.orchestration.resources import LakeResource, ObjectsResource, StoresResource, WarehouseResource
from grt_platform.systems.genes.assets.parse import parse
from grt_platform.systems.genes.assets.raw import UPLOADS
from grt_platform.systems.genes.automation import PARSE_AUTOMATION, genes_arrivals
from grt_platform.systems.genes.checks import CHECKS
from grt_platform.systems.genes.resources import ParsingResource

_PARSING = ParsingResource(
    objects=ObjectsResource(), stores=StoresResource(), lake=LakeResource(), warehouse=WarehouseResource()
)
defs = dg.Definitions(
    assets=[UPLOADS, parse],
    asset_checks=CHECKS,
    jobs=[PARSE_AUTOMATION.job],
    sensors=[genes_arrivals, *PARSE_AUTOMATION.sensors],
    resources={"genes_parsing": _PARSING},
)
