"""What reads dumps, once its kernels are compiled: by one run, while others wait for it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numba
import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.machine_code import made_once
from grt_platform.adapters.store import Store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.shards import Shard
from grt_platform.settings import home
from grt_platform.systems.lustre.cutting import Cutting
from grt_platform.systems.lustre.ingest import Ingest
from grt_platform.systems.lustre.limits import scan_rules
from grt_platform.systems.lustre.logic import kernels
from grt_platform.systems.lustre.logic.warm import warm_up
from grt_platform.systems.lustre.sharded import Joining, read_shard
from grt_platform.systems.lustre.shelf import Shelf
from grt_platform.systems.lustre.splits import Cut, split_date


def ready_ingest(raw: Store, lake: Lake, warehouse: Warehouse) -> Ingest:
    """The ingest with the rules of the settings."""
    _make_kernels()
    return Ingest(Shelf(raw), lake, warehouse, scan_rules)


def ready_shard(raw: Store, products: Store, dumped_on: date, volume: str, shard: Shard) -> None:
    """As `read_shard`, with the rules of the settings."""
    _make_kernels()
    read_shard(Cutting(Shelf(raw), products, scan_rules), dumped_on, volume, shard)


def ready_joining(ingest: Ingest, raw: Store, products: Store) -> Joining:
    """What puts shards together for an ingest."""
    return Joining(Cutting(Shelf(raw), products, scan_rules), ingest)


def ready_split_date(
    raw: Store, products: Store, dumped_on: date, totals: pl.DataFrame, prefixes: Sequence[str]
) -> Cut:
    """As `split_date`."""
    _make_kernels()
    return split_date(raw, products, dumped_on, totals, prefixes)


def _make_kernels() -> None:
    """About 20 CPU seconds with new code or a new numba, else nothing."""
    made_once(warm_up, "lustre", home() / "kernels", [Path(kernels.__file__).parent], numba.__version__)
