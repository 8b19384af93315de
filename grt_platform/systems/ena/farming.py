"""Divides what a taxon still lacks into batches and plans a machine for each; what machines have stays as it is."""

from datetime import datetime

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.partition_sink import PartitionSink
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.systems.ena.logic.farm import Division, batches, to_fetch, wanted_files
from grt_platform.systems.ena.logic.machines import MachineRow, State
from grt_platform.systems.ena.logic.stages import Stage, Taxon
from grt_platform.systems.ena.register import Register
from grt_platform.systems.ena.schemas import BATCHES, FETCHED_READS, RUNS
from grt_platform.systems.ena.tracker import Tracker


class Farming:
    """Batches and plans of all taxa.

    Args:
        lake, warehouse: Where tables are.
        provider: Name of the provider that new machines are planned at.
        division: How runs are divided.
    """

    def __init__(self, lake: Lake, warehouse: Warehouse, provider: str, division: Division) -> None:
        self._lake, self._warehouse, self._provider, self._division = lake, warehouse, provider, division
        self._tracker, self._register = Tracker(warehouse), Register(warehouse)

    def farm(self, taxonomy_id: int, now: datetime) -> int:
        """Batches hold every wanted run once that is not at home; at the stage of the farm machines are planned.

        Raises:
            BadInputError: A single run is more than a machine can be told.

        Returns:
            How many files the batches hold.
        """
        partition = {"taxonomy_id": str(taxonomy_id)}
        with self._warehouse.lock("ena", str(taxonomy_id)):
            taxon = self._tracker.find(taxonomy_id)
            is_farmed = taxon is not None and taxon.stage is Stage.FARM
            held = self._held([row for row in self._register.living(taxonomy_id) if not is_farmed or _is_begun(row)])
            fresh = self._fresh(taxonomy_id, set(held["run_accession"]))
            with (
                self._warehouse.transaction() as connection,
                PartitionSink(self._lake, connection, (BATCHES,), partition, {}) as sink,
            ):
                sink.emit(BATCHES.noun, pl.concat([held, fresh]))
            if is_farmed:
                self._plan(taxonomy_id, fresh, now)
        return held.height + fresh.height

    def _held(self, machines: list[MachineRow]) -> pl.DataFrame:
        """The rows of the batches that these machines have."""
        frames = [
            self._lake.scan(BATCHES, {"taxonomy_id": str(row.taxonomy_id)})
            .filter(pl.col("batch_id") == row.batch_id)
            .drop("taxonomy_id")
            for row in machines
        ]
        empty = pl.LazyFrame(schema=BATCHES.polars_schema(with_partition=False))
        return pl.concat([empty, *frames]).collect()

    def _fresh(self, taxonomy_id: int, taken: set[str]) -> pl.DataFrame:
        partition = {"taxonomy_id": str(taxonomy_id)}
        home = self._lake.scan(FETCHED_READS, partition).select("path", "size_bytes", "md5").collect()
        lacking = to_fetch(wanted_files(self._lake.scan(RUNS, partition)), set(home.iter_rows()), taken)
        return batches(taxonomy_id, lacking, self._division)

    def _plan(self, taxonomy_id: int, fresh: pl.DataFrame, now: datetime) -> None:
        self._register.plan(taxonomy_id, sorted(set(fresh["batch_id"])), self._provider, now)
        has_machines = bool(self._register.living(taxonomy_id))

        def step(taxon: Taxon) -> Taxon:
            return taxon.farmed(taxon.droplet_ips) if has_machines else taxon.completed()

        self._tracker.change(taxonomy_id, step, now)


def _is_begun(row: MachineRow) -> bool:
    return row.state is not State.PLANNED
