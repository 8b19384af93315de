"""What came in over HTTP: ledger, quarantine and plan; only administrators ask."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from grt_platform.systems.lustre.schemas import LEDGER, QUARANTINE
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.lustre.rows import DAY, row, serve

pytestmark = pytest.mark.service
Ask = Callable[[str], Any]


@pytest.fixture
def ask(live_web: LiveWeb) -> Ask:
    """Asks as an administrator, where two dumps came in, one of them a bad one; rows, or the status of a refusal."""
    serve(
        live_web.warehouse,
        LEDGER,
        row(LEDGER, source="20261101_114.dat.gz", status="loaded"),
        row(LEDGER, source="20261102_114.dat.gz", status="rejected", dumped_on=DAY + timedelta(1)),
    )
    bad = [row(QUARANTINE, source="20261101_114.dat.gz", line_number=n, raw=b"\xff\t%d" % n) for n in range(3)]
    serve(live_web.warehouse, QUARANTINE, *bad)

    def asked(path: str) -> Any:
        answer = live_web.client.get(f"/lustre/{path}", headers=live_web.admin)
        return answer.json() if answer.status_code == 200 else answer.status_code

    return asked


def test_the_ledger_and_the_quarantine_are_told_by_pages_and_filters(ask: Ask) -> None:
    assert [each["status"] for each in ask("ledger")["items"]] == ["loaded", "rejected"]
    assert [each["source"] for each in ask("ledger?status=rejected")["items"]] == ["20261102_114.dat.gz"]
    first = ask("quarantine?limit=2")
    assert [each["raw"] for each in first["items"]] == ["\\xff\t0", "\\xff\t1"]
    assert [each["line_number"] for each in ask(first["next"].removeprefix("/lustre/"))["items"]] == [2]
    assert ask("quarantine?source=none")["items"] == []
    assert [ask(f"ledger?{wrong}") for wrong in ("status=lost", "limit=0", "offset=-1")] == [422] * 3
    assert ask("quarantine?source=%00") == 422


def test_the_plan_is_told_by_either_rule(ask: Ask) -> None:
    by_volume, full = (ask(f"plan?today=2026-11-02&full_set={is_full}")["items"] for is_full in ("false", "true"))
    assert [(each["volume"], each["day"], each["action"]) for each in by_volume] == [
        ("scratch114", "2026-11-02", "skip"),
        ("scratch114", "2026-11-01", "stop"),
    ]
    assert {each["volume"] for each in full} == {""}
    assert ask("plan") == ask("plan?full_set=false")
    assert [ask(f"plan?{wrong}") for wrong in ("today=tomorrow", "full_set=perhaps")] == [422] * 2


def test_a_filter_that_an_address_does_not_have_is_refused_with_those_it_has(live_web: LiveWeb, ask: Ask) -> None:
    paths = (
        "report?grp=hgi",
        "users?group=hgi&limitt=1",
        "where?path=/lustre&dpth=1",
        "volumes?volume=x",
        "days?date=x",
    )
    assert [ask(path) for path in paths] == [422] * 5
    told = live_web.client.get("/lustre/history?group=hgi&volum=x", headers=live_web.admin).json()
    assert told["detail"] == (
        "query.volum: There is no such filter here, but group, limit, offset, volume; did you mean volume?"
    )
    assert live_web.client.get("/lustre/report?grp=hgi").status_code == 401


def test_nobody_else_asks(live_web: LiveWeb) -> None:
    ann = live_web.person("ann")
    for path in ("ledger", "quarantine", "plan"):
        assert live_web.client.get(f"/lustre/{path}", headers=ann.headers).status_code == 403
        assert live_web.client.get(f"/lustre/{path}").status_code == 401
