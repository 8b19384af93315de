"""The stages of a taxon: the way through, what an error keeps, and who is next."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.ena.logic.stages import STOPPED, Stage, Status, Taxon, in_order

NOW, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def test_a_taxon_goes_from_new_to_complete_and_then_updates():
    taxon = Taxon(562)
    assert (taxon.last_run_status, taxon.stage) == (Status.NEW, Stage.FETCH)
    taxon = taxon.began(NOW).fetched()
    assert (taxon.last_run_status, taxon.stage, taxon.last_checked) == (Status.IN_PROGRESS, Stage.FILTER, NOW)
    taxon = taxon.filtered(has_new_runs=True)
    assert taxon.stage is Stage.FARM
    taxon = taxon.farmed(["10.0.0.1"]).with_ip("10.0.0.2").with_ip("10.0.0.1").ready()
    assert (taxon.stage, taxon.droplet_ips, taxon.last_run_status) == (
        Stage.AWAIT,
        ("10.0.0.1", "10.0.0.2"),
        Status.READY,
    )
    taxon = taxon.collected("10.0.0.1").collected("10.0.0.2")
    assert taxon.droplet_ips == ()
    taxon = taxon.completed()
    assert (taxon.stage, taxon.last_run_status) == (Stage.UPDATE, Status.COMPLETE)


def test_nothing_new_is_complete_at_once_and_a_warning_is_remembered_until_the_next_check():
    taxon = Taxon(562).began(NOW).warned().fetched().filtered(has_new_runs=False)
    assert (taxon.stage, taxon.last_run_status) == (Stage.UPDATE, Status.WARNING)
    assert not taxon.began(LATER).generated_warning


def test_an_error_keeps_stage_and_addresses_and_clearing_resumes_there():
    taxon = Taxon(562).began(NOW).farmed(["10.0.0.1"]).failed("disk\nfull").failed("and then more")
    assert (taxon.stage, taxon.droplet_ips, taxon.needs_attention) == (Stage.AWAIT, ("10.0.0.1",), "disk full")
    assert (taxon.last_run_status, taxon.is_due) == (Status.ERROR, False)
    cleared = taxon.cleared()
    assert (cleared.stage, cleared.needs_attention, cleared.is_due) == (Stage.AWAIT, "", True)
    assert Taxon(1).cleared() == Taxon(1)
    assert Taxon(1).failed("").needs_attention


def test_the_next_taxon_has_priority_then_was_never_checked_then_waits_longest():
    taxa = [
        Taxon(1, last_checked=LATER),
        Taxon(2, last_checked=NOW),
        Taxon(3),
        Taxon(4, priority=1, last_checked=LATER),
        Taxon(5, needs_attention="look", priority=9),
        Taxon(6, priority=STOPPED),
    ]
    assert [taxon.taxonomy_id for taxon in in_order(taxa)] == [4, 3, 2, 1]


@given(st.permutations([Taxon(n, last_checked=NOW if n % 2 else None, priority=n % 3) for n in range(1, 9)]))
def test_the_order_does_not_depend_on_how_taxa_are_listed(taxa):
    assert [taxon.taxonomy_id for taxon in in_order(taxa)] == [2, 8, 5, 4, 1, 7, 6, 3]
