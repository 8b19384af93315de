"""The life of a machine, from the plan to its confirmed end: what is done next for it, decided from what is known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class State(StrEnum):
    """Where a machine stands."""

    PLANNED = "planned"
    CREATING = "creating"
    ACTIVE = "active"
    READY = "ready"
    ERROR = "error"
    COLLECTED = "collected"
    DESTROYED = "destroyed"


EXISTING = (State.CREATING, State.ACTIVE, State.READY, State.ERROR, State.COLLECTED)
"""States in which a machine may exist and cost."""
ANSWERABLE = (State.CREATING, State.ACTIVE)
"""States in which a machine's own report is heard; once it has answered, nothing it says counts."""


class Step(StrEnum):
    """What is done next."""

    WAIT = "wait"
    CREATE = "create"
    FIND = "find"
    POLL = "poll"
    COLLECT = "collect"
    DESTROY = "destroy"
    RESTART = "restart"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class MachineRow:
    """One row of the register of machines.

    Attributes:
        batch_id, taxonomy_id: What it is for.
        state: Where it stands.
        attempt: How often its work was begun, from 1; each attempt has its own token.
        machine_id, ip: What the provider told; None before.
        planned_at, deadline_at, polled_at: When it was planned, should be done, was last looked at.
        reason: What went wrong, until a person has looked.
        provider: Who lends it.
    """

    batch_id: str
    taxonomy_id: int
    state: State
    attempt: int
    machine_id: str | None
    ip: str | None
    planned_at: datetime
    deadline_at: datetime | None = None
    polled_at: datetime | None = None
    reason: str | None = None
    provider: str = "local"

    @property
    def is_found(self) -> bool:
        """Whether its id and address are known; a machine may report before its creation was written down."""
        return self.machine_id is not None and self.ip is not None


@dataclass(frozen=True, slots=True)
class Situation:
    """What else decides.

    Attributes:
        now: The time.
        free: How many more machines may exist over all taxa.
        is_held: Whether a person must look at the taxon: nothing is made, restarted or destroyed then.
        is_home: Whether every file of the batch is at home, verified and recorded.
        poll_every: How long a machine may be silent before it is looked at.
    """

    now: datetime
    free: int
    is_held: bool
    is_home: bool
    poll_every: timedelta


def next_step(row: MachineRow, known: Situation) -> Step:
    """What is done next for a machine; the same answer until something changed."""
    if known.is_held and row.state is not State.COLLECTED:
        return Step.WAIT
    match row.state:
        case State.PLANNED:
            step = Step.CREATE if known.free > 0 else Step.WAIT
        case State.ACTIVE:
            step = Step.POLL if _is_silent(row, known) else Step.WAIT
        case State.READY | State.ERROR if not row.is_found and not row.reason:
            step = Step.FIND
        case State.READY if not known.is_home:
            step = Step.COLLECT if _is_silent(row, known) else Step.WAIT
        case State.ERROR:
            step = Step.HOLD if row.reason else Step.RESTART
        case _:
            step = _OF_STATE[row.state]
    return step


_OF_STATE = {
    State.CREATING: Step.FIND,
    State.READY: Step.DESTROY,
    State.COLLECTED: Step.DESTROY,
    State.DESTROYED: Step.WAIT,
}


def _is_silent(row: MachineRow, known: Situation) -> bool:
    return row.polled_at is None or known.now - row.polled_at >= known.poll_every


def is_late(row: MachineRow, now: datetime) -> bool:
    """Whether a person should be told that it is not done: it is past its deadline and has not answered."""
    return row.state in ANSWERABLE and row.deadline_at is not None and now > row.deadline_at


def cost_usd(price_usd_per_h: Decimal | None, created_at: datetime | None, until: datetime) -> Decimal:
    """What a machine has cost until then, begun hours whole; 0 for one that was never made."""
    if price_usd_per_h is None or created_at is None or until <= created_at:
        return Decimal(0)
    hours = -((created_at - until) // timedelta(hours=1))
    return price_usd_per_h * hours
