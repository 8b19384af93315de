"""Lustre's pages in a real browser: quotas, a group's past and future, projects, where the data is, hostile paths."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import open_store
from grt_platform.settings import settings
from grt_platform.systems.lustre.logic.paths import path_text
from grt_platform.systems.lustre.schemas import (
    DAYS,
    ENTRIES,
    FORECASTS,
    GROUP_SPLITS,
    GROUP_USAGE,
    PROJECT_USAGE,
    REPORT_FILES,
    TREE,
    VOLUME_TOTALS,
)
from grt_platform.systems.lustre.serving.leaders import grant
from grt_platform.systems.lustre.serving.page_charts import past_and_future
from grt_platform_tests.fixtures.chromium import Tab
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.lustre.rows import DAY, VOLUME, keep, row, serve

pytestmark = pytest.mark.service
ROOT = b"/lustre/scratch114"
HOSTILE = b"<script>alert(1)<\\script>\"'><img src=x onerror=alert(2)>\n\xff{{7*7}}"
TIB = 2**40
AGES_OF_TEAMS = ("under_1m", "2m_6m", "6m_1y", "1y_2y", "2y_3y", "3y_5y", "5y_7y", "over_7y")


def group(gid: int, name: str | None, used: float, quota: float | None, **values: Any) -> dict[str, Any]:
    return row(
        GROUP_USAGE,
        gid=gid,
        group_name=name,
        used_bytes=int(used * TIB),
        quota_bytes=None if quota is None else int(quota * TIB),
        used_fraction=used / quota if quota else None,
        inodes=gid * 1000,
        last_modified_days=float(gid % 400),
        **values,
    )


def forecast(gid: int, name: str | None, size: tuple[float, float | None], warning: tuple[int, str]) -> dict[str, Any]:
    (used, quota), (level, said) = size, warning
    return row(
        FORECASTS,
        gid=gid,
        group_name=name,
        points=30,
        used_bytes=int(used * TIB),
        quota_bytes=None if quota is None else int(quota * TIB),
        bytes_per_day=0.01 * TIB,
        space_exceeded_on=DAY + timedelta(days=40) if level > 1 else None,
        warning_level=level,
        warning=said,
    )


def directory(path: bytes, used: int, inodes: int, **values: Any) -> dict[str, Any]:
    return row(TREE, path=path, depth=path.count(b"/"), used_bytes=used, inodes=inodes, **values)


@pytest.fixture
def filled(live_web: LiveWeb) -> LiveWeb:
    """A year of one volume with a few groups, two projects and a tree."""
    names = [(1, "hgi"), (2, "team<b>152"), (3, "<script>alert(1)</script>"), (4, None), (5, "archive")]
    sizes = {1: (90.0, 100.0), 2: (41.0, 50.0), 3: (7.0, 20.0), 4: (3.0, None), 5: (60.0, 0.0)}
    levels = {1: (3, "Not OK"), 2: (2, "Kinda OK"), 3: (1, "OK"), 4: (1, "OK"), 5: (1, "OK")}
    days = [DAY - timedelta(days=7 * n) for n in range(40)]
    serve(live_web.warehouse, VOLUME_TOTALS, *(row(VOLUME_TOTALS, dumped_on=day, used_bytes=9 * TIB) for day in days))
    usage = [
        group(gid, name, sizes[gid][0] * (1 - 0.01 * n), sizes[gid][1], dumped_on=day)
        for n, day in enumerate(days)
        for gid, name in names
    ]
    serve(live_web.warehouse, GROUP_USAGE, *usage)
    serve(live_web.warehouse, FORECASTS, *(forecast(gid, name, sizes[gid], levels[gid]) for gid, name in names))
    serve(live_web.warehouse, DAYS, row(DAYS, is_complete=False, missing="scratch115", loaded=1, expected=2))
    serve(
        live_web.warehouse,
        PROJECT_USAGE,
        *(
            row(PROJECT_USAGE, area="projects", project=project, directory=place, owner_gid=1, group_name="hgi", **rest)
            for project in ("deciphering", path_text(HOSTILE))
            for place, rest in (
                ("", {"used_bytes": 5 * TIB, "class_bytes": '{"BAM": 4000000000000, "VCF": 3000}'}),
                ("release", {"used_bytes": TIB}),
            )
        ),
    )
    lake = Lake(open_store(settings().lake, settings()))
    old, young = {"age_over_7y_bytes": 1}, {"age_under_1m_bytes": 1}
    inside = [
        directory(ROOT + b"/team%02d" % n, TIB // (n + 1), 1000 * n, **{f"age_{age}_bytes": 1})
        for n, age in enumerate(AGES_OF_TEAMS)
    ]
    keep(
        lake,
        TREE,
        directory(ROOT, 4 * TIB, 99_000, class_bytes='{"BAM": 4000000000}', **young),
        *inside,
        directory(ROOT + b"/" + HOSTILE, TIB, 5, **old),
        directory(ROOT + b"/" + HOSTILE + b"/deep", TIB // 2, 3, **old),
    )
    keep(lake, ENTRIES, row(ENTRIES, dir=ROOT, name=b"x", size_bytes=10, type="f", nlink=1, gid=1, uid=7))
    return live_web


@pytest.fixture
def boss(filled: LiveWeb, tab: Tab) -> Tab:
    """The tab of an administrator."""
    tab.sign_in("boss", is_admin=True)
    return tab


def test_groups_stand_against_their_quotas_with_a_status_the_most_pressing_first(boss: Tab) -> None:
    boss.open("/pages/lustre")
    cells = boss.page.locator("tbody tr td:first-child").all_inner_texts()
    assert cells[:2] == ["hgi", "team<b>152"]
    assert [boss.page.locator(f"td .{mark}").count() for mark in ("bad", "warn", "good")] == [1, 1, 3]
    boss.picture("lustre-groups")
    rows = list(csv.DictReader(io.StringIO(boss.download("All of it as CSV"))))
    assert (len(rows), rows[0]["used_bytes"], rows[0]["warning"]) == (5, str(90 * TIB), "Not OK")


def test_groups_are_filtered_and_ordered_by_the_address(boss: Tab) -> None:
    boss.open("/pages/lustre?level=2&sort=name&volume=scratch114&group=&date=")
    assert boss.page.locator("tbody tr").count() == 2
    boss.follow(boss.page.get_by_role("columnheader", name="Inodes", exact=True).get_by_role("link"))
    assert {"level=2", "sort=inodes", "volume=scratch114"} <= set(boss.page.url.partition("?")[2].split("&"))
    boss.open(f"/pages/lustre?date={DAY - timedelta(days=7)}")
    assert boss.page.locator("tbody tr").count() == 5


def test_a_group_shows_its_past_and_what_is_expected_on_a_date_of_choice(boss: Tab) -> None:
    boss.open("/pages/lustre/group?group=hgi")
    boss.page.get_by_label("Expected on").fill(str(DAY + timedelta(days=100)))
    boss.follow(boss.page.get_by_role("button", name="Show"))
    assert boss.page.locator("[data-chart] svg").count() == 1
    assert boss.page.get_by_role("cell", name="91 TiB").is_visible()
    boss.picture("lustre-group")


def test_the_line_of_a_hard_limit_has_its_ends_and_its_steps() -> None:
    limits = [(9, 50), (8, 50), (7, 50), (6, 40), (5, 40), (4, 0), (3, 40), (2, 40), (1, None)]
    past = [
        row(GROUP_USAGE, gid=1, dumped_on=DAY - timedelta(days=9 - day), quota_bytes=limit) for day, limit in limits
    ]
    drawn = past_and_future(past, [], DAY).rows
    days = [9 - (DAY - each["day"]).days for each in drawn if each["part"] == "hard limit"]
    assert days == [9, 7, 6, 5, 3, 2]


def test_projects_lead_to_their_directories(boss: Tab) -> None:
    boss.open("/pages/lustre/projects")
    assert boss.page.get_by_text("BAM 3.64 TiB").first.is_visible()
    boss.picture("lustre-projects")
    boss.follow(boss.page.get_by_role("link", name="deciphering"))
    assert boss.page.locator("tbody tr").count() == 2


def test_the_treemap_leads_down_and_the_crumbs_up_whatever_bytes_a_name_has(boss: Tab) -> None:
    boss.open("/pages/lustre/where")
    boss.follow(boss.page.get_by_role("link", name=VOLUME))
    assert boss.page.locator(".treemap rect").count() == 10
    assert boss.page.locator(".treemap .age-8").count() == 2
    boss.picture("lustre-where")
    boss.follow(boss.page.locator(".treemap a", has_text="<script>"))
    assert boss.page.get_by_role("heading", name="Where the data is").is_visible()
    assert boss.page.locator("main img, main script").count() == 0
    assert boss.page.get_by_role("link", name="/deep").is_visible()
    boss.follow(boss.page.get_by_label("Directories above").get_by_role("link", name="scratch114"))
    assert boss.page.locator(".treemap rect").count() == 10


@pytest.mark.parametrize(
    ("of", "seen"), [("age", "less than a month"), ("class", "BAM"), ("group", "hgi"), ("user", "7")]
)
def test_a_directory_is_told_by_age_class_group_and_user(boss: Tab, of: str, seen: str) -> None:
    boss.open(f"/pages/lustre/where?path=/lustre/scratch114&by=count&of={of}")
    assert boss.page.get_by_role("cell", name=seen, exact=True).first.is_visible()
    shares = boss.download("All of it as CSV: All of it by")
    assert len(shares.splitlines()) > 1


def test_by_count_the_directory_with_most_inodes_is_the_largest(boss: Tab) -> None:
    boss.open("/pages/lustre/where?path=/lustre/scratch114&by=count")
    assert boss.page.locator("tbody").first.locator("tr").first.inner_text().startswith("/lustre/scratch114/team07")


def test_a_report_is_downloaded_by_a_link_of_its_own(filled: LiveWeb, boss: Tab) -> None:
    store = open_store(settings().products, settings())
    store.put("lustre/reports/report-20261101.tsv", b"a\tb\n")
    serve(filled.warehouse, REPORT_FILES, row(REPORT_FILES, file="report-20261101.tsv", size_bytes=4))
    boss.open("/pages/lustre/downloads")
    boss.picture("lustre-downloads")
    assert boss.download("report-20261101.tsv") == "a\tb\n"
    assert (
        filled.client.get(f"/pages/lustre/files/report_files/{DAY}/other.tsv", headers=filled.admin).status_code == 404
    )


def test_volumes_tell_which_dates_are_complete_and_home_which_are_late(boss: Tab) -> None:
    boss.open("/pages/lustre/volumes")
    assert boss.page.get_by_role("cell", name="scratch115").is_visible()
    boss.picture("lustre-volumes")
    boss.open("/")
    is_late = datetime.now(UTC).date() - DAY > timedelta(days=settings().lustre_freshness_days)
    assert boss.page.get_by_text("The newest dump of scratch114").is_visible() == is_late


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/pages/lustre/group?group=nobody", 404),
        ("/pages/lustre/group?group=99999999999999999999", 404),
        ("/pages/lustre/group", 422),
        ("/pages/lustre/group?group=hgi&on=2020-01-01", 400),
        ("/pages/lustre/group?group=hgi&on=tomorrow", 422),
        ("/pages/lustre?date=2026-02-30", 422),
        ("/pages/lustre?volume=../etc", 422),
        ("/pages/lustre?sort=gid;DROP", 422),
        ("/pages/lustre/where?path=relative", 400),
        ("/pages/lustre/where?path=/nowhere", 400),
        ("/pages/lustre/where?path=/a%5Cq", 400),
        ("/pages/lustre/files/report_files/2026-11-01/..%2Fsecret", 404),
    ],
)
def test_bad_input_is_a_page_that_says_so(boss: Tab, path: str, status: int) -> None:
    assert boss.open(path).status == status
    assert boss.page.get_by_role("alert").is_visible()
    boss.refusals.clear()


def test_who_leads_no_group_sees_none_of_these_pages(filled: LiveWeb, tab: Tab) -> None:
    tab.sign_in("ann")
    assert tab.page.get_by_role("link", name="Lustre").count() == 0
    pages = ("", "/projects", "/downloads", "/where", "/volumes", "/group?group=hgi")
    assert [tab.open(f"/pages/lustre{page}").status for page in pages] == [403] * 6
    assert tab.page.get_by_role("alert").is_visible()
    tab.refusals.clear()


def test_a_leader_sees_his_groups_and_no_others(filled: LiveWeb, tab: Tab) -> None:
    store = open_store(settings().products, settings())
    splits = [
        row(GROUP_SPLITS, file=f"{gid}.gz", gid=gid, group_name=name) for gid, name in ((1, "hgi"), (5, "archive"))
    ]
    serve(filled.warehouse, GROUP_SPLITS, *splits)
    for split in splits:
        store.put(f"lustre/splits/{DAY}/{split['file']}", str(split["gid"]).encode())
    ann = tab.sign_in("ann")
    for group in ("hgi", "2"):
        grant(filled.warehouse, group, "ann", by="boss", now=datetime.now(UTC))
    tab.open("/")
    tab.follow(tab.page.get_by_role("link", name="Lustre").first)
    assert tab.page.locator("tbody tr td:first-child").all_inner_texts() == ["hgi", "team<b>152"]
    assert tab.page.get_by_role("link", name="Where the data is").count() == 0
    tab.picture("lustre-leader")
    assert len(tab.download("All of it as CSV").splitlines()) == 3
    tab.follow(tab.page.get_by_role("link", name="hgi"))
    assert tab.page.locator("[data-chart] svg").count() == 1
    tab.follow(tab.page.get_by_role("link", name="Its projects"))
    assert tab.page.locator("tbody tr").count() == 2
    tab.open("/pages/lustre/downloads")
    assert tab.page.get_by_role("table").count() == 1
    assert tab.download("1.gz") == "1"
    hidden = (
        "group?group=archive",
        "group?group=5",
        f"files/group_splits/{DAY}/5.gz",
        f"files/report_files/{DAY}/x.tsv",
    )
    assert [tab.open(f"/pages/lustre/{page}").status for page in hidden] == [404] * 4
    assert [tab.open(f"/pages/lustre/{page}").status for page in ("where", "volumes")] == [403, 403]
    tab.open("/pages/lustre?group=archive")
    assert tab.page.get_by_text("No group of a loaded dump fits.").is_visible()
    tab.refusals.clear()
    assert filled.warehouse.fetch("SELECT count(*) AS n FROM lustre.leaders WHERE user_id = %s", [ann])[0]["n"] == 2
