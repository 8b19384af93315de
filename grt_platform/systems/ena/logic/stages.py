"""The way of a taxon through its stages, and which taxon is next.

Stages, their numbers and names are those of the microfetch tracker, so its files read and write as before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum


class Stage(Enum):
    """What is done next for a taxon: its number and name in the tracker."""

    AWAIT = (0, "await data collection")
    UPDATE = (1, "update accession CSV")
    FETCH = (2, "fetch accession CSV")
    FILTER = (3, "filter accession CSV")
    FARM = (4, "create droplet farm")

    def __init__(self, number: int, title: str) -> None:
        self.number = number
        self.title = title


STAGES = {stage.number: stage for stage in Stage}


class Status:
    """The words of `last_run_status`."""

    NEW = ""
    IN_PROGRESS = "in progress"
    READY = "ready"
    COMPLETE = "complete"
    WARNING = "warning"
    ERROR = "error"


STATUSES = (Status.NEW, Status.IN_PROGRESS, Status.READY, Status.COMPLETE, Status.WARNING, Status.ERROR)
STOPPED = -1


@dataclass(frozen=True, slots=True)
class Taxon:
    """One row of the tracker.

    Attributes:
        taxonomy_id: The NCBI taxon.
        last_checked: When its last check began, UTC; None for never.
        droplet_ips: Addresses that still hold data of it, in the order they came.
        last_run_status: One of `STATUSES`.
        needs_attention: Why a person must look; nothing is done while it is not blank.
        stage: What is done next; after an error the stage that failed.
        priority: Higher goes first; below zero never.
        generated_warning: Whether something odd was seen since the last check began.
    """

    taxonomy_id: int
    last_checked: datetime | None = None
    droplet_ips: tuple[str, ...] = ()
    last_run_status: str = Status.NEW
    needs_attention: str = ""
    stage: Stage = Stage.FETCH
    priority: int = 0
    generated_warning: bool = False

    @property
    def is_due(self) -> bool:
        """Whether something may be done without a person."""
        return not self.needs_attention and self.priority > STOPPED

    def began(self, now: datetime) -> "Taxon":
        """A check begins: with the first fetch, or with an update of what is there."""
        return replace(self, last_checked=now, last_run_status=Status.IN_PROGRESS, generated_warning=False)

    def fetched(self) -> "Taxon":
        """Its records are here: they are filtered next."""
        return replace(self, stage=Stage.FILTER, last_run_status=Status.IN_PROGRESS)

    def filtered(self, *, has_new_runs: bool) -> "Taxon":
        """Its runs are chosen: machines are made next, or there is nothing to fetch and the check is complete."""
        return replace(self, stage=Stage.FARM, last_run_status=Status.IN_PROGRESS) if has_new_runs else self.completed()

    def farmed(self, ips: Iterable[str]) -> "Taxon":
        """Its machines are at work: their data are awaited."""
        return replace(self, stage=Stage.AWAIT, last_run_status=Status.IN_PROGRESS, droplet_ips=_distinct(ips))

    def with_ip(self, ip: str) -> "Taxon":
        """A machine got its address."""
        return replace(self, droplet_ips=_distinct((*self.droplet_ips, ip)))

    def ready(self) -> "Taxon":
        """A machine has data to collect."""
        return replace(self, last_run_status=Status.READY)

    def collected(self, ip: str) -> "Taxon":
        """The data of one machine are home, verified, and the machine is gone."""
        return replace(self, droplet_ips=tuple(each for each in self.droplet_ips if each != ip))

    def completed(self) -> "Taxon":
        """All is home; the next check updates it."""
        status = Status.WARNING if self.generated_warning else Status.COMPLETE
        return replace(self, stage=Stage.UPDATE, last_run_status=status, droplet_ips=())

    def warned(self) -> "Taxon":
        """Something odd was seen, the work goes on."""
        return replace(self, generated_warning=True)

    def failed(self, reason: str) -> "Taxon":
        """A person must look; the stage stays, so that clearing resumes there. A reason given before stays too."""
        told = self.needs_attention or " ".join(reason.split()) or "unknown error"
        return replace(self, last_run_status=Status.ERROR, needs_attention=told)

    def cleared(self) -> "Taxon":
        """A person has looked: the failed stage is tried again."""
        status = Status.NEW if self.last_checked is None else Status.IN_PROGRESS
        cleared = replace(self, needs_attention="", last_run_status=status, generated_warning=False)
        return cleared if self.needs_attention or self.generated_warning else self


def in_order(taxa: Iterable[Taxon]) -> list[Taxon]:
    """The taxa that are due, the next one first: by priority, then never checked, then longest unchecked."""
    never = datetime.min.replace(tzinfo=UTC)
    due = (taxon for taxon in taxa if taxon.is_due)
    return sorted(due, key=lambda taxon: (-taxon.priority, taxon.last_checked or never, taxon.taxonomy_id))


def _distinct(ips: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ips))
