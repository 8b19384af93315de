"""The queue over HTTP: closed for new jobs of all but administrators, what was asked goes on, opened again."""

from datetime import UTC, datetime, timedelta

import pytest

from grt_platform.adapters.job_board import JobBoard, Submission
from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.web import LiveWeb, Person

pytestmark = pytest.mark.service
UPDATES = "/variants/projects/alpha/dimensions/updates"


@pytest.fixture
def ann(live_web: LiveWeb) -> Person:
    return live_web.person("ann", alpha=Role.QUERY)


def close(live_web: LiveWeb, **wanted: object) -> int:
    body = {"reason": "Disks are exchanged", **wanted}
    return live_web.client.put("/queue", headers=live_web.admin, json=body).status_code


def test_a_closed_queue_refuses_new_jobs_with_the_reason_and_keeps_those_that_wait(live_web: LiveWeb, ann: Person):
    asked = Submission("variants", "update", "alpha", ann.user_id, "ann", {"again": False})
    waiting = JobBoard(live_web.warehouse).submit(asked).job
    assert close(live_web) == 200
    refused = live_web.client.post(UPDATES, headers=ann.headers)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "600")
    assert "Disks are exchanged" in refused.json()["detail"]
    JobBoard(live_web.warehouse).cancel(waiting.job_id, "ann")
    assert live_web.client.post(f"/jobs/{waiting.job_id}/retry", headers=ann.headers).status_code == 503
    assert live_web.client.post(UPDATES, headers=live_web.admin).status_code == 202
    told = live_web.client.get("/queue", headers=ann.headers).json()
    assert (told["is_closed"], told["closed_by"]) == (True, "admin-key")
    assert live_web.client.delete("/queue", headers=live_web.admin).json()["is_closed"] is False
    assert live_web.client.delete("/queue", headers=live_web.admin).status_code == 200
    assert live_web.client.post(UPDATES, headers=ann.headers).status_code == 202


def test_a_closing_that_is_planned_refuses_nothing_yet(live_web: LiveWeb, ann: Person):
    later = datetime.now(UTC) + timedelta(hours=1)
    assert close(live_web, closes_at=later.isoformat()) == 200
    assert live_web.client.post(UPDATES, headers=ann.headers).status_code == 202
    assert live_web.client.get("/queue", headers=ann.headers).json()["is_closed"] is False


def test_only_administrators_close_the_queue_and_only_with_a_reason_and_a_zone(live_web: LiveWeb, ann: Person):
    assert live_web.client.put("/queue", headers=ann.headers, json={"reason": "no"}).status_code == 403
    assert live_web.client.delete("/queue", headers=ann.headers).status_code == 403
    assert live_web.client.get("/queue").status_code == 401
    assert close(live_web, reason=" ") == 400
    assert close(live_web, closes_at="2026-11-26T20:00:00") == 422


def test_announcements_are_made_seen_by_everybody_while_they_hold_and_removed(live_web: LiveWeb, ann: Person):
    now = datetime.now(UTC)

    def announce(title: str, **more: object) -> int:
        body = {"title": title, **more}
        return live_web.client.post("/announcements", headers=live_web.admin, json=body).status_code

    assert announce("now") == 201
    assert announce("warned", level="warning", ends_at=(now + timedelta(hours=1)).isoformat()) == 201
    assert announce("later", shown_at=(now + timedelta(hours=1)).isoformat()) == 201
    assert announce("x", level="danger") == 422
    assert announce(" ") == 400
    assert announce("x", ends_at=(now - timedelta(hours=1)).isoformat()) == 400
    shown = live_web.client.get("/announcements").json()
    assert [each["title"] for each in shown] == ["warned", "now"]
    assert len(live_web.client.get("/announcements/all", headers=live_web.admin).json()) == 3
    address = f"/announcements/{shown[0]['announcement_id']}"
    assert live_web.client.delete(address, headers=ann.headers).status_code == 403
    assert live_web.client.delete(address, headers=live_web.admin).status_code == 204
    assert live_web.client.delete(address, headers=live_web.admin).status_code == 404
    assert live_web.client.delete("/announcements/nonsense", headers=live_web.admin).status_code == 404
    events = live_web.client.get("/audit", headers=live_web.admin).json()
    assert [each["action"] for each in events].count("announcement.make") == 3
