"""Dagster's handle to what answers questions; it reads the settings when a run asks."""

import dagster as dg

from grt_platform.orchestration.resources import LakeResource, ObjectsResource, StoresResource, WarehouseResource
from grt_platform.systems.variants.sharded import Sharded
from grt_platform.systems.variants.wiring import answering, intake


class AnsweringResource(dg.ConfigurableResource[None]):
    """What answers questions, in shards or as a whole."""

    objects: dg.ResourceDependency[ObjectsResource]
    stores: dg.ResourceDependency[StoresResource]
    lake: dg.ResourceDependency[LakeResource]
    warehouse: dg.ResourceDependency[WarehouseResource]

    def sharded(self) -> Sharded:
        """The steps of a question."""
        taking = intake(self.objects.objects(), self.lake.lake(), self.warehouse.warehouse(), self.lake.store())
        return Sharded(answering(taking, self.stores.products()))
