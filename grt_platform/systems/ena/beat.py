"""One heartbeat without Dagster: what the sensor would request, done here and now."""

from datetime import timedelta

from grt_platform.kernel.errors import GrtError
from grt_platform.settings import settings
from grt_platform.systems.ena.logic.machines import Step
from grt_platform.systems.ena.procedure import Procedure
from grt_platform.systems.ena.workshop import Workshop


def beat(shop: Workshop) -> str:
    """The stages of the next taxon are done, machines are looked after, what is ready is home; says what was done.

    An error of one taxon stands in the tracker; it stops neither the others nor this.
    """
    procedure, done = Procedure(shop), list[str]()
    for taxon, _ in shop.tracker.due(1, shop.clock(), timedelta(minutes=settings().ena_retry_minutes)):
        try:
            procedure.go_on(taxon.taxonomy_id)
            done.append(f"checked {taxon.taxonomy_id}")
        except GrtError as error:
            done.append(f"{taxon.taxonomy_id}: {error}")
    steps = shop.tending().tend()
    ready = sorted({taxon for taxon, step in shop.tending().due().values() if step is Step.COLLECT})
    for taxonomy_id in ready:
        done.append(f"collected {taxonomy_id}: {procedure.collect(taxonomy_id)} files are home")
    return "; ".join([*done, f"{steps} steps for machines"])
