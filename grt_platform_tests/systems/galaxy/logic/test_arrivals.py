"""The sensor's decision: nothing whole and quiet is missed, nothing half or growing is taken."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grt_platform.kernel.arriving import MOST_ANNOUNCED, Cursor, Round, look
from grt_platform.kernel.objects import StoredObject
from grt_platform.systems.galaxy.logic.arrivals import Pairing, read_inbox

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ONE = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"


def stored(name: str, *, age_s: float = 600, etag: str = "a", size: int = 10, instance: str = ONE) -> StoredObject:
    return StoredObject(f"galaxy/{instance}/archives/{name}", size, NOW - timedelta(seconds=age_s), etag)


def pair(stem: str, **facts) -> list[StoredObject]:
    return [stored(f"{stem}.tar.gz", **facts), stored(f"{stem}.json", **facts)]


def test_a_quiet_pair_is_announced_at_the_first_look():
    inbox = read_inbox(pair("0"))
    assert [a.stem for a in look(inbox.arrivals, Cursor(), NOW).announce[ONE]] == ["0"]


def test_a_half_pair_is_never_announced_and_is_reported():
    inbox = read_inbox([stored("0.tar.gz"), stored("1.json")])
    assert inbox.arrivals == ()
    assert {item.key.rsplit("/", 1)[1] for item in inbox.incomplete} == {"0.tar.gz", "1.json"}


def test_a_young_pair_waits_for_a_second_equal_look():
    inbox = read_inbox(pair("0", age_s=1))
    first = look(inbox.arrivals, Cursor(), NOW)
    assert first.announce == {}
    assert ONE in look(inbox.arrivals, first.cursor, NOW).announce


def test_a_growing_pair_is_not_taken():
    first = look(read_inbox(pair("0", age_s=1)).arrivals, Cursor(), NOW)
    second = look(read_inbox(pair("0", age_s=1, size=20, etag="b")).arrivals, first.cursor, NOW)
    assert second.announce == {}


@pytest.mark.parametrize("hours", [-30, -2, 0])
def test_where_the_clock_of_the_store_is_ahead_an_archive_waits_for_a_second_equal_look_and_no_longer(hours: int):
    arrivals = read_inbox(pair("0", age_s=3600 * hours)).arrivals
    first = look(arrivals, Cursor(), NOW)
    assert first.announce == {}
    assert ONE in look(arrivals, Cursor.parse(first.cursor.text()), NOW).announce
    grown = read_inbox(pair("0", age_s=3600 * hours, size=20, etag="b")).arrivals
    assert look(grown, first.cursor, NOW).announce == {}


def test_what_the_ledger_knows_is_not_announced_again():
    inbox = read_inbox(pair("0"))
    known = {inbox.arrivals[0].identity}
    again = read_inbox(pair("0"), known)
    assert (again.arrivals, again.known) == ((), 1)
    assert look(again.arrivals, Cursor(), NOW).announce == {}


def test_other_bytes_under_a_known_name_are_announced():
    known = {read_inbox(pair("0")).arrivals[0].identity}
    assert ONE in look(read_inbox(pair("0", etag="b"), known).arrivals, Cursor(), NOW).announce


def test_late_and_out_of_order_names_are_announced():
    known = {read_inbox(pair("9")).arrivals[0].identity}
    inbox = read_inbox([*pair("9"), *pair("3", age_s=90_000)], known)
    assert [a.stem for a in look(inbox.arrivals, Cursor(), NOW).announce[ONE]] == ["3"]


def test_an_announced_archive_is_announced_again_only_after_its_delay():
    inbox = read_inbox(pair("0"))
    first = look(inbox.arrivals, Cursor(), NOW)
    soon = look(inbox.arrivals, first.cursor, NOW + timedelta(minutes=9))
    assert soon.announce == {}
    late = look(inbox.arrivals, soon.cursor, NOW + timedelta(minutes=11))
    assert ONE in late.announce
    assert look(inbox.arrivals, late.cursor, NOW + timedelta(minutes=25)).announce == {}
    assert ONE in look(inbox.arrivals, late.cursor, NOW + timedelta(minutes=32)).announce


def test_a_look_at_some_groups_forgets_nothing_of_the_others_and_the_next_goes_on_behind_them():
    first, last = (f"{n:08x}-20f4-4b1e-8c0d-7d1f4d1e2207" for n in (1, 2))
    here, there = (read_inbox(pair("0", instance=one, age_s=1)).arrivals for one in (first, last))
    cursor = look([*here, *there], Cursor(), NOW).cursor
    seen = look(here, cursor, NOW, Round("", first))
    assert (set(seen.announce), seen.cursor.after) == ({first}, first)
    cursor = Cursor.parse(seen.cursor.text())
    seen = look(there, cursor, NOW, Round(cursor.after, ""))
    assert (set(seen.announce), seen.cursor.after) == ({last}, "")
    assert set(seen.cursor.announced) == {first, last}
    again = look(here, seen.cursor, NOW + timedelta(minutes=5), Round("", first))
    assert again.announce == {}, "its patience is not over"


def test_a_look_that_may_not_announce_all_looks_there_again():
    ids = [f"{n:08x}-20f4-4b1e-8c0d-7d1f4d1e2207" for n in range(MOST_ANNOUNCED + 7)]
    inbox = read_inbox([item for one in ids for item in pair("0", instance=one)])
    part = Round("", ids[-1])
    first = look(inbox.arrivals, Cursor(), NOW, part)
    assert first.cursor.after == ""
    second = look(inbox.arrivals, first.cursor, NOW, part)
    assert (len(second.announce), second.cursor.after) == (7, ids[-1])


def test_a_further_archive_is_announced_at_once_although_another_waits():
    first = look(read_inbox(pair("0")).arrivals, Cursor(), NOW)
    assert ONE in look(read_inbox([*pair("0"), *pair("1")]).arrivals, first.cursor, NOW).announce


def test_one_look_announces_a_bounded_number_and_the_next_goes_on():
    ids = [f"{n:08x}-20f4-4b1e-8c0d-7d1f4d1e2207" for n in range(MOST_ANNOUNCED + 7)]
    inbox = read_inbox([item for one in ids for item in pair("0", instance=one)])
    first = look(inbox.arrivals, Cursor(), NOW)
    second = look(inbox.arrivals, first.cursor, NOW)
    assert len(first.announce) == MOST_ANNOUNCED
    assert set(first.announce) | set(second.announce) == set(ids)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.text(".1jkt", min_size=1, max_size=5), max_size=8), st.integers(0, 100))
def test_a_listing_that_ends_anywhere_and_is_gone_on_with_has_the_same_pairs_each_once(stems: set[str], at: int):
    keys = {f"{stem}.{kind}" for stem in stems if stem[0] != "." for kind in ("json", "tar.gz", "k", "json.json")}
    facts = sorted((stored(key) for key in keys), key=lambda fact: fact.key)
    whole = read_inbox(facts)
    at = at % (len(facts) + 1)
    first, beyond = facts[:at], {fact.key: fact for fact in facts[at:]}
    last = first[-1].key if first else ""
    pairing = Pairing()
    found = [arrival.source for arrival in pairing.pairs(first)]
    wanted = pairing.wanted(last)
    assert all(key > last for key in wanted)
    assert len(wanted) <= last.count(".")
    found += [arrival.source for arrival in pairing.pairs(beyond[key] for key in wanted if key in beyond)]
    rest = Pairing(last)
    found += [arrival.source for arrival in rest.pairs(facts[at:])]
    assert sorted(found) == sorted(arrival.source for arrival in whole.arrivals)
    halves = {half.key for half in (*pairing.halves, *rest.halves)}
    assert halves <= {half.key for half in whole.incomplete} or not last


@pytest.mark.parametrize("text", [None, "", "7", "[]", "{", '{"seen": 1, "announced": {"a": [1]}}'])
def test_a_damaged_cursor_counts_as_never_having_looked(text):
    assert Cursor.parse(text) == Cursor()


def test_a_cursor_survives_its_text():
    cursor = look(read_inbox([*pair("0"), *pair("1", age_s=1)]).arrivals, Cursor(), NOW).cursor
    assert Cursor.parse(cursor.text()) == cursor


@pytest.mark.parametrize(
    "key",
    [
        "galaxy/not-a-uuid/archives/0.tar.gz",
        f"galaxy/{ONE}/archives/.0.tar.gz",
        f"galaxy/{ONE}/archives/sub/0.tar.gz",
        f"galaxy/{ONE}/0.tar.gz",
        f"galaxy/{ONE}/archives/0.tar",
        f"galaxy/{ONE.upper()}/archives/0.tar.gz",
        f"galaxy/{ONE}/archives/a\nb.tar.gz",
    ],
)
def test_a_strange_name_is_reported_and_taken_for_nothing(key):
    inbox = read_inbox([StoredObject(key, 1, NOW, "a")])
    assert inbox.strangers == (key,)
