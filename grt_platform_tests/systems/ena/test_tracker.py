"""The tracker in Postgres: every argument answered, changes never lost, removal never orphans a machine."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.systems.ena.logic.stages import Stage, Status, Taxon
from grt_platform.systems.ena.logic.wanted import Wanted
from grt_platform.systems.ena.tracker import ADDED, INVALID, TRACKED, Tracker
from grt_platform_tests.systems.ena.logic.samples import sample

NOW, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def tracker(warehouse):
    return Tracker(warehouse)


def due(tracker, most: int = 10) -> list[int]:
    return [taxon.taxonomy_id for taxon, _ in tracker.due(most, LATER, timedelta(hours=1))]


def add_machine(warehouse, taxonomy_id: int, state: str) -> None:
    sql = """INSERT INTO ena.machines (batch_id, taxonomy_id, provider, machine_name, state, attempt, planned_at)
             VALUES (%s, %s, 'local', 'm', %s, 1, now())"""
    with warehouse.connection() as connection:
        connection.execute(sql, [f"t{taxonomy_id}-{state}", taxonomy_id, state])


def test_every_argument_is_answered_in_its_order(tracker):
    outcomes = [one.outcome for one in tracker.add(["562", "x", "570", "562", "0"], NOW)]
    assert outcomes == [ADDED, INVALID, ADDED, TRACKED, INVALID]
    [row] = tracker.rows([562])
    assert (row["stage"], row["stage_name"], row["last_run_status"], row["added_at"]) == (
        2,
        "fetch accession CSV",
        "",
        NOW,
    )


def test_the_next_taxon_comes_first_and_those_that_wait_for_a_person_not_at_all(tracker):
    tracker.add(["1", "2", "3", "4", "5", "6"], NOW)
    tracker.change(1, lambda taxon: taxon.began(LATER), LATER)
    tracker.change(2, lambda taxon: taxon.began(NOW), LATER)
    tracker.set_priority(4, 1, LATER)
    tracker.set_priority(5, -1, LATER)
    tracker.change(6, lambda taxon: taxon.failed("look"), LATER)
    assert due(tracker) == [4, 3, 2, 1]
    assert due(tracker, 1) == [4]


def test_a_change_sees_the_row_as_it_is_and_none_is_lost(tracker):
    tracker.add(["562"], NOW)

    def slowly(taxon: Taxon) -> Taxon:
        time.sleep(0.02)
        return taxon.with_ip(f"10.0.0.{len(taxon.droplet_ips) + 1}")

    threads = [threading.Thread(target=tracker.change, args=(562, slowly, NOW)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tracker.get(562).droplet_ips == tuple(f"10.0.0.{n}" for n in range(1, 9))


def test_an_error_waits_for_a_person_who_clears_it(tracker):
    tracker.add(["562"], NOW)
    tracker.change(562, lambda taxon: taxon.began(NOW).fetched().failed("ENA answered 400: no such field"), NOW)
    assert due(tracker) == []
    cleared = tracker.clear(562, LATER)
    assert (cleared.stage, cleared.last_run_status) == (Stage.FILTER, Status.IN_PROGRESS)
    assert due(tracker) == [562]


def test_a_taxon_with_a_warning_is_left_alone_for_a_while_and_is_not_lost(tracker):
    tracker.add(["562"], NOW)
    tracker.change(562, Taxon.warned, LATER)
    assert tracker.rows([562])[0]["changed_at"] == LATER
    assert due(tracker) == []
    hour = timedelta(hours=1)
    assert [taxon.taxonomy_id for taxon, _ in tracker.due(1, LATER + hour, hour)] == [562]


def test_a_complete_taxon_is_due_again_once_it_was_not_checked_for_long(tracker):
    tracker.add(["562", "570"], NOW)
    tracker.change(562, lambda taxon: taxon.began(NOW).completed(), NOW)
    tracker.change(570, lambda taxon: taxon.began(LATER).completed(), NOW)
    assert due(tracker) == []
    assert tracker.recheck(LATER, timedelta(days=7)) == [562]
    assert due(tracker) == [562]
    assert tracker.recheck(LATER, timedelta(days=7)) == []


def test_a_taxon_keeps_its_rules(tracker):
    tracker.add(["562"], NOW)
    assert tracker.wanted(562) == Wanted()
    rules = Wanted(genome_size=5_000_000, min_depth=30.5, max_run_bytes=10**10)
    tracker.set_wanted(562, rules)
    assert tracker.wanted(562) == rules


@pytest.mark.parametrize(
    "ask",
    [
        lambda tracker: tracker.get(562),
        lambda tracker: tracker.clear(562, NOW),
        lambda tracker: tracker.set_priority(562, 1, NOW),
        lambda tracker: tracker.set_wanted(562, Wanted()),
        lambda tracker: tracker.wanted(562),
        lambda tracker: tracker.remove(562),
    ],
)
def test_an_untracked_taxon_is_told_with_the_remedy(tracker, ask):
    with pytest.raises(BadInputError, match="grt ena add 562"):
        ask(tracker)


def test_a_priority_out_of_bounds_is_refused(tracker):
    tracker.add(["562"], NOW)
    for priority in (-2, 10**9):
        with pytest.raises(BadInputError, match="stopped"):
            tracker.set_priority(562, priority, NOW)


def test_a_taxon_without_machines_leaves_at_once(tracker, warehouse):
    tracker.add(["562"], NOW)
    add_machine(warehouse, 562, "destroyed")
    assert tracker.remove(562)
    assert tracker.rows() == []


@pytest.mark.parametrize("state", ["creating", "active", "ready", "error", "collected"])
def test_a_taxon_with_a_machine_drains_first_and_nothing_begins_for_it(tracker, warehouse, state):
    tracker.add(["562"], NOW)
    add_machine(warehouse, 562, state)
    assert not tracker.remove(562)
    assert due(tracker) == []
    assert not tracker.drained(562)
    with warehouse.connection() as connection:
        connection.execute("UPDATE ena.machines SET state = 'destroyed'")
    assert tracker.drained(562)
    assert tracker.rows() == []


def test_a_tracker_file_is_taken_row_by_row_and_written_back_without_loss(tracker):
    answered = tracker.load(sample("microfetch_csv_144a67b.csv"), "microfetch.csv", NOW)
    assert [one.outcome for one in answered] == [ADDED, ADDED]
    assert [one.outcome for one in tracker.load(sample("microfetch_csv_6e1fae3.csv"), "m.csv", NOW)] == [TRACKED, ADDED]
    written = tracker.dump()
    assert b"755,,,ready,,1,update accession CSV,1,,2022-04-20 12:00:30.143053," in written
    assert [one.outcome for one in tracker.load(written, "m.csv", NOW)] == [TRACKED] * 3


def test_a_file_that_is_no_tracker_takes_nothing(tracker):
    with pytest.raises(BadSourceError):
        tracker.load(b"a,b\n1,2\n", "m.csv", NOW)
    assert tracker.rows() == []


def test_ten_thousand_taxa_are_looked_through_in_less_than_a_second(tracker):
    tracker.add(map(str, range(1, 10_001)), NOW)
    began = time.process_time()
    assert len(due(tracker)) == 10
    assert time.process_time() - began < 1
