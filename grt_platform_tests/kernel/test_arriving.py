"""The sensor's decision where one group is more than a look can hold: announced whole, once, and never forgotten."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grt_platform.kernel.arriving import MOST_ANNOUNCED, MOST_REMEMBERED, QUIET, Budget, Cursor, Look, Pile, Round, look

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)


@dataclass(frozen=True)
class One:
    """An arrival."""

    stem: str
    group: str = "b"
    etag: str = "e"
    size_bytes: int = 10
    modified_at: datetime = LONG_AGO


MANY = [One(f"{number:03}", size_bytes=number) for number in range(60)]


def round_of(
    arrivals: list[One], cuts: list[int], cursor: Cursor, now: datetime = NOW
) -> tuple[list[Look[One]], Cursor]:
    """The looks of one round over groups a, b and c; b is cut behind these arrivals."""
    ends, looks = [*cuts, len(arrivals)], list[Look[One]]()
    places = [("a", ""), *(("b", arrivals[at - 1].stem) for at in cuts), ("b", ""), ("", "")]
    pieces = [[One("x", "a")], *(arrivals[i:j] for i, j in zip([0, *cuts], ends, strict=True)), [One("x", "c")]]
    for (last, upto), piece in zip(places, pieces, strict=True):
        assert (cursor.after, cursor.within) == (places[len(looks) - 1] if looks else ("", ""))
        seen = look(piece, cursor, now, Round(cursor.after, last, cursor.within, upto))
        cursor = Cursor.parse(seen.cursor.text())
        looks.append(seen)
    return looks, cursor


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, 59), min_size=1, max_size=6, unique=True).map(sorted))
def test_a_group_cut_anywhere_is_announced_once_at_its_end_with_all_that_was_found(cuts: list[int]) -> None:
    looks, cursor = round_of(MANY, cuts, Cursor())
    told = [group for seen in looks for group in seen.announce]
    assert told == ["a", "b", "c"]
    whole = look(MANY, Cursor(), NOW).piles["b"]
    found = next(seen.piles["b"] for seen in looks if "b" in seen.piles)
    assert replace(found, sample=sorted(found.sample)) == replace(whole, sample=sorted(whole.sample))
    assert (found.arrivals, found.size_bytes, found.first, found.last) == (60, sum(range(60)), "000", "059")
    other_cuts = [61 - cut for cut in reversed(cuts)] if 1 not in cuts else [30]
    again, cursor = round_of(MANY, other_cuts, cursor, NOW + timedelta(minutes=9))
    assert not [group for seen in again for group in seen.announce], "its patience is not over"
    late, cursor = round_of(MANY, cuts, cursor, NOW + timedelta(minutes=11))
    assert [group for seen in late for group in seen.announce] == ["a", "b", "c"]
    joined, _ = round_of([One("0000"), *MANY], cuts, cursor, NOW + timedelta(minutes=12))
    assert [group for seen in joined for group in seen.announce] == ["b"], "one more arrival"


def test_what_is_loaded_of_a_cut_group_is_not_told_and_leaves_no_trace() -> None:
    _, cursor = round_of(MANY, [20, 40], Cursor())
    looks, cursor = round_of([], [], cursor)
    assert not [seen for seen in looks if "b" in seen.announce]
    assert set(cursor.announced) == {"a", "c"}
    assert (cursor.after, cursor.within, cursor.begun) == ("", "", None)


def test_a_cursor_survives_its_text_in_the_middle_of_a_group() -> None:
    cursor = look(MANY, Cursor(), NOW, Round("", "b", "", "059")).cursor
    assert (cursor.after, cursor.within, cursor.begun and cursor.begun.arrivals) == ("b", "059", 60)
    assert Cursor.parse(cursor.text()) == cursor
    assert len(cursor.text()) < 3000, "however many arrivals"
    assert Cursor.parse(cursor.text().replace('"begun":[60', '"begun":["x"')) == Cursor()


def test_a_look_that_may_not_announce_all_begins_again_where_it_began_in_a_cut_group() -> None:
    begun = look(MANY[:30], Cursor(), NOW, Round("", "b", "", "029")).cursor
    others = [One("x", f"c{number:03}") for number in range(MOST_ANNOUNCED)]
    full = look([*MANY[30:], *others], begun, NOW, Round("b", "c999", "029"))
    assert len(full.announce) == MOST_ANNOUNCED
    assert (full.cursor.after, full.cursor.within, full.cursor.begun) == ("b", "029", begun.begun)
    rest = look([*MANY[30:], *others], full.cursor, NOW, Round("b", "c999", "029"))
    assert len(rest.announce) == 1
    assert full.piles["b"].arrivals == 60


def test_of_very_many_young_arrivals_some_are_remembered_and_the_others_are_taken_when_they_are_quiet() -> None:
    young = [One(f"{number:06}", modified_at=NOW) for number in range(MOST_REMEMBERED + 50)]
    first = look(young, Cursor(), NOW)
    assert (first.announce, len(first.cursor.seen)) == ({}, MOST_REMEMBERED)
    second = look(young, first.cursor, NOW + timedelta(seconds=10))
    assert len(second.announce["b"]) == MOST_REMEMBERED
    third = look(young, second.cursor, NOW + QUIET)
    assert len(third.announce["b"]) == MOST_REMEMBERED + 50


def test_another_time_draws_another_sample_of_the_same_pile() -> None:
    first, second = (look(MANY, Cursor(), NOW + timedelta(minutes=later)).piles["b"] for later in (0, 1))
    assert len(first.sample) == len(second.sample) == 20
    assert {stem for _, stem, _ in first.sample} != {stem for _, stem, _ in second.sample}
    assert first.digest == second.digest
    assert Pile.of(first.told()) == first


def test_a_budget_is_spent_by_objects_or_by_time() -> None:
    seconds = [0.0]
    budget = Budget(10, 2.0, lambda: seconds[0])
    budget.spend(9)
    assert not budget.is_spent
    budget.spend(1)
    assert budget.is_spent
    late = Budget(10, 2.0, lambda: seconds[0])
    seconds[0] = 2.0
    assert late.is_spent


def test_a_page_is_full_or_ends_with_its_listing_or_at_a_pause_after_the_time() -> None:
    seconds = [0.0]
    budget, listing = Budget(100, 2.0, lambda: seconds[0]), iter([None, 1, 2, None, 3, None, 4, None, 5])
    assert budget.page(listing, 3) == ([1, 2, 3], True)
    seconds[0] = 2.0
    assert budget.page(listing, 3) == ([], True), "the time was over at the first pause"
    assert budget.page(listing, 3) == ([4], True)
    assert budget.page(listing, 3) == ([5], False)
    assert budget.page(listing, 3) == ([], False)
