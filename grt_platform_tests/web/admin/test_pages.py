"""The pages of administrators in a real browser: people, projects, audit, announcements, the queue closed."""

from datetime import UTC, datetime, timedelta

import pytest

from grt_platform.adapters.accounts.projects import create_project, set_member
from grt_platform.adapters.accounts.users import find_user
from grt_platform.kernel.identity import KEY_USER_ID, Role
from grt_platform_tests.fixtures.chromium import Tab
from grt_platform_tests.fixtures.web import LiveWeb

pytestmark = pytest.mark.service
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def boss(tab: Tab) -> Tab:
    """The tab of an administrator."""
    tab.sign_in("boss", is_admin=True)
    return tab


def test_people_are_added_changed_and_given_new_passwords(live_web: LiveWeb, boss: Tab) -> None:
    boss.follow(boss.page.get_by_role("link", name="Admin"))
    boss.page.get_by_label("Name to sign in with").fill("ann")
    boss.page.get_by_label("Name people see").fill(HOSTILE)
    boss.follow(boss.page.get_by_role("button", name="Add and show a first password"))
    first = boss.page.locator(".shown-once code").inner_text()
    boss.picture("admin-people")
    boss.page.get_by_label("Name to sign in with").fill("No Name!")
    boss.follow(boss.page.get_by_role("button", name="Add and show a first password"))
    assert "no name to sign in with" in boss.page.get_by_role("alert").inner_text()
    boss.follow(boss.page.get_by_role("link", name="ann", exact=True))
    assert boss.page.get_by_role("heading", name=HOSTILE).is_visible()
    boss.page.get_by_label("Disabled").check()
    boss.follow(boss.page.get_by_role("button", name="Change", exact=True))
    assert (find_user(live_web.warehouse, "ann") or {})["is_disabled"]
    boss.follow(boss.page.get_by_role("button", name="Make a new password"))
    assert boss.page.locator(".shown-once code").inner_text() != first
    boss.picture("admin-person")
    boss.open("/pages/admin/people/boss")
    boss.page.get_by_label("Administers").uncheck()
    boss.follow(boss.page.get_by_role("button", name="Change", exact=True))
    assert "You cannot disable yourself" in boss.page.get_by_role("alert").inner_text()
    assert boss.open("/pages/admin/people/nobody").status == 404
    assert [status for status, _ in boss.refusals] == [400, 400, 404]
    boss.refusals.clear()
    assert boss.page.locator("main img, main script").count() == 0


def test_projects_are_made_and_whoever_manages_one_decides_about_members_and_room(live_web: LiveWeb, boss: Tab) -> None:
    live_web.person("ann")
    boss.open("/pages/projects")
    boss.page.get_by_label("Its name").fill("salmon")
    boss.page.get_by_label("Title").fill("Salmon & trout")
    boss.follow(boss.page.get_by_role("button", name="Make it"))
    boss.page.get_by_label("Name the person signs in with").fill("ann")
    boss.page.get_by_label("Role").select_option("EDIT")
    boss.follow(boss.page.get_by_role("button", name="Make a member"))
    assert boss.page.get_by_role("row", name="ann").get_by_role("cell", name="EDIT").is_visible()
    boss.page.get_by_label("Most GiB").fill("2.5")
    boss.follow(boss.page.get_by_role("button", name="Set it"))
    assert boss.page.get_by_text("of 2.5 GiB").is_visible()
    boss.picture("admin-project")
    for label, button in (("Name the person", "Make a member"), ("Name of the member", "Remove from")):
        boss.page.get_by_label(label).fill("nobody")
        boss.follow(boss.page.get_by_role("button", name=button))
        assert "nobody" in boss.page.get_by_role("alert").inner_text()
    boss.page.get_by_label("Name of the member").fill("ann")
    boss.follow(boss.page.get_by_role("button", name="Remove from"))
    assert boss.page.get_by_role("row", name="ann").count() == 0
    boss.open("/pages/projects")
    boss.picture("admin-projects")
    assert [status for status, _ in boss.refusals] == [400, 400]
    boss.refusals.clear()


def test_a_member_sees_his_projects_and_leaves_one(live_web: LiveWeb, tab: Tab) -> None:
    now = datetime.now(UTC)
    create_project(live_web.warehouse, "alpha", "", KEY_USER_ID, now)
    create_project(live_web.warehouse, "beta", "", KEY_USER_ID, now)
    set_member(live_web.warehouse, "alpha", tab.sign_in(), Role.READ, now)
    tab.open("/pages/projects")
    assert tab.page.locator("tbody tr").count() == 1
    tab.follow(tab.page.get_by_role("link", name="alpha"))
    assert tab.page.get_by_role("button", name="Make a member").count() == 0
    tab.follow(tab.page.get_by_role("button", name="Leave this project"))
    assert tab.page.get_by_text("You are in no project yet.").is_visible()
    assert [tab.open(path).status for path in ("/pages/projects/beta", "/pages/projects/alpha")] == [404, 404]
    admins = ("/pages/admin", "/pages/admin/audit", "/pages/admin/notices", "/pages/admin/people/ann")
    assert [tab.open(path).status for path in admins] == [403] * 4
    assert len(tab.refusals) == 6
    tab.refusals.clear()


def test_the_audit_is_read_by_person_kind_and_outcome(live_web: LiveWeb, boss: Tab) -> None:
    live_web.client.get("/whoami", headers={"Authorization": "Bearer grt_wrong"})
    boss.open("/pages/admin/audit")
    assert boss.page.get_by_role("cell", name="sign_in").first.is_visible()
    boss.picture("admin-audit")
    boss.page.get_by_label("Outcome").select_option("refused")
    boss.follow(boss.page.get_by_role("button", name="Show"))
    assert boss.page.locator("tbody tr").count() == 1
    boss.open("/pages/admin/audit?name=boss&action=sign_&limit=1")
    assert "sign_in" in boss.download("All of it as CSV")


def test_the_queue_is_closed_and_opened_and_announcements_stand_on_every_page(live_web: LiveWeb, boss: Tab) -> None:
    boss.open("/pages/admin/notices")
    boss.page.get_by_label("Why").fill("Disks are exchanged")
    boss.follow(boss.page.get_by_role("button", name="Close for new jobs"))
    boss.page.get_by_label("Title").fill(f"New {HOSTILE}")
    boss.page.get_by_label("Message").fill("bcftools 1.21")
    boss.follow(boss.page.get_by_role("button", name="Announce it"))
    boss.picture("admin-notices")
    later = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M}"
    boss.page.get_by_label("Title").fill("Too late")
    boss.page.get_by_label("Until").fill(later)
    boss.follow(boss.page.get_by_role("button", name="Announce it"))
    assert "must end after it begins" in boss.page.get_by_role("alert").inner_text()
    assert boss.refusals.pop() == (400, "/pages/admin/notices")
    boss.open("/pages/galaxy")
    told = boss.page.get_by_role("region", name="Announcements")
    assert told.locator("p").all_inner_texts() == [
        "No new jobs are taken: Disks are exchanged",
        f"New {HOSTILE}: bcftools 1.21",
    ]
    assert boss.page.locator("img, main script").count() == 0
    boss.open("/pages/admin/notices")
    boss.follow(boss.page.get_by_role("button", name="Take new jobs again"))
    boss.follow(boss.page.get_by_role("button", name="Remove"))
    assert told.all_inner_texts() == []
