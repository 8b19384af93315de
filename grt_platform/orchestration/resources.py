"""Dagster's handles to the stores, the lake, the warehouse and the clock; they read the settings when a run asks."""

from datetime import UTC, datetime
from typing import Annotated

import dagster as dg
from pydantic import Field

from grt_platform.adapters.clock import server_clock
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.store import Store, open_store
from grt_platform.adapters.upload_limits import limits_of
from grt_platform.adapters.uploads import Uploads
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.settings import settings


class StoresResource(dg.ConfigurableResource[None]):
    """The store of raw objects and the store of files for people."""

    raw_url: Annotated[str, Field(description="Where raw objects are kept; empty takes the setting")] = ""
    products_url: Annotated[str, Field(description="Where files for people are kept; empty takes the setting")] = ""

    def raw(self) -> Store:
        """The store of raw objects, which are never changed."""
        return open_store(self.raw_url or settings().raw, settings())

    def products(self) -> Store:
        """The store of files for people."""
        return open_store(self.products_url or settings().products, settings())


class ObjectsResource(dg.ConfigurableResource[None]):
    """The objects of projects: bytes in the raw store, everything else in the warehouse's database."""

    def objects(self) -> Objects:
        """What is stored."""
        known = settings()
        return Objects(Warehouse(known.warehouse_url.get_secret_value()), open_store(known.raw, known))

    def uploads(self) -> Uploads:
        """What comes in."""
        known = settings()
        warehouse = Warehouse(known.warehouse_url.get_secret_value())
        return Uploads(warehouse, open_store(known.raw, known), limits_of(known))


class LakeResource(dg.ConfigurableResource[None]):
    """The lake of Parquet tables."""

    url: Annotated[str, Field(description="Where the lake is; empty takes the setting")] = ""

    def lake(self) -> Lake:
        """The lake."""
        return Lake(self.store())

    def store(self) -> Store:
        """The lake's store, where files that can be made again may lie beside the tables."""
        return open_store(self.url or settings().lake, settings())


class WarehouseResource(dg.ConfigurableResource[None]):
    """The Postgres of served tables; its address holds a password, so it comes from the settings alone."""

    def warehouse(self) -> Warehouse:
        """The warehouse."""
        return Warehouse(settings().warehouse_url.get_secret_value())


class ClockResource(dg.ConfigurableResource[None]):
    """What time it is; a test gives its own."""

    fixed_at: Annotated[str, Field(description="Moment (ISO 8601) at which this clock stands; empty lets it run")] = ""

    def now(self) -> datetime:
        """The time, UTC: that of the warehouse's server, the same on every machine."""
        if self.fixed_at:
            return datetime.fromisoformat(self.fixed_at).astimezone(UTC)
        return server_clock(settings().warehouse_url.get_secret_value()).now()
