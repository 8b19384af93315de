"""Reports that name the same jobs: who wins, within a month and over months that are rebuilt in any order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.logic.reports import Report
from grt_platform_tests.galaxy_archives import HEADERS, Made, make_archive
from grt_platform_tests.systems.galaxy.logic.loading import RECEIVED, Instance, load_all, load_made, report

TABLES = ("jobs", "metrics_num", "history", "claims", "reports", "quarantine")
MONTHS = ("2022-08", "2022-09", "2022-10")
PHASES = (Phase.explicit, Phase.generate)  # each try loads many months, so shrinking a failure takes minutes


def tiny(jobs: str, metrics: str = "", generated: str = "1656720000.0", **changes: Any) -> Made:
    """A report with exactly these lines, written with commas for tabs."""
    texts = {"jobs": jobs, "metric_num": metrics}
    bodies = {kind: f"{HEADERS[kind]}\n{text}".replace(",", "\t").encode() for kind, text in texts.items()}
    return make_archive(texts={**bodies, "datasets": None}, generated=generated, **changes)


OLD = tiny("1,cat,1,running,None\n2,cat,1,ok,None\n", "1,core,cores,1\n2,core,cores,2\n", "1656720000.0")
NEW = tiny("1,cat,1,ok,None\n2,cat,1,ok,None\n", "1,core,cores,4\n2,core,cores,2\n", "1656720009.0")


def test_the_report_made_later_wins_a_job_with_its_rows_and_the_other_is_history() -> None:
    for order in ((OLD, NEW), (NEW, OLD)):
        loaded = load_made(*order)
        assert [(row["job_id"], row["state"]) for row in loaded.rows("jobs")] == [(1, "ok"), (2, "ok")]
        assert [(row["job_id"], row["value"]) for row in loaded.rows("metrics_num")] == [(1, 4), (2, 2)]
        assert [(row["member"], row["job_id"], row["superseded_by"], row["row"]) for row in loaded.rows("history")] == [
            ("jobs", 1, NEW.report_id, '{"tool_id":"cat","tool_version":"1","state":"running","created_at":null}'),
            ("metric_num", 1, NEW.report_id, '{"plugin":"core","name":"cores","value":"1.0000000"}'),
        ]
        old = next(row for row in loaded.rows("ledger") if row["source"] == f"{OLD.report_id}.tar.gz")
        assert (old["rows_loaded"], old["rows_superseded"], old["rows_duplicate"]) == (0, 2, 2)


def test_the_same_bytes_under_another_name_are_a_duplicate() -> None:
    loaded = load_all([report(OLD), report(OLD, RECEIVED + timedelta(hours=1), "other")])
    assert [row["status"] for row in loaded.rows("ledger")] == ["loaded", "duplicate"]
    assert loaded.table("jobs").height == 2


def test_the_last_received_version_of_a_report_is_loaded() -> None:
    again = tiny("9,cat,1,ok,None\n")
    versions = [report(OLD), report(again, RECEIVED + timedelta(hours=1), f"{OLD.report_id}~0123456789ab")]
    for order in (versions, versions[::-1]):
        loaded = load_all(order)
        assert [row["job_id"] for row in loaded.rows("jobs")] == [9]
        assert {row["sha256"]: (row["status"], row["rows_superseded"]) for row in loaded.rows("ledger")} == {
            OLD.sha256: ("replaced", 4),
            again.sha256: ("loaded", 0),
        }


@pytest.mark.parametrize("fault", ["container", "rows"])
def test_a_rejected_replacement_leaves_the_first_version_loaded(fault: str) -> None:
    bad = {"container": b"no header", "rows": f"{HEADERS['jobs']}\nx\ny\n".encode()}[fault]
    replacement = make_archive(texts={"jobs": bad})
    loaded = load_all([report(OLD), report(replacement, RECEIVED + timedelta(hours=1))])
    assert [row["status"] for row in loaded.rows("ledger")] == ["loaded", "rejected"]
    assert loaded.table("jobs").height == 2


def test_metadata_corrected_later_loads_the_same_bytes() -> None:
    wrong = Made(OLD.report_id, OLD.archive, OLD.metadata.replace(b"sha256:", b"sha256:00"))
    loaded = load_all([report(wrong), report(OLD, RECEIVED + timedelta(hours=1))])
    assert [row["status"] for row in loaded.rows("ledger")] == ["rejected", "loaded"]


def test_within_a_report_the_last_line_of_a_job_wins_and_equal_lines_are_duplicates() -> None:
    lines = "3,cat,1,new,None\n3,cat,1,ok,None\n1,cat,1,ok,None\n3,cat,1,ok,None\n"
    loaded = load_made(tiny(lines, "3,core,a,1\n3,core,a,1\n3,core,a,2\n3,core,a,1\n"))
    assert [(row["job_id"], row["state"]) for row in loaded.rows("jobs")] == [(1, "ok"), (3, "ok")]
    assert [row["value"] for row in loaded.rows("metrics_num")] == [1, 2]
    ledger = loaded.ledger()
    assert (ledger["rows_in"], ledger["rows_duplicate"], ledger["rows_superseded"]) == (8, 3, 1)
    assert loaded.rows("history")[0]["superseded_by"] == loaded.rows("history")[0]["report_id"]


def test_rows_whose_job_is_missing_or_bad_are_orphans() -> None:
    loaded = load_made(
        tiny("1,cat,1,ok,None\n0,cat,1,ok,None\n2,c,1,ok,None\n", "1,p,a,1\n7,p,a,1\n0,p,a,1\n2,p,a,2\n")
    )
    assert [(row["member"], row["line_number"], row["reason"], row["raw"]) for row in loaded.rows("quarantine")] == [
        ("jobs", 3, "job_id is not a positive 64-bit integer", b"0\tcat\t1\tok\tNone"),
        ("metric_num", 3, "no good row of its job in this report", b"7\tp\ta\t1"),
        ("metric_num", 4, "job_id is not a positive 64-bit integer", b"0\tp\ta\t1"),
    ]


def test_a_report_of_mostly_bad_rows_is_rejected_whole_with_a_sample() -> None:
    jobs = "1,cat,1,ok,None\n" + "".join(f"x{i},cat,1,ok,None\n" for i in range(200))
    loaded = load_made(tiny(jobs), OLD)
    first = loaded.ledger()
    assert (first["status"], first["rows_in"], first["rows_quarantined"]) == ("rejected", 201, 201)
    assert first["reason"] == "200 of 201 rows are bad, more than a share of 0.5"
    assert loaded.table("quarantine").height == 100
    assert loaded.table("jobs").height == 2


def test_no_job_may_have_more_rows_than_allowed() -> None:
    made = tiny("1,cat,1,ok,None\n", "".join(f"1,core,m{i},1\n" for i in range(11)))
    for limits in (Limits(max_rows_per_job=10), Limits(max_rows_per_job=10, small_bytes=0, chunk_bytes=64)):
        assert load_made(made, limits=limits).ledger()["reason"] == "metric_num: more than 10 rows of job 1"


@dataclass(frozen=True)
class Sent:
    """A report as hypothesis draws it: few jobs, few values, so that reports collide."""

    month: int
    minute: int
    name: int
    generated: int
    jobs: tuple[tuple[int, int, int], ...]
    is_broken: bool


sent = st.builds(
    Sent,
    month=st.integers(0, 2),
    minute=st.integers(0, 2),
    name=st.integers(0, 3),
    generated=st.integers(0, 2),
    jobs=st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 1), st.integers(0, 1)), max_size=4, unique_by=lambda job: job[0]
    ).map(tuple),
    is_broken=st.sampled_from([False, False, False, False, True]),
)


def as_report(one: Sent, number: int) -> Report:
    """The report that was sent; some are broken in their container."""
    jobs = "".join(f"{job},tool,{version},ok,None\n" for job, version, _ in one.jobs)
    metrics = "".join(f"{job},core,cores,{value}\n" for job, _, value in one.jobs)
    made = tiny(jobs, metrics, f"16567200{one.generated:02}.0")
    if one.is_broken:
        made = tiny("nonsense", generated=made.report_id) if number % 2 else replace(made, metadata=b"{}")
    received = datetime(2022, 8 + one.month, 1, 0, one.minute, tzinfo=UTC)
    return replace(report(made, received, f"r{one.name}"), version=f"v{number}", source=f"r{one.name}.tar.gz")


def expected_jobs(reports: Sequence[tuple[Sent, Report]]) -> set[tuple[int, str, int, str]]:
    """The oracle: job, version, cores and report of every winner, by plain loops."""
    seen, latest = set[str](), dict[str, tuple[Sent, Report]]()
    for one, raw in sorted(reports, key=lambda pair: (pair[1].received_at, pair[1].report_id, pair[1].sha256)):
        if not one.is_broken and raw.sha256 not in seen:
            seen.add(raw.sha256)
            latest[raw.report_id] = (one, raw)
    winners: dict[int, tuple[Any, tuple[int, str, int, str]]] = {}
    for one, raw in latest.values():
        rank = (one.generated, raw.received_at, raw.report_id)
        for job, version, value in one.jobs:
            if job not in winners or rank > winners[job][0]:
                winners[job] = (rank, (job, str(version), value, raw.report_id))
    return {row for _, row in winners.values()}


@settings(max_examples=40, phases=PHASES)
@given(st.lists(sent, min_size=1, max_size=8), st.lists(st.sampled_from(MONTHS), max_size=6), st.randoms())
def test_months_rebuilt_in_any_order_settle_on_what_one_load_of_everything_gives(
    sendings: list[Sent], order: list[str], chance: Any
) -> None:
    reports = [(one, as_report(one, number)) for number, one in enumerate(sendings)]
    months = {name: [raw for one, raw in reports if one.month == number] for number, name in enumerate(MONTHS)}
    instance = Instance(months)
    last = list(MONTHS)
    chance.shuffle(last)
    instance.settle([*order, *last])
    tables = instance.tables()
    whole = load_all([raw for _, raw in reports])
    for noun in (*TABLES, "ledger"):
        assert [row[:-1] for row in tables[noun]] == sorted(whole.table(noun).rows(), key=repr), noun
    metrics = {row["job_id"]: int(row["value"]) for row in whole.rows("metrics_num")}
    found = {(r["job_id"], r["tool_version"], metrics[r["job_id"]], r["report_id"]) for r in whole.rows("jobs")}
    assert found == expected_jobs(reports)
    for month in MONTHS:
        assert instance.rebuild(month) == frozenset()
    assert instance.tables() == tables


@settings(max_examples=20, phases=PHASES)
@given(st.lists(sent, min_size=2, max_size=8), st.integers(1, 7))
def test_reports_that_arrive_one_by_one_give_what_they_give_together(sendings: list[Sent], cut: int) -> None:
    reports = [as_report(one, number) for number, one in enumerate(sendings)]
    grown = Instance({name: [] for name in MONTHS})
    for one, raw in zip(sendings, reports, strict=True):
        month = MONTHS[one.month]
        grown.months = {**grown.months, month: [*grown.months[month], raw]}
        grown.settle([month])
    fresh = Instance(grown.months)
    fresh.settle([month for month in MONTHS if grown.months[month]])
    assert fresh.tables() == grown.tables()


@pytest.mark.parametrize("limits", [Limits(batch_bytes=1), Limits(small_bytes=0, chunk_bytes=40, bucket_rows=3)])
def test_how_reports_are_batched_or_streamed_does_not_change_a_row(limits: Limits) -> None:
    shuffled = "1,core,a,1\n2,core,a,1\n1,core,a,1\n3,core,b,2\n2,core,b,5\n1,core,c,None\n9,core,a,1\n"
    jobs = "3,cat,1,ok,None\n1,cat,1,new,None\n2,cat,1,ok,None\n1,cat,1,ok,None\n"
    made = [tiny(jobs, shuffled), tiny(jobs, shuffled.replace("5", "6"), "1656720001.0"), OLD, NEW]
    usual, other = load_made(*made), load_made(*made, limits=limits)
    for noun in (*TABLES, "ledger"):
        assert sorted(usual.table(noun).rows(), key=repr) == sorted(other.table(noun).rows(), key=repr), noun


def test_the_order_of_rows_depends_on_the_reports_alone() -> None:
    made = [OLD, NEW, tiny("5,cat,1,ok,None\n4,cat,1,ok,None\n", "4,core,a,1\n5,core,b,1\n", "1656720005.0")]
    first, second = load_made(*made), load_made(*made[::-1])
    for noun in TABLES:
        assert first.table(noun).equals(second.table(noun)), noun
    assert [row["job_id"] for row in first.rows("jobs")] == [1, 2, 5, 4]


def test_a_job_named_again_in_a_later_month_moves_there_and_back_when_that_report_is_replaced() -> None:
    first, second = report(OLD, datetime(2022, 8, 1, tzinfo=UTC)), report(NEW, datetime(2022, 9, 1, tzinfo=UTC))
    instance = Instance({"2022-08": [first], "2022-09": [second]})
    instance.rebuild("2022-08")
    assert instance.rebuild("2022-09") == {"2022-08"}
    assert instance.rebuild("2022-08") == frozenset()
    assert instance.built["2022-08"].table("jobs").is_empty()
    assert instance.built["2022-08"].table("history").height == 2
    empty = report(tiny(""), datetime(2022, 9, 2, tzinfo=UTC), f"{second.report_id}~0123456789ab")
    instance.months = {"2022-08": [first], "2022-09": [second, empty]}
    assert instance.rebuild("2022-09") == {"2022-08"}
    assert instance.rebuild("2022-08") == frozenset()
    assert instance.built["2022-08"].table("jobs").height == 2


def test_a_version_that_came_in_during_a_later_month_replaces_the_first() -> None:
    first, second = (
        replace(report(made, datetime(2022, month, 1, tzinfo=UTC)), report_id="a", source="a.tar.gz")
        for made, month in ((NEW, 8), (OLD, 9))
    )
    instance = Instance({"2022-08": [first], "2022-09": [second]})
    instance.rebuild("2022-08")
    assert instance.rebuild("2022-09") == {"2022-08"}
    assert instance.rebuild("2022-08") == frozenset()
    assert [instance.built[month].ledger()["status"] for month in ("2022-08", "2022-09")] == ["replaced", "loaded"]


lines = st.tuples(st.integers(1, 3), st.sampled_from("ab"), st.sampled_from(["1", "1", "2", "None", "x"]))


@settings(max_examples=100, phases=PHASES)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["ok", "new"])), max_size=3).map(
        [(1, "ok"), (2, "ok")].__add__
    ),
    st.lists(lines, min_size=4, max_size=24),
    st.lists(st.integers(1, 4), max_size=1),
    st.integers(1, 60),
    st.integers(1, 6),
)
def test_a_streamed_report_gives_the_same_rows_as_one_in_memory(
    jobs: list[tuple[int, str]], metrics: list[tuple[int, str, str]], later: list[int], chunk: int, bucket: int
) -> None:
    job_lines = "".join(f"{job},cat,1,{state},None\n" for job, state in jobs)
    made = tiny(job_lines, "".join(f"{job},core,{name},{value}\n" for job, name, value in metrics))
    winner = tiny("".join(f"{job},cat,1,ok,None\n" for job in later), generated="1656720009.0")
    limits = Limits(small_bytes=0, chunk_bytes=chunk, bucket_rows=bucket)
    kept, streamed = load_made(made, winner), load_made(made, winner, limits=limits)
    for noun in (*TABLES, "ledger"):
        assert sorted(kept.table(noun).rows(), key=repr) == sorted(streamed.table(noun).rows(), key=repr), noun
    loaded = [(row["job_id"], row["name"], row["value"]) for row in kept.rows("metrics_num")]
    assert len(set(loaded)) == len(loaded)
