"""What variants is made of, as the settings say."""

from pathlib import Path

from grt_platform.adapters.bcftools.limits import limits_of
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.store import Store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.settings import settings
from grt_platform.systems.variants.answering import Answering
from grt_platform.systems.variants.derived import Derived
from grt_platform.systems.variants.intake import Bounds, Intake
from grt_platform.systems.variants.limits import plan_limits


def scratch() -> Path:
    """The folder of this machine for work under way."""
    known = settings()
    return Path(known.variants_scratch) if known.variants_scratch else known.home / "scratch" / "variants"


def intake(objects: Objects, lake: Lake, warehouse: Warehouse, derived: Store) -> Intake:
    """The way of a version into the tables."""
    limits = limits_of(settings())
    bounds = Bounds(scratch(), settings().variants_table_bytes, patience_s=limits.time_s)
    return Intake(objects, lake, warehouse, Derived(derived), Bcftools(limits), bounds)


def answering(taking: Intake, products: Store) -> Answering:
    """What answers questions."""
    return Answering(taking, products, plan_limits())
