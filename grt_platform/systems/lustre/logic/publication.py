"""Whether a date's report is published: with each volume, or by the rule of full sets."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

Rule = Literal["volume", "full_set"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a report is published, and why, for people."""

    is_published: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Strictness:
    """How reports are published.

    Attributes:
        rule: `volume` publishes whatever is loaded; `full_set` only dates of which every expected volume is.
        today: The date.
        max_days_ago: With `full_set`, how many days a report may be late, today counted.
    """

    rule: Rule
    today: date
    max_days_ago: int


def verdict(dumped_on: date, missing: Collection[str], reported: Collection[date], how: Strictness) -> Verdict:
    """Whether the report of a date is published.

    A date that was reported stays so, as its rebuild must give the same; only a report of a full set is news.

    Args:
        dumped_on: The date.
        missing: Expected volumes of it that are not loaded.
        reported: Dates that have a report.
        how: The rule.
    """
    if how.rule == "volume":
        return Verdict(is_published=True, reason="each volume is reported as it comes")
    if dumped_on in reported:
        return Verdict(is_published=True, reason="it was reported before")
    if missing:
        return Verdict(is_published=False, reason=f"the set is not full, it lacks {', '.join(sorted(missing))}")
    newer = max((day for day in reported if day > dumped_on), default=None)
    if newer:
        return Verdict(is_published=False, reason=f"a newer date, {newer}, is reported already")
    if (how.today - dumped_on).days >= how.max_days_ago:
        return Verdict(is_published=False, reason=f"it is older than GRT_LUSTRE_MAX_DAYS_AGO={how.max_days_ago} allows")
    return Verdict(is_published=True, reason="the set is full")
