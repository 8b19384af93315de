"""Looks after machines: one step for each at a look, safe to be killed at any point and to be done again.

What is about to be done is written down first, what was done after it; the provider is asked by name, so that what is
done twice is done once. Only files that stand verified at home let a machine go.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.systems.ena.kits import Kit
from grt_platform.systems.ena.logic.machines import (
    MachineRow,
    Situation,
    State,
    Step,
    is_late,
    next_step,
)
from grt_platform.systems.ena.logic.manifest import MOST_BYTES, read_manifest
from grt_platform.systems.ena.logic.stages import Taxon
from grt_platform.systems.ena.register import Register, Report
from grt_platform.systems.ena.tracker import Tracker
from grt_platform.systems.ena.worker.folder import FAILURE, MANIFEST

_MOST_LOOKS = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is allowed.

    Attributes:
        machines: Machines that may exist at once, over all taxa.
        work: How long one may take.
        attempts: Most attempts of a worker on this machine that ends without a result.
    """

    machines: int
    work: timedelta
    attempts: int


class Tending:
    """The keeper of all machines.

    Args:
        warehouse: Where tracker and register are.
        kits: Gives the provider of a name, with what belongs to it.
        bounds: How much is allowed.
        clock: The time, UTC.
        tell: Told of each event: taxon and words.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        kits: Callable[[str], Kit],
        bounds: Bounds,
        clock: Callable[[], datetime],
        tell: Callable[[int, str], None],
    ) -> None:
        self._kits, self._bounds, self._clock, self._tell = kits, bounds, clock, tell
        self._tracker, self._register = Tracker(warehouse), Register(warehouse)
        self._steps: dict[Step, Callable[[MachineRow], bool]] = {
            Step.CREATE: self._create,
            Step.FIND: self._find,
            Step.POLL: self._poll,
            Step.HOLD: self._hold_failed,
            Step.RESTART: self._restart,
            Step.DESTROY: self._destroy,
        }

    def due(self) -> dict[str, tuple[int, Step]]:
        """What is to be done now: by batch its taxon and the step; nothing is changed."""
        home, free = self._register.home(), self._bounds.machines - self._register.existing()
        rows = self._register.looked_after(self._bounds.machines)
        steps = {row.batch_id: (row, self._step(row, free=free, is_home=row.batch_id in home)) for row in rows}
        return {batch: (row.taxonomy_id, step) for batch, (row, step) in steps.items() if step is not Step.WAIT}

    def tend(self, taxonomy_id: int | None = None) -> int:
        """Every machine has had its steps, until only waiting is left; returns how many steps were done."""
        done = 0
        for _ in range(_MOST_LOOKS):
            rows = self._register.looked_after(self._bounds.machines, taxonomy_id)
            steps = sum(self._look(row.batch_id) for row in rows)
            if not steps:
                break
            done += steps
        self._finish(taxonomy_id)
        return done

    def _look(self, batch_id: str) -> bool:
        """Whether something was done for the machine."""
        with self._register.alone(batch_id) as is_ours:
            row = self._register.get(batch_id) if is_ours else None
            if row is None:
                return False
            free = self._bounds.machines - self._register.existing()
            step = self._step(row, free=free, is_home=batch_id in self._register.home())
            try:
                return self._do(step, row)
            except UnavailableError as error:
                self._tell(row.taxonomy_id, f"{batch_id}: {step} must wait: {error}")
            except (BadInputError, BadSourceError) as error:
                self._hold(row, f"{batch_id}: {step} failed: {error}")
            return False

    def _step(self, row: MachineRow, *, free: int, is_home: bool) -> Step:
        taxon = self._tracker.find(row.taxonomy_id)
        is_held = taxon is not None and bool(taxon.needs_attention)
        may_begin = row.state is not State.PLANNED or self._tracker.may_begin(row.taxonomy_id)
        known = Situation(
            now=self._clock(),
            free=free,
            is_held=is_held or not may_begin,
            is_home=is_home,
            poll_every=self._kits(row.provider).poll_every,
        )
        return next_step(row, known)

    def _do(self, step: Step, row: MachineRow) -> bool:
        late = is_late(row, self._clock()) and step in {Step.POLL, Step.FIND}
        try:
            return self._steps[step](row) if step in self._steps else False
        finally:
            row_now = self._register.get(row.batch_id)
            if late and row_now is not None and is_late(row_now, self._clock()):
                self._hold(row, f"{row.batch_id} is not done by its deadline; look at it, then clear or destroy it")

    def _create(self, row: MachineRow) -> bool:
        return self._register.begin(row.batch_id, self._bounds.machines) and self._find(row)

    def _find(self, row: MachineRow) -> bool:
        """The machine is there, and known with its address once it has one."""
        if row.machine_id is None:
            order = self._kits(row.provider).order(row.batch_id, row.attempt, self._register.files(row.batch_id))
            machine = self._kits(row.provider).provider.create(order)
            made = (machine.machine_id, machine.price_usd_per_h, machine.created_at)
            self._register.made(row.batch_id, *made, self._bounds.work)
            self._tell(row.taxonomy_id, f"{row.batch_id}: machine {machine.machine_id} was made")
        else:
            found = self._kits(row.provider).provider.get(row.machine_id)
            if found is None:
                raise BadInputError("the provider has no such machine any more")
            machine = found
        if machine.ip is None:
            return False
        self._register.active(row.batch_id, machine.ip)
        ip = machine.ip
        self._tracker.change(row.taxonomy_id, lambda taxon: taxon.with_ip(ip), self._clock())
        return row.ip is None

    def _poll(self, row: MachineRow) -> bool:
        """What the machine has left stands as its report; one whose worker died begins again."""
        machine = self._kits(row.provider).provider.get(row.machine_id or "")
        if machine is None:
            raise BadInputError("the provider has no such machine any more")
        if not machine.is_active:
            return self._revive(row)
        self._register.polled(row.batch_id, self._clock())  # first: one that cannot be reached waits for its turn too
        report = self._left(row)
        return report is not None and self.hear(report)

    def hear(self, report: Report) -> bool:
        """A report that was found stands, unless the machine's own does already."""
        is_new = self._register.found(report, self._clock())
        row = self._register.get(report.batch_id)
        if is_new and row is not None:
            self._tracker.change(row.taxonomy_id, Taxon.ready, self._clock()) if report.is_ready else None
            self._tell(row.taxonomy_id, f"{report.batch_id}: {'ready' if report.is_ready else report.error}")
        return is_new

    def _revive(self, row: MachineRow) -> bool:
        if row.attempt >= self._bounds.attempts:
            reason = f"its worker ended {row.attempt} times without a result"
            return self.hear(Report(row.batch_id, is_ready=False, error=reason))
        return self._restart(row)

    def _left(self, row: MachineRow) -> Report | None:
        """What lies on the machine: a whole manifest, a reason of failure, or neither."""
        with tempfile.TemporaryDirectory(prefix="grt-poll-") as made:
            names = [MANIFEST, FAILURE]
            self._kits(row.provider).transport(row).bring(names, Path(made), most_bytes=MOST_BYTES)
            manifest, failure = (Path(made) / name for name in names)
            if manifest.exists():
                read_manifest(manifest.read_bytes(), MANIFEST)
                return Report(row.batch_id, is_ready=True, error="")
            if failure.exists():
                return Report(row.batch_id, is_ready=False, error=failure.read_text("utf-8", "replace")[:4000])
        return None

    def _restart(self, row: MachineRow) -> bool:
        order = self._kits(row.provider).order(row.batch_id, row.attempt + 1, self._register.files(row.batch_id))
        self._kits(row.provider).provider.restart(row.machine_id or row.batch_id, order)
        self._register.restarted(row.batch_id, self._clock(), self._bounds.work)
        self._tell(row.taxonomy_id, f"{row.batch_id}: begun again, attempt {row.attempt + 1}")
        return True

    def _hold_failed(self, row: MachineRow) -> bool:
        self._hold(row, f"{row.batch_id}: {row.reason}")
        return False

    def _hold(self, row: MachineRow, reason: str) -> None:
        """The taxon waits for a person; machine and address stay."""
        self._tell(row.taxonomy_id, reason)
        if self._tracker.find(row.taxonomy_id) is not None:
            self._tracker.change(row.taxonomy_id, lambda taxon: taxon.failed(reason), self._clock())

    def _destroy(self, row: MachineRow) -> bool:
        """The machine is asked to go, and is gone once its provider does not know it any more."""
        self._register.collected(row.batch_id, self._clock())
        machine_id = row.machine_id or row.batch_id
        self._kits(row.provider).provider.destroy(machine_id)
        if self._kits(row.provider).provider.get(machine_id) is not None:
            return False
        self._forget_ip(row)
        self._register.destroyed(row.batch_id, self._clock())
        self._tracker.drained(row.taxonomy_id)
        self._tell(row.taxonomy_id, f"{row.batch_id}: the machine is gone, confirmed")
        return True

    def _forget_ip(self, row: MachineRow) -> None:
        others = {other.ip for other in self._register.living(row.taxonomy_id) if other.batch_id != row.batch_id}
        if row.ip is not None and row.ip not in others and self._tracker.find(row.taxonomy_id) is not None:
            ip = row.ip
            self._tracker.change(row.taxonomy_id, lambda taxon: taxon.collected(ip), self._clock())

    def _finish(self, taxonomy_id: int | None) -> None:
        """Taxa without machines are complete, those that were being removed leave; plans of nobody are dropped."""
        self._register.drop_plans()
        for taxon in self._tracker.finished():
            if taxonomy_id in {None, taxon.taxonomy_id}:
                self._finish_one(taxon)

    def _finish_one(self, taxon: Taxon) -> None:
        if taxon.droplet_ips and not self._register.is_known(taxon.taxonomy_id):
            ips = " ".join(taxon.droplet_ips)
            reason = f"{ips} were made elsewhere: collect them by hand, then remove and add the taxon"
            self._tracker.change(taxon.taxonomy_id, lambda each: each.failed(reason), self._clock())
        elif not self._tracker.drained(taxon.taxonomy_id):
            self._tracker.change(taxon.taxonomy_id, Taxon.completed, self._clock())
            self._tell(taxon.taxonomy_id, "complete: every machine is gone")
