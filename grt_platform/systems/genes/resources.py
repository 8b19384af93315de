"""Dagster's handle to what parses uploads of genes; it reads the settings when a run asks."""

from typing import TYPE_CHECKING

import dagster as dg

from grt_platform.orchestration.resources import LakeResource, ObjectsResource, StoresResource, WarehouseResource
from grt_platform.systems.genes.limits import limits

if TYPE_CHECKING:
    from grt_platform.systems.genes.sharded import Sharded


class ParsingResource(dg.ConfigurableResource[None]):
    """What parses uploads, in shards or as a whole."""

    objects: dg.ResourceDependency[ObjectsResource]
    stores: dg.ResourceDependency[StoresResource]
    lake: dg.ResourceDependency[LakeResource]
    warehouse: dg.ResourceDependency[WarehouseResource]

    def sharded(self) -> "Sharded":
        """The steps of a file."""
        from grt_platform.systems.genes.ingest import Ingest  # numba's 60 MB, which only a run needs
        from grt_platform.systems.genes.parsing import Parsing
        from grt_platform.systems.genes.sharded import Sharded

        ingest = Ingest(self.lake.lake(), self.stores.products(), limits())
        return Sharded(Parsing(self.objects.objects(), ingest, self.warehouse.warehouse()))
