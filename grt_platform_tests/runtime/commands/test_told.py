"""`grt queue`, `grt announcements` and `grt lustre grant` against the real web door."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from grt_platform.cli import run
from grt_platform_tests.fixtures.web import ADMIN_KEY
from grt_platform_tests.systems.lustre.rows import row, serve


@pytest.fixture
def grt(live_web, capsys):
    """Runs a command as an administrator; returns its exit code and what it wrote."""
    live_web.set("GRT_WEB_URL", live_web.url)
    live_web.set("GRT_TOKEN", ADMIN_KEY)

    def command(*words: str) -> tuple[int, str]:
        return run(list(words)), capsys.readouterr().out

    return command


def test_the_queue_is_closed_now_or_later_and_opened(grt):
    assert grt("queue", "show") == (0, "open\n")
    later = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}"
    assert grt("queue", "close", "Disks", "--at", later)[1].startswith(f"closes on {later}")
    assert grt("queue", "close", "Disks")[1].endswith("by admin-key: Disks\n")
    assert json.loads(grt("queue", "show", "--json")[1])[0]["is_closed"] is True
    assert grt("queue", "open") == (0, "open\n")
    assert grt("queue", "close", " ")[0] == 2


def test_announcements_are_added_listed_and_removed(grt):
    code, made = grt("announcements", "add", "Upgrade", "--message", "An hour", "--level", "warning")
    assert code == 0
    assert "Upgrade" in grt("announcements", "ls")[1]
    soon = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    assert grt("announcements", "add", "Later", "--from", soon)[0] == 0
    assert "Later" not in grt("announcements", "ls")[1]
    assert "Later" in grt("announcements", "ls", "--all")[1]
    assert grt("announcements", "rm", made.strip())[0] == 0
    assert grt("announcements", "ls") == (0, "nothing is announced\n")
    assert grt("announcements", "rm", made.strip())[0] == 2


def test_leaders_are_named_listed_and_dismissed(live_web, grt):
    from grt_platform.systems.lustre.schemas import GROUP_USAGE, VOLUME_TOTALS

    serve(live_web.warehouse, VOLUME_TOTALS, row(VOLUME_TOTALS))
    serve(live_web.warehouse, GROUP_USAGE, row(GROUP_USAGE, gid=7, group_name="hgi"))
    live_web.person("ann")
    assert grt("lustre", "grant", "hgi", "ann") == (0, "ann leads hgi\n")
    assert [each["gid"] for each in json.loads(grt("lustre", "leaders", "--json")[1])] == [7]
    assert grt("lustre", "revoke", "7", "ann")[0] == 0
    assert grt("lustre", "leaders") == (0, "nobody leads a group\n")
    assert grt("lustre", "revoke", "7", "ann")[0] == 2
