"""Plans: the old manager's rule line for line, and each volume by itself; every day looked at has its reason."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.logic.plan import Action, Dump, PlanLine, by_volume, full_set

TODAY = date(2021, 8, 21)
VOLUMES = ("scratch114", "scratch115")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def dumps(
    *days: int, volumes: tuple[str, ...] = VOLUMES, standing: Dump = Dump.WAITING
) -> dict[tuple[date, str], Dump]:
    return {(ago(day), volume): standing for day in days for volume in volumes}


def short(lines: list[PlanLine]) -> list[tuple[int, str]]:
    return [((TODAY - line.day).days, str(line.action)) for line in lines]


def to_run(lines: list[PlanLine]) -> list[tuple[date, str]]:
    return [(line.day, line.volume) for line in lines if line.action is Action.RUN]


def test_the_newest_full_day_is_run_and_no_older_one_is_looked_at() -> None:
    lines = full_set(TODAY, 10, VOLUMES, dumps(2, 3), set())
    assert short(lines) == [(0, "skip"), (1, "skip"), (2, "run")]
    assert to_run(lines) == [(ago(2), "")]


def test_a_report_ends_the_look_before_the_day_is_looked_at() -> None:
    lines = full_set(TODAY, 10, VOLUMES, dumps(1, 3), {ago(1)})
    assert short(lines) == [(0, "skip"), (1, "stop")]
    assert "report-20210820.tsv" in lines[-1].reason


def test_a_full_day_behind_a_newer_report_is_never_run() -> None:
    assert to_run(full_set(TODAY, 10, VOLUMES, dumps(5), {ago(4)})) == []


def test_one_late_volume_holds_the_day_and_is_named() -> None:
    lines = full_set(TODAY, 10, VOLUMES, dumps(0, volumes=("scratch114",)) | dumps(1), set())
    assert short(lines) == [(0, "skip"), (1, "run")]
    assert lines[0].reason == "1 of 2 missing: scratch115 (no dump)"


def test_a_dump_that_was_rejected_or_grows_is_none_and_a_loaded_one_is_one() -> None:
    given_dumps = {
        **dumps(0, standing=Dump.REJECTED),
        **dumps(1, standing=Dump.INCOMPLETE),
        **dumps(2, standing=Dump.LOADED),
    }
    lines = full_set(TODAY, 10, VOLUMES, given_dumps, set())
    assert short(lines) == [(0, "skip"), (1, "skip"), (2, "run")]
    assert "rejected" in lines[0].reason
    assert "still being written" in lines[1].reason


@pytest.mark.parametrize("days", [1, 3, 10])
def test_only_so_many_days_are_looked_at(days: int) -> None:
    lines = full_set(TODAY, days, VOLUMES, dumps(days), set())
    assert short(lines) == [*((n, "skip") for n in range(days)), (days - 1, "none")]
    assert f"GRT_LUSTRE_MAX_DAYS_AGO={days}" in lines[-1].reason


def test_where_no_volume_is_expected_no_day_is_full() -> None:
    with pytest.raises(BadInputError, match="GRT_LUSTRE_VOLUMES"):
        full_set(TODAY, 10, (), dumps(0), set())


def test_each_volume_takes_its_own_newest_dump() -> None:
    given_dumps = {
        **dumps(1, volumes=("a",)),
        **dumps(0, volumes=("b",), standing=Dump.REJECTED),
        **dumps(4, volumes=("b",)),
        **dumps(2, volumes=("c",), standing=Dump.LOADED),
        **dumps(3, volumes=("c",)),
    }
    lines = by_volume(TODAY, 5, ("d", "c", "b", "a"), given_dumps)
    assert to_run(lines) == [(ago(1), "a"), (ago(4), "b")]
    assert [line.volume for line in lines if line.action is Action.STOP] == ["c"]
    assert [line.volume for line in lines if line.action is Action.NONE] == ["d"]
    assert next(line for line in lines if line.volume == "b").reason == "its dump was rejected"


STANDINGS = st.dictionaries(
    st.tuples(st.integers(0, 12).map(ago), st.sampled_from(VOLUMES)), st.sampled_from(list(Dump))
)


@given(STANDINGS, st.sets(st.integers(0, 12).map(ago)), st.integers(1, 11))
def test_what_is_run_is_full_new_enough_and_newer_than_any_report(given_dumps, reported, days: int) -> None:
    lines = full_set(TODAY, days, VOLUMES, given_dumps, reported)
    looked_at = [line.day for line in lines if line.action is not Action.NONE]
    assert looked_at == sorted(looked_at, reverse=True)
    assert all(line.reason for line in lines)
    for day, _ in to_run(lines):
        assert (TODAY - day).days < days
        assert all(given_dumps[day, volume] in (Dump.WAITING, Dump.LOADED) for volume in VOLUMES)
        assert all(other < day for other in reported)


@given(STANDINGS, st.integers(1, 11))
def test_volume_by_volume_nothing_runs_twice_nor_behind_what_is_loaded(given_dumps, days: int) -> None:
    for day, volume in to_run(by_volume(TODAY, days, VOLUMES, given_dumps)):
        assert given_dumps[day, volume] is Dump.WAITING
        newer = [given_dumps.get((day + timedelta(days=n), volume)) for n in range(1, 13)]
        assert not {Dump.WAITING, Dump.LOADED} & set(newer)
