"""What machines cost: their age and price, and those that the provider has and nobody knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from grt_platform.systems.ena.logic.machines import EXISTING, cost_usd
from grt_platform.systems.ena.providers import Machine


@dataclass(frozen=True, slots=True)
class Costs:
    """A report.

    Attributes:
        lines: One for each machine that exists.
        usd: What they have cost so far, together.
        strangers: Names of machines at the provider that no batch knows; they cost too.
    """

    lines: tuple[str, ...]
    usd: Decimal
    strangers: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole, as Markdown."""
        strange = [f"- {name}: nobody's; look at it at the provider" for name in self.strangers]
        return "\n".join([f"{len(self.lines)} machines, {self.usd} USD so far", "", *self.lines, *strange])


def costs(rows: Iterable[Mapping[str, Any]], there: Iterable[Machine], now: datetime) -> Costs:
    """The report of the register's rows and of what the provider lists."""
    living = [row for row in rows if row["state"] in EXISTING]
    spent = [cost_usd(row["price_usd_per_h"], row["created_at"], now) for row in living]
    lines = tuple(
        f"- {row['batch_id']} ({row['provider']}, {row['state']}): {_age(row['created_at'], now)}, {usd} USD"
        for row, usd in zip(living, spent, strict=True)
    )
    known = {row["batch_id"] for row in living}
    return Costs(lines, sum(spent, Decimal(0)), tuple(sorted(each.name for each in there if each.name not in known)))


def _age(created_at: datetime | None, now: datetime) -> str:
    return "not made yet" if created_at is None else f"{(now - created_at).total_seconds() / 3600:.1f} h old"
