"""The pages that all systems share, in a real browser: sign-in, home, jobs, account; by keyboard, without script."""

import csv
import io
from datetime import UTC, datetime

import pytest

from grt_platform.adapters.accounts.projects import create_project, set_member
from grt_platform.adapters.job_attempt import begin
from grt_platform.adapters.job_board import JobBoard, Submission
from grt_platform.kernel.identity import KEY_USER_ID, Role
from grt_platform.web.home import received
from grt_platform_tests.adapters.jobs import AMPLE, queue
from grt_platform_tests.fixtures.chromium import Tab
from grt_platform_tests.fixtures.web import LiveWeb

pytestmark = pytest.mark.service
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def jobs_of(live_web: LiveWeb, user_id: str, name: str = "ann", project: str = "alpha", count: int = 2) -> list[str]:
    """Jobs, the last of which runs."""
    now = datetime.now(UTC)
    create_project(live_web.warehouse, project, "", KEY_USER_ID, now)
    set_member(live_web.warehouse, project, user_id, Role.QUERY, now)
    asked = Submission("genes", "parse", project, user_id, name, {"file": HOSTILE})
    board = JobBoard(live_web.warehouse)
    ids = [board.submit(asked).job.job_id for _ in range(count)]
    queue(live_web.warehouse).hand_out(AMPLE)
    begin(live_web.warehouse, ids[-1], "run 1", 1).tell(0.25, f"parse {HOSTILE}")
    return ids


def test_a_visitor_is_led_to_the_sign_in_and_from_there_to_where_he_wanted(tab: Tab) -> None:
    tab.open("/")
    assert tab.page.get_by_role("link", name="Sign in", exact=True).first.is_visible()
    tab.sign_in()
    tab.open("/pages/jobs")
    tab.follow(tab.page.get_by_role("button", name="Sign out"))
    tab.open("/pages/jobs?mine=true")
    assert "/sign-in?next=/pages/jobs" in tab.page.url
    tab.picture("sign-in")


def test_a_wrong_password_shows_the_form_again_with_the_reason(tab: Tab) -> None:
    tab.open("/sign-in")
    tab.page.get_by_label("Name").fill(HOSTILE)
    tab.page.get_by_label("Password").fill("wrong")
    tab.follow(tab.page.get_by_role("button", name="Sign in"))
    assert tab.page.get_by_role("alert").is_visible()
    assert tab.page.get_by_label("Name").input_value() == HOSTILE
    assert tab.refusals == [(401, "/sign-in")]
    tab.refusals.clear()


def test_home_tells_the_administrator_of_every_system_and_others_of_what_they_may_see(tab: Tab) -> None:
    tab.sign_in("boss", is_admin=True)
    assert tab.page.get_by_role("row").count() == 6
    tab.picture("home")
    tab.follow(tab.page.get_by_role("button", name="Sign out"))
    tab.sign_in("ann")
    assert tab.page.get_by_role("row").count() == 3


def test_a_job_is_watched_and_canceled_by_its_owner(live_web: LiveWeb, tab: Tab) -> None:
    waiting, running = jobs_of(live_web, tab.sign_in())
    tab.open("/pages/jobs")
    assert tab.page.get_by_role("progressbar").count() == 2
    assert tab.page.get_by_text("parse <script>").is_visible()
    tab.picture("jobs")
    tab.follow(tab.page.get_by_role("button", name="Cancel").first)
    assert tab.page.url.endswith(f"/pages/jobs/{running}")
    assert tab.page.get_by_text("CANCELING").first.is_visible()
    assert tab.page.locator("img").count() == 0
    tab.picture("job")
    tab.open(f"/pages/jobs/{waiting}")
    JobBoard(live_web.warehouse).cancel(waiting, "somebody else")
    tab.page.get_by_role("button", name="Try again").wait_for()  # without loading the page again
    tab.follow(tab.page.get_by_role("button", name="Try again"))
    assert tab.page.get_by_text("QUEUED").first.is_visible()


def test_the_list_of_jobs_is_filtered_by_its_address_and_downloads_the_same_as_csv(live_web: LiveWeb, tab: Tab) -> None:
    waiting, _ = jobs_of(live_web, tab.sign_in())
    tab.open("/pages/jobs?state=")
    tab.page.get_by_role("combobox", name="State").select_option("QUEUED")
    tab.follow(tab.page.get_by_role("button", name="Show", exact=True))
    assert tab.page.get_by_role("progressbar").count() == 1
    rows = list(csv.DictReader(io.StringIO(tab.download("All of it as CSV"))))
    assert [(row["job_id"], row["state"], row["user"]) for row in rows] == [(waiting, "QUEUED", "ann")]


def test_jobs_of_others_are_not_there(live_web: LiveWeb, tab: Tab) -> None:
    bob = live_web.person("bob")
    ids = jobs_of(live_web, bob.user_id, "bob", "beta")
    tab.sign_in()
    tab.open("/pages/jobs")
    assert tab.page.get_by_text("No job fits.").is_visible()
    paths = [f"/pages/jobs/{ids[0]}", "/pages/jobs/nonsense", "/pages/jobs?project=beta", "/pages/jobs?project=gamma"]
    assert [tab.open(path).status for path in paths] == [404] * 4
    assert tab.open("/pages/jobs?state=GONE").status == 422
    assert len(tab.refusals) == 5
    tab.refusals.clear()


def test_a_page_is_used_by_keyboard_alone(tab: Tab) -> None:
    tab.sign_in()
    tab.open("/pages/jobs")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.name") == "project"
    assert tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_the_account_fits_a_phone(tab: Tab) -> None:
    tab.sign_in()
    tab.open("/account")
    tab.picture("account")


def test_a_form_that_comes_from_elsewhere_cancels_nothing(live_web: LiveWeb) -> None:
    ann = live_web.person("ann")
    job_id = jobs_of(live_web, ann.user_id)[0]
    answer = live_web.client.post(f"/pages/jobs/{job_id}/cancel", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 401
    assert JobBoard(live_web.warehouse).get(job_id).state == "QUEUED"


def test_nothing_received_is_no_error(live_web: LiveWeb) -> None:
    assert received(live_web.warehouse, []) == []
    assert received(live_web.warehouse, ["galaxy"])[0]["received_at"] is None
