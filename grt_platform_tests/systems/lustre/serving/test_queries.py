"""Questions to the served tables: the right rows of the right dumps, in order, by pages, only what one may see."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from grt_platform.adapters.warehouse import Warehouse
from grt_platform.serving.page import Page
from grt_platform.systems.lustre.schemas import (
    DAYS,
    FORECASTS,
    GROUP_USAGE,
    LEDGER,
    PROJECT_USAGE,
    REPORT_FILES,
    USER_USAGE,
    VOLUME_TOTALS,
)
from grt_platform.systems.lustre.serving import queries
from grt_platform.systems.lustre.serving.queries import Wanted
from grt_platform_tests.systems.lustre.rows import DAY, row, serve

NEXT = DAY + timedelta(days=1)
ALL = Page(100)
HOSTILE = ["'", "'; DROP TABLE lustre.group_usage; --", "%s", "%(gid)s", "\\", "x" * 10_000, "é\u2028"]


def usage(gid: int, name: str | None, volume: str = "scratch114", day: date = DAY, **values: Any) -> dict[str, Any]:
    return row(GROUP_USAGE, gid=gid, group_name=name, volume=volume, dumped_on=day, **values)


@pytest.fixture
def served(warehouse: Warehouse) -> Warehouse:
    """Two dumps of scratch114, one older of scratch115."""
    dumps = [("scratch114", DAY), ("scratch114", NEXT), ("scratch115", DAY)]
    serve(warehouse, VOLUME_TOTALS, *(row(VOLUME_TOTALS, source=f"{v}{d}", volume=v, dumped_on=d) for v, d in dumps))
    serve(
        warehouse,
        GROUP_USAGE,
        usage(1, "old", day=DAY, used_bytes=1),
        usage(1, "hgi", day=NEXT, pi="Durbin", used_bytes=2),
        usage(2, "ant", day=NEXT, used_bytes=3),
        usage(3, "zoo", day=NEXT, pi="Anderson"),
        usage(59901, None, day=NEXT),
        usage(1, "hgi", "scratch115", used_bytes=4),
    )
    return warehouse


def seen(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["volume"], row["dumped_on"], row["gid"]) for row in rows]


def test_the_newest_dump_of_each_volume_is_reported_those_without_owner_first(served: Warehouse) -> None:
    assert seen(queries.report(served, Wanted(), ALL)) == [
        ("scratch114", NEXT, 59901),
        ("scratch114", NEXT, 2),
        ("scratch114", NEXT, 3),
        ("scratch114", NEXT, 1),
        ("scratch115", DAY, 1),
    ]


def test_a_date_is_reported_as_it_was(served: Warehouse) -> None:
    assert seen(queries.report(served, Wanted(dumped_on=DAY), ALL)) == [("scratch114", DAY, 1), ("scratch115", DAY, 1)]
    assert queries.report(served, Wanted(dumped_on=date(1999, 1, 1)), ALL) == []


@pytest.mark.parametrize(
    ("wanted", "gids"),
    [
        (Wanted(group="hgi"), [1, 1]),
        (Wanted(group="1"), [1, 1]),
        (Wanted(group="59901"), [59901]),
        (Wanted(group="hgi", volume="scratch115"), [1]),
        (Wanted(group="HGI"), []),
        (Wanted(volume="scratch999"), []),
        (Wanted(only_gids=[2, 3, 99]), [2, 3]),
        (Wanted(only_gids=[]), []),
        (Wanted(group="hgi", only_gids=[2]), []),
    ],
)
def test_only_what_is_asked_for_and_may_be_seen_is_told(served: Warehouse, wanted: Wanted, gids: list[int]) -> None:
    assert [row["gid"] for row in queries.report(served, wanted, ALL)] == gids


def test_pages_follow_from_each_other(served: Warehouse) -> None:
    whole = queries.report(served, Wanted(), ALL)
    assert [*queries.report(served, Wanted(), Page(2)), *queries.report(served, Wanted(), Page(9, 2))] == whole


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_taken_for_sql(served: Warehouse, text: str) -> None:
    wanted = Wanted(group=text, volume=text)
    assert queries.report(served, wanted, ALL) == []
    assert queries.history(served, wanted, ALL) == []
    assert queries.users(served, wanted, ALL) == []
    assert queries.forecasts(served, wanted, 1, ALL) == []
    assert queries.projects(served, Wanted(), text, ALL) == []
    assert len(queries.report(served, Wanted(), ALL)) == 5


def test_users_come_with_the_names_of_their_groups_the_largest_first(served: Warehouse) -> None:
    def user(uid: int, gid: int, used: int, day: date = NEXT) -> dict[str, Any]:
        return row(USER_USAGE, uid=uid, gid=gid, used_bytes=used, dumped_on=day)

    serve(served, USER_USAGE, user(7, 1, 5), user(7, 59901, 9), user(8, 2, 7), user(7, 1, 99, DAY))
    found = queries.users(served, Wanted(), ALL)
    told = [(row["uid"], row["group_name"], row["used_bytes"]) for row in found]
    assert told == [(7, None, 9), (8, "ant", 7), (7, "hgi", 5)]
    assert [row["gid"] for row in queries.users(served, Wanted(only_gids=[1]).of_user(7), ALL)] == [1]


def test_projects_are_found_with_or_without_their_area(served: Warehouse) -> None:
    def project(name: str, directory: str, owner: int | None, area: str = "projects") -> dict[str, Any]:
        return row(PROJECT_USAGE, area=area, project=name, directory=directory, owner_gid=owner, dumped_on=NEXT)

    serve(
        served,
        PROJECT_USAGE,
        project("crohns", "b", 1),
        project("crohns", "", 1),
        project("crohns", "", 2, "teams"),
        project("other", "", None),
    )
    found = queries.projects(served, Wanted(), "crohns", ALL)
    assert [(row["area"], row["directory"]) for row in found] == [("projects", ""), ("projects", "b"), ("teams", "")]
    assert len(queries.projects(served, Wanted(), "teams/crohns", ALL)) == 1
    assert len(queries.projects(served, Wanted(only_gids=[1]), None, ALL)) == 2
    assert "gid" not in found[0]


def test_a_history_is_of_every_date_the_newest_first(served: Warehouse) -> None:
    found = queries.history(served, Wanted(group="1"), ALL)
    assert [(row["volume"], row["dumped_on"], row["used_bytes"]) for row in found] == [
        ("scratch114", NEXT, 2),
        ("scratch114", DAY, 1),
        ("scratch115", DAY, 4),
    ]


def test_forecasts_begin_with_the_worst_and_what_ends_soonest(warehouse: Warehouse) -> None:
    def ahead(gid: int, level: int, space: date | None = None, inodes: date | None = None) -> dict[str, Any]:
        return row(FORECASTS, gid=gid, warning_level=level, space_exceeded_on=space, inodes_exceeded_on=inodes)

    serve(warehouse, FORECASTS, ahead(1, 1), ahead(2, 3), ahead(3, 3, NEXT), ahead(4, 3, None, DAY), ahead(5, 2))
    assert [row["gid"] for row in queries.forecasts(warehouse, Wanted(), 1, ALL)] == [4, 3, 2, 5, 1]
    assert [row["gid"] for row in queries.forecasts(warehouse, Wanted(), 3, Page(2))] == [4, 3]


def test_days_volumes_dumps_and_reports_are_told(served: Warehouse) -> None:
    serve(served, DAYS, row(DAYS), row(DAYS, dumped_on=NEXT))
    serve(served, REPORT_FILES, row(REPORT_FILES, file="a"), row(REPORT_FILES, file="b"))
    received = datetime(2026, 11, 2, tzinfo=UTC)
    serve(served, LEDGER, row(LEDGER, source="x", etag="e", status="loaded", received_at=received))
    assert [row["dumped_on"] for row in queries.days(served, ALL)] == [NEXT, DAY]
    assert [(row["volume"], row["dumped_on"]) for row in queries.volumes(served)] == [
        ("scratch114", NEXT),
        ("scratch115", DAY),
    ]
    assert queries.reported(served) == [DAY]
    assert [(row["source"], row["etag"], row["status"]) for row in queries.dumps(served)] == [("x", "e", "loaded")]
