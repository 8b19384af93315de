"""What machines cost: those that exist, what they have cost so far, and those that are nobody's."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from grt_platform.systems.ena.costs import costs
from grt_platform.systems.ena.providers import Machine

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PRICE = Decimal("0.5")


def row(batch_id: str, state: str, hours: float | None) -> dict:
    created_at = None if hours is None else NOW - timedelta(hours=hours)
    told = {"batch_id": batch_id, "provider": "digitalocean", "state": state}
    return {**told, "created_at": created_at, "price_usd_per_h": None if hours is None else PRICE}


def machine(name: str) -> Machine:
    return Machine("1", name, None, is_active=True, created_at=NOW, price_usd_per_h=PRICE)


def test_what_exists_is_told_with_age_and_cost_and_what_is_gone_or_only_planned_is_not():
    rows = [
        row("a", "active", 2.5),
        row("b", "error", 10),
        row("c", "creating", None),
        row("d", "destroyed", 99),
        row("e", "planned", None),
    ]
    report = costs(rows, [machine("a"), machine("b")], NOW)
    assert report.lines == (
        "- a (digitalocean, active): 2.5 h old, 1.5 USD",
        "- b (digitalocean, error): 10.0 h old, 5.0 USD",
        "- c (digitalocean, creating): not made yet, 0 USD",
    )
    assert (report.usd, report.strangers) == (Decimal("6.5"), ())


def test_a_machine_that_no_batch_knows_or_that_should_be_gone_is_nobodys():
    report = costs([row("a", "active", 1), row("gone", "destroyed", 9)], [machine(n) for n in ("x", "a", "gone")], NOW)
    assert report.strangers == ("gone", "x")
    assert "- x: nobody's; look at it at the provider" in report.text
