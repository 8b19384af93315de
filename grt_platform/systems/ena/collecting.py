"""Brings the files of ready machines home and records them once they are verified; one machine after another."""

import time
from collections.abc import Callable
from datetime import datetime

import polars as pl

from grt_platform.adapters.command import run
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.partition_sink import PartitionSink
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.systems.ena.home import Home
from grt_platform.systems.ena.kits import Kit
from grt_platform.systems.ena.logic.farm import fetched
from grt_platform.systems.ena.logic.machines import MachineRow, State
from grt_platform.systems.ena.logic.manifest import Fetched
from grt_platform.systems.ena.register import Register
from grt_platform.systems.ena.schemas import FETCHED_READS
from grt_platform.systems.ena.tracker import Tracker

_TRIES, _PAUSE_S = 3, 2.0
_ASSEMBLY_TIMEOUT_S = 24 * 3600.0
_SCHEMA = FETCHED_READS.polars_schema(with_partition=False)


class Collecting:
    """The collector.

    Args:
        lake, warehouse: Where tables are.
        home: Where files go.
        kits: Gives the provider of a name, with what belongs to it.
        clock: The time, UTC.
        tell: Told of each event: taxon and words.
        assembly: Program run for each verified batch; empty for none.
    """

    def __init__(
        self,
        lake: Lake,
        warehouse: Warehouse,
        home: Home,
        kits: Callable[[str], Kit],
        *,
        clock: Callable[[], datetime],
        tell: Callable[[int, str], None],
        assembly: str,
    ) -> None:
        self._lake, self._warehouse, self._home, self._kits = lake, warehouse, home, kits
        self._clock, self._tell, self._assembly = clock, tell, assembly
        self._tracker, self._register = Tracker(warehouse), Register(warehouse)

    def collect(self, taxonomy_id: int) -> int:
        """The files of every ready machine of the taxon are at home and recorded; returns the files recorded in all.

        A machine whose files cannot be had keeps them, and a person must look.
        """
        with self._warehouse.lock("ena", str(taxonomy_id)):
            for row in self._register.living(taxonomy_id):
                if row.state is State.READY and row.is_found:
                    self._collect(row)
            return self._record(taxonomy_id, "", [])

    def _collect(self, row: MachineRow) -> None:
        self._register.polled(row.batch_id, self._clock())
        try:
            files = self._bring(row, self._promised(row))
        except (BadInputError, BadSourceError, UnavailableError) as error:
            reason = f"{row.batch_id} could not be collected: {error}"
            self._tracker.change(row.taxonomy_id, lambda taxon: taxon.failed(reason), self._clock())
            self._tell(row.taxonomy_id, reason)
            return
        self._record(row.taxonomy_id, row.batch_id, files)
        self._tell(row.taxonomy_id, f"{row.batch_id}: {len(files)} files are home and verified")
        self._assemble(row)

    def _promised(self, row: MachineRow) -> list[Fetched]:
        promised = [fetched(file) for file in self._register.files(row.batch_id)]
        if not promised:
            raise BadInputError(f"no file of {row.batch_id} is known; rebuild the batches of its taxon")
        return promised

    def _bring(self, row: MachineRow, promised: list[Fetched]) -> list[Fetched]:
        for attempt in range(1, _TRIES + 1):
            try:
                return self._home.collect(
                    row.taxonomy_id, row.batch_id, promised, self._kits(row.provider).transport(row)
                )
            except UnavailableError as error:
                if attempt == _TRIES:
                    raise
                self._tell(row.taxonomy_id, f"{row.batch_id}: {error}; trying again")
                time.sleep(_PAUSE_S * attempt)
        raise AssertionError("at least one try is made")

    def _record(self, taxonomy_id: int, batch_id: str, files: list[Fetched]) -> int:
        """What was recorded before and these files: lake and warehouse are swapped as one."""
        partition, now = {"taxonomy_id": str(taxonomy_id)}, self._clock()
        rows = [[f.run_accession, f.path, f.size_bytes, f.md5, batch_id, now] for f in files]
        fresh = pl.DataFrame(rows, _SCHEMA, orient="row")
        before = self._lake.scan(FETCHED_READS, partition).drop("taxonomy_id").collect()
        whole = pl.concat([before.join(fresh, on="path", how="anti"), fresh]).sort("path")
        with (
            self._warehouse.transaction() as connection,
            PartitionSink(self._lake, connection, (FETCHED_READS,), partition, {}) as sink,
        ):
            sink.emit(FETCHED_READS.noun, whole)
        return whole.height

    def _assemble(self, row: MachineRow) -> None:
        """The assembly step, where one is set; its failure is a warning, the reads are safe."""
        if not self._assembly:
            return
        folder = self._home.folder / str(row.taxonomy_id)
        try:
            answer = run(
                [self._assembly, str(row.taxonomy_id), row.batch_id, str(folder)], timeout_s=_ASSEMBLY_TIMEOUT_S
            )
            told = "" if answer.code == 0 else f"ended with {answer.code}: {answer.complaint}"
        except UnavailableError as error:
            told = str(error)
        self._tell(row.taxonomy_id, f"{row.batch_id}: assembly {told or 'is done'}")
