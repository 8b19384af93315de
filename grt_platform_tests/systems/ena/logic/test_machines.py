"""The life of a machine: nothing is destroyed before its files are home, nothing is done while a person must look."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from grt_platform.systems.ena.logic.machines import MachineRow, Situation, State, Step, cost_usd, is_late, next_step

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ROW = MachineRow("t562-0", 562, State.PLANNED, 1, "7", "192.0.2.7", NOW)
KNOWN = Situation(NOW, free=1, is_held=False, is_home=False, poll_every=timedelta(minutes=5))


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.PLANNED, Step.CREATE),
        (State.CREATING, Step.FIND),
        (State.ACTIVE, Step.POLL),
        (State.READY, Step.COLLECT),
        (State.ERROR, Step.RESTART),
        (State.COLLECTED, Step.DESTROY),
        (State.DESTROYED, Step.WAIT),
    ],
)
def test_each_state_has_its_next_step(state, step):
    assert next_step(replace(ROW, state=state), KNOWN) is step


@pytest.mark.parametrize("ip", [None, "192.0.2.7"])
def test_a_failed_machine_holds_its_taxon_until_a_person_has_looked(ip):
    assert next_step(replace(ROW, state=State.ERROR, reason="no space", ip=ip), KNOWN) is Step.HOLD


@pytest.mark.parametrize("unknown", [{"machine_id": None, "ip": None}, {"ip": None}])
@pytest.mark.parametrize("state", [State.READY, State.ERROR])
def test_a_machine_that_reported_before_it_was_written_down_is_found_first(state, unknown):
    early = replace(ROW, state=state, **unknown)
    assert next_step(early, KNOWN) is Step.FIND
    assert next_step(early, replace(KNOWN, is_held=True)) is Step.WAIT


def test_a_collection_that_failed_is_not_tried_again_at_once():
    ready = replace(ROW, state=State.READY, polled_at=NOW - timedelta(minutes=4))
    assert next_step(ready, KNOWN) is Step.WAIT
    assert next_step(ready, replace(KNOWN, is_home=True)) is Step.DESTROY


@pytest.mark.parametrize("state", [state for state in State if state is not State.COLLECTED])
def test_while_a_person_must_look_nothing_is_done_and_nothing_destroyed(state):
    assert next_step(replace(ROW, state=state), replace(KNOWN, is_held=True, is_home=True)) is Step.WAIT


def test_what_is_home_may_go_even_while_a_person_must_look():
    assert next_step(replace(ROW, state=State.COLLECTED), replace(KNOWN, is_held=True)) is Step.DESTROY


def test_only_a_ready_machine_whose_files_are_home_is_destroyed():
    destroyed = {
        (state, is_home)
        for state in State
        for is_home in (False, True)
        if next_step(replace(ROW, state=state), replace(KNOWN, is_home=is_home)) is Step.DESTROY
    }
    assert destroyed == {(State.READY, True), (State.COLLECTED, False), (State.COLLECTED, True)}


def test_the_cap_over_all_taxa_holds_machines_back():
    assert next_step(ROW, replace(KNOWN, free=0)) is Step.WAIT


def test_a_silent_machine_is_looked_at_now_and_then():
    active = replace(ROW, state=State.ACTIVE)
    assert next_step(replace(active, polled_at=NOW - timedelta(minutes=4)), KNOWN) is Step.WAIT
    assert next_step(replace(active, polled_at=NOW - timedelta(minutes=5)), KNOWN) is Step.POLL


def test_a_machine_is_late_until_it_has_answered():
    late = replace(ROW, state=State.ACTIVE, deadline_at=NOW - timedelta(seconds=1))
    assert is_late(late, NOW)
    assert not is_late(replace(late, state=State.READY), NOW)
    assert not is_late(replace(late, deadline_at=None), NOW)
    assert not is_late(replace(late, deadline_at=NOW), NOW)


def test_begun_hours_cost_whole():
    price = Decimal("0.00893")
    assert cost_usd(price, NOW, NOW + timedelta(minutes=61)) == 2 * price
    assert cost_usd(price, NOW, NOW + timedelta(hours=1)) == price
    for price_given, created in ((None, NOW), (price, None), (price, NOW + timedelta(hours=1))):
        assert cost_usd(price_given, created, NOW) == 0
