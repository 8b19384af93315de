"""Galaxy's pages in a real browser: instances, search, one tool with its charts, hostile names, bad input, CSV."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from grt_platform_tests.fixtures.chromium import Tab
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.galaxy.serving.rows import BOWTIE2, put

pytestmark = pytest.mark.service
HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>{{7*7}}"
OTHER = "11111111-2222-4333-8444-555555555555"
MIB = 2**20


def months(tool: str, count: int = 18, jobs: int = 900) -> list[dict[str, object]]:
    return [
        {
            "tool_id": tool,
            "tool_version": "2.4.2+galaxy0",
            "period": "month",
            "starts_on": f"{2024 + n // 12}-{n % 12 + 1:02}-01",
            "jobs": jobs + 70 * (n % 5),
            "jobs_ok": jobs,
            "jobs_error": 40 * (n % 5),
            "jobs_other": 20 * (n % 5),
            "jobs_unfinished": 10 * (n % 5),
            "error_rate": 0.04 * (n % 5),
        }
        for n in range(count)
        if n != 7
    ]


def bins(tool: str) -> list[dict[str, object]]:
    return [
        {
            "tool_id": tool,
            "input_bin": n,
            "input_from_bytes": 4**n * MIB,
            "input_below_bytes": None if n == 5 else 4 ** (n + 1) * MIB,
            "jobs": 100 + n,
            "runtime_p50_s": 20.0 * 3**n,
            "runtime_p95_s": 90.0 * 3**n,
            "memory_jobs": 80,
            "memory_p50_bytes": 700.0 * MIB * 1.6**n,
            "memory_p95_bytes": 1200.0 * MIB * 1.6**n,
            "memory_max_bytes": 2000.0 * MIB * 1.6**n,
            "suggested_memory_gb": 2.0 * 1.6**n,
            "suggested_cores": 4,
            "suggested_rule": f"tools:\n  {tool}/.*:\n    mem: 8\n    rules: []\n",
        }
        for n in range(6)
    ]


@pytest.fixture
def filled(live_web: LiveWeb) -> LiveWeb:
    """Two instances; a common tool, and one with a hostile name."""
    from grt_platform.systems.galaxy.serving.instances import register

    warehouse, now = live_web.warehouse, datetime.now(UTC)
    for title, age in (("Galaxy of the tests", 2), (f"Silent {HOSTILE[:60]}", 90)):
        made = register(warehouse, title, "https://galaxy.example.org/")
        seen = {"last_report_at": now - timedelta(days=age), "last_job_at": now - timedelta(days=age)}
        put(
            warehouse,
            "instance_activity",
            {"instance_id": made.instance_id, "jobs": 17_000, "users_active": 12, **seen},
        )
        for tool in (BOWTIE2, HOSTILE):
            put(warehouse, "which_instances_have", {"tool_id": tool, "instance_id": made.instance_id, "jobs": 8_500})
    for tool in (BOWTIE2, HOSTILE):
        put(warehouse, "tool_usage_overall", *months(tool))
        put(warehouse, "tool_resources_by_input_overall", *bins(tool))
        put(
            warehouse,
            "tool_resources_overall",
            {"tool_id": tool, "quantity": "runtime_s", "p50": 61.5, "max": 90_000.0, "jobs_excluded": 0},
            {
                "tool_id": tool,
                "quantity": "cpu_time_s",
                "jobs": 0,
                "jobs_excluded": 52,
                "exclusion_reasons": '{"negative": 3, "more than its cores could give": 49}',
            },
        )
    return live_web


def test_instances_are_seen_without_a_sign_in_and_downloaded_as_csv(filled: LiveWeb, tab: Tab) -> None:
    tab.open("/pages/galaxy")
    assert tab.page.get_by_role("row").count() == 3
    rows = list(csv.DictReader(io.StringIO(tab.download("All of it as CSV"))))
    assert {row["jobs"] for row in rows} == {"17000"}
    assert {"title", "jobs", "last_report_at"} <= rows[0].keys()
    tab.picture("galaxy-instances")


def test_a_tool_is_found_and_its_page_tells_usage_needs_rule_and_who_has_it(filled: LiveWeb, tab: Tab) -> None:
    tab.sign_in()
    tab.open("/pages/galaxy/tools")
    tab.page.get_by_label("Part of the id or name").fill("BOWTIE")
    tab.page.get_by_role("button", name="Search").click()
    assert "tool=BOWTIE" in tab.page.url
    tab.picture("galaxy-tools")
    tab.follow(tab.page.get_by_role("link", name="bowtie2", exact=True))
    assert tab.page.locator("[data-chart] svg").count() == 4
    assert tab.page.get_by_text("mem: 8").is_visible()
    assert tab.page.get_by_role("link", name="Galaxy of the tests").is_visible()
    assert tab.page.get_by_text("more than its cores could give: 49, negative: 3").is_visible()
    tab.picture("galaxy-tool")
    usage = list(csv.DictReader(io.StringIO(filled.client.get(tab.page.url + "&csv=usage", headers=filled.admin).text)))
    assert (len(usage), usage[0]["starts_on"], usage[0]["jobs"]) == (17, "2025-06-01", "1040")


def test_the_address_holds_the_whole_view(filled: LiveWeb, tab: Tab) -> None:
    tab.sign_in()
    tab.open(f"/pages/galaxy/tool?tool={BOWTIE2}&period=week&instance=")
    assert tab.page.get_by_role("combobox", name="Per").input_value() == "week"
    assert tab.page.get_by_text("No job in this time.").is_visible()
    tab.open("/pages/galaxy/tools?tool=o&sort=name&limit=1")
    assert tab.page.get_by_label("Part of the id or name").input_value() == "o"
    tab.page.get_by_role("link", name="Next page").click()
    assert {"tool=o", "sort=name", "limit=1", "offset=1"} <= set(tab.page.url.partition("?")[2].split("&"))


def test_hostile_names_are_text_and_nothing_of_them_runs(filled: LiveWeb, tab: Tab) -> None:
    tab.sign_in()
    tab.open("/pages/galaxy")
    assert tab.page.get_by_text("Silent <script>").first.is_visible()
    tab.open("/pages/galaxy/tools?tool=script")
    tab.follow(tab.page.locator("tbody a").first)
    assert tab.page.get_by_text(HOSTILE).first.is_visible()
    assert tab.page.locator("img, main script").count() == 0
    assert tab.page.locator("[data-chart] svg").count() == 4


def test_home_names_the_instances_that_are_late(filled: LiveWeb, tab: Tab) -> None:
    tab.sign_in()
    assert tab.page.get_by_text("1 late").is_visible()
    assert tab.page.get_by_role("link", name="reported last on").count() == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/pages/galaxy/tool?tool=nobody+has+it", 404),
        ("/pages/galaxy/tool", 422),
        ("/pages/galaxy/tool?tool=cat&period=century", 422),
        ("/pages/galaxy/tools?tool=%00", 422),
        ("/pages/galaxy/tools?instance=%3Cscript%3E", 422),
        ("/pages/galaxy/tools?sort=jobs;DROP", 422),
        ("/pages/galaxy/tools?limit=0", 422),
        ("/pages/galaxy/tools?csv=users", 400),
    ],
)
def test_bad_input_is_a_page_that_says_so(filled: LiveWeb, tab: Tab, path: str, status: int) -> None:
    tab.sign_in()
    assert tab.open(path).status == status
    assert tab.page.get_by_role("alert").is_visible()
    assert tab.refusals == [(status, path)]
    tab.refusals.clear()


def test_pages_of_tools_lead_to_the_sign_in_and_back(filled: LiveWeb, tab: Tab) -> None:
    tab.open("/pages/galaxy/tools?tool=bowtie")
    assert "/sign-in?next=/pages/galaxy/tools" in tab.page.url


def test_a_chart_is_shown_in_a_frame_of_the_sites_that_the_settings_name(filled: LiveWeb, tab: Tab) -> None:
    address = f"/pages/galaxy/embed?tool={BOWTIE2}&chart=jobs"
    assert filled.client.get(address).status_code == 404
    filled.set("GRT_EMBED_SITES", "http://site.example http://other.example")
    answer = filled.client.get(address)
    assert (
        "frame-ancestors 'self' http://site.example http://other.example" in answer.headers["Content-Security-Policy"]
    )
    assert "X-Frame-Options" not in answer.headers
    assert filled.client.get("/pages/galaxy").headers["X-Frame-Options"] == "DENY"
    tab.sign_in()
    tab.open(f"/pages/galaxy/tool?tool={BOWTIE2}")
    tab.page.get_by_text("Show these charts on your own site").click()
    frame = tab.page.locator("details pre").first.inner_text()
    tab.page.route("**/site", lambda route: route.fulfill(content_type="text/html", body=frame))
    tab.page.goto(
        filled.url + "/site"
    )  # another name would be refused by the browser: loopback is none of its business
    drawn = tab.page.frame_locator("iframe")
    drawn.locator("[data-chart] svg").wait_for()
    assert drawn.get_by_text("Jan 2024").is_visible()
