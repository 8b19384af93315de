"""What would be reported today and why: by the rule of the old manager (a full set or nothing), and volume by volume.

The old manager looked at today and the days before it, `GRT_LUSTRE_MAX_DAYS_AGO` in all. A day that has a report ends
the look; the first day on which every volume has a dump is reported; others are passed over. Here a dump that was
rejected, or is still being written, is none. Volume by volume, each takes its own newest dump in the same days.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from grt_platform.kernel.errors import BadInputError

ALL = ""
"""Stands for all volumes together."""


class Action(StrEnum):
    """What is done with a day."""

    RUN = "run"
    STOP = "stop"
    SKIP = "skip"
    NONE = "none"


class Dump(StrEnum):
    """How it stands with a dump that is there."""

    WAITING = "waiting"
    LOADED = "loaded"
    REJECTED = "rejected"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One day that was looked at, or the end of a look that found nothing.

    Attributes:
        volume: Whose dump was looked for; empty for those of all volumes.
        day: The day; of the end, the last that was looked at.
        action: `run` it, `stop` before it, `skip` it; `none` where the days are used up.
        reason: Why, for people.
    """

    volume: str
    day: date
    action: Action
    reason: str


Dumps = Mapping[tuple[date, str], Dump]


def full_set(
    today: date, max_days_ago: int, volumes: Collection[str], dumps: Dumps, reported: Collection[date]
) -> list[PlanLine]:
    """The look of the old manager: one day at most is run.

    Args:
        today: The first day looked at.
        max_days_ago: How many days in all.
        volumes: Every volume that a full set has.
        dumps: Dumps by date and volume, as they stand.
        reported: Days that have a report.

    Raises:
        BadInputError: No volume is named, so no set can be full.
    """
    if not volumes:
        raise BadInputError("No volume is expected, so no day can be full: set GRT_LUSTRE_VOLUMES")
    lines = list[PlanLine]()
    for day in _days(today, max_days_ago):
        if day in reported:
            return [*lines, PlanLine(ALL, day, Action.STOP, f"report-{day:%Y%m%d}.tsv is there; nothing newer is full")]
        missing = [
            f"{name} ({_standing(dumps, day, name)})" for name in sorted(volumes) if not _is_usable(dumps, day, name)
        ]
        if not missing:
            return [*lines, PlanLine(ALL, day, Action.RUN, f"all {len(volumes)} volumes have a dump")]
        lines.append(PlanLine(ALL, day, Action.SKIP, f"{len(missing)} of {len(volumes)} missing: {', '.join(missing)}"))
    return [*lines, _used_up(ALL, today, max_days_ago, "no day is full")]


def by_volume(today: date, max_days_ago: int, volumes: Collection[str], dumps: Dumps) -> list[PlanLine]:
    """The look volume by volume: of each the newest dump is run, unless it is loaded already.

    Args:
        today: The first day looked at.
        max_days_ago: How many days in all.
        volumes: The volumes.
        dumps: Dumps by date and volume, as they stand.
    """
    return [line for name in sorted(volumes) for line in _of_volume(today, max_days_ago, name, dumps)]


def _of_volume(today: date, max_days_ago: int, volume: str, dumps: Dumps) -> list[PlanLine]:
    lines = list[PlanLine]()
    for day in _days(today, max_days_ago):
        standing = dumps.get((day, volume))
        if standing is Dump.LOADED:
            return [*lines, PlanLine(volume, day, Action.STOP, "loaded already; nothing newer is there")]
        if standing is Dump.WAITING:
            return [*lines, PlanLine(volume, day, Action.RUN, "newest dump, not loaded yet")]
        lines.append(PlanLine(volume, day, Action.SKIP, _standing(dumps, day, volume)))
    return [*lines, _used_up(volume, today, max_days_ago, "no dump")]


def _days(today: date, max_days_ago: int) -> list[date]:
    return [today - timedelta(days=ago) for ago in range(max_days_ago)]


def _is_usable(dumps: Dumps, day: date, volume: str) -> bool:
    return dumps.get((day, volume)) in (Dump.WAITING, Dump.LOADED)


def _standing(dumps: Dumps, day: date, volume: str) -> str:
    match dumps.get((day, volume)):
        case Dump.REJECTED:
            return "its dump was rejected"
        case Dump.INCOMPLETE:
            return "its dump is still being written"
        case _:
            return "no dump"


def _used_up(volume: str, today: date, max_days_ago: int, what: str) -> PlanLine:
    last = today - timedelta(days=max(max_days_ago - 1, 0))
    return PlanLine(
        volume, last, Action.NONE, f"{what} from {last} to {today} (GRT_LUSTRE_MAX_DAYS_AGO={max_days_ago})"
    )
