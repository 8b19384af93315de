"""Served: the products once more, in Postgres, where pages, HTTP and the command line read them."""

from typing import Any

import dagster as dg
import polars as pl

from grt_platform.kernel.table import Table
from grt_platform.orchestration.conditions import ON_UPDATE
from grt_platform.orchestration.describe import about
from grt_platform.orchestration.execution import light, pool
from grt_platform.settings import settings
from grt_platform.systems.galaxy.partitions import FRESHNESS, INSTANCES, cut
from grt_platform.systems.galaxy.schemas import INSTANCE_PRODUCTS, OVERALL_PRODUCTS


def _published(product: Table) -> dict[str, Any]:
    return {
        **about(product.served(), kinds=("postgres",)),
        "ins": {"product": dg.AssetIn(product.asset_key)},
        "automation_condition": ON_UPDATE,
        "io_manager_key": "publish_io",
        "pool": pool("galaxy", "publish"),
        "op_tags": light("galaxy"),
    }


def _of_instance(product: Table) -> dg.AssetsDefinition:
    @dg.asset(
        **_published(product),
        partitions_def=INSTANCES,
        backfill_policy=dg.BackfillPolicy.multi_run(settings().batch_partitions),
    )
    def served(
        context: dg.AssetExecutionContext, product: pl.LazyFrame
    ) -> dg.MaterializeResult[dict[str, pl.DataFrame]]:
        return cut(context, product.collect())

    made: dg.AssetsDefinition = served
    return made


def _of_all(product: Table) -> dg.AssetsDefinition:
    @dg.asset(**_published(product), freshness_policy=FRESHNESS)
    def served(product: pl.LazyFrame) -> pl.LazyFrame:
        return product

    made: dg.AssetsDefinition = served
    return made


SERVED_PRODUCTS = (
    *(_of_instance(product) for product in INSTANCE_PRODUCTS if not product.is_private),
    *(_of_all(product) for product in OVERALL_PRODUCTS if not product.is_private),
)
