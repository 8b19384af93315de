"""What people are told of failures: once for each failing thing in a while, and once when it works again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

MOST_CASES = 1000  # of one thing; what is remembered is a sensor's cursor, which must stay small
_FORGOTTEN_AFTER_S = 14 * 24 * 3600.0
_SHOWN_CASES = 10


@dataclass(frozen=True, slots=True)
class Alert:
    """What happened, in a line and in full, with what a program wants to know of it."""

    title: str
    body: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed attempt.

    Attributes:
        thing: What failed: a step, or a job where no step was reached.
        case: On what: a partition, a range of them, or nothing.
        reason: The sentence of the error that began it.
        run_id: The run.
        job: Its job.
    """

    thing: str
    case: str
    reason: str
    run_id: str
    job: str


@dataclass(slots=True)
class _Trouble:
    """A thing that fails, or did lately.

    Attributes:
        since_s: When it failed first.
        latest_s: When it failed last.
        cases: On what it fails now.
        untold: Failures that nobody was told of yet.
        told_s: When people last heard that it fails; -1 never.
        is_told: Whether the last word people heard is that it fails.
        is_unsteady: Whether it failed again soon after people heard that it works; so that is told no more in a hurry.
        reason: Of the latest failure; `run_id` and `job` are its too.
    """

    since_s: float
    latest_s: float = 0.0
    cases: list[str] = field(default_factory=list)
    untold: int = 0
    told_s: float = -1.0
    is_told: bool = False
    is_unsteady: bool = False
    reason: str = ""
    run_id: str = ""
    job: str = ""


class Troubles:
    """Everything that fails, as text between two looks; times are seconds since 1970."""

    def __init__(self, text: str = "") -> None:
        self._things = {thing: _Trouble(**known) for thing, known in json.loads(text or "{}").items()}

    def __str__(self) -> str:
        return json.dumps({thing: asdict(trouble) for thing, trouble in self._things.items()})

    def __bool__(self) -> bool:
        return any(trouble.cases for trouble in self._things.values())

    def failing_on(self, case: str) -> list[str]:
        """The things that fail on this case."""
        return [thing for thing, trouble in self._things.items() if case in trouble.cases]

    def failed(self, failure: Failure, now_s: float) -> None:
        """One more failure is known."""
        trouble = self._things.setdefault(failure.thing, _Trouble(now_s))
        if not trouble.cases:
            trouble.since_s = now_s
        if failure.case not in trouble.cases:
            trouble.cases = [*trouble.cases, failure.case][-MOST_CASES:]
        trouble.latest_s, trouble.untold = now_s, trouble.untold + 1
        trouble.reason, trouble.run_id, trouble.job = failure.reason, failure.run_id, failure.job

    def succeeded(self, thing: str, case: str) -> None:
        """The thing does not fail on this case any more."""
        trouble = self._things.get(thing)
        if trouble is not None and case in trouble.cases:
            trouble.cases.remove(case)

    def due(self, now_s: float, window_s: float) -> list[Alert]:
        """What people must hear now; it counts as told from here on.

        A failure is told once in a window, or when people believe that the thing works.
        """
        alerts: list[Alert] = []
        for thing, trouble in list(self._things.items()):
            is_quiet = trouble.told_s >= 0 and now_s - trouble.told_s < window_s
            if trouble.cases and trouble.untold and not (is_quiet and trouble.is_told):
                alerts.append(_fails(thing, trouble))
                trouble.told_s, trouble.is_told, trouble.untold, trouble.is_unsteady = now_s, True, 0, is_quiet
            elif not trouble.cases and trouble.is_told and not (is_quiet and trouble.is_unsteady):
                alerts.append(_works(thing, trouble))
                trouble.is_told, trouble.untold = False, 0
            is_over = not trouble.cases and not is_quiet
            if is_over or now_s - trouble.latest_s > _FORGOTTEN_AFTER_S:
                del self._things[thing]
        return alerts


def _fails(thing: str, trouble: _Trouble) -> Alert:
    where = f" for {_listed(trouble.cases)}" if any(trouble.cases) else ""
    more = f"failures since the last word: {trouble.untold}\n" if trouble.untold > 1 else ""
    facts = {"status": "failed", "thing": thing, "run_id": trouble.run_id, "job": trouble.job}
    facts["partition"] = ", ".join(trouble.cases[:_SHOWN_CASES])
    body = f"job: {trouble.job}\nrun_id: {trouble.run_id}\n{more}{trouble.reason}"
    return Alert(f"{thing} failed{where}", body, facts)


def _works(thing: str, trouble: _Trouble) -> Alert:
    facts = {"status": "recovered", "thing": thing, "run_id": trouble.run_id, "job": trouble.job}
    more = f" It failed {trouble.untold} more times before." if trouble.untold else ""
    return Alert(f"{thing} works again", f"Everything it failed on was done since.{more}", facts)


def _listed(cases: list[str]) -> str:
    if len(cases) <= 3:
        return ", ".join(case or "all of it" for case in cases)
    return f"{len(cases)} partitions, {', '.join(cases[:3])} and more"
