"""Jobs over HTTP: who may see and change which, and what a job's submitter is told."""

from datetime import datetime

import pytest
from fastapi import APIRouter, Request

from grt_platform.adapters.job_attempt import begin
from grt_platform.adapters.job_board import JobBoard, Submission
from grt_platform.kernel.identity import Role
from grt_platform.web import app as web_app
from grt_platform.web.access import Asking, allow
from grt_platform.web.app import create_app
from grt_platform.web.jobs import submit as submit_job
from grt_platform.web.sign_in import signed_in
from grt_platform_tests.adapters.jobs import AMPLE, queue
from grt_platform_tests.fixtures.web import serving

NOWHERE = "0d6f1a52-6f0e-4d57-9c53-3f3c1f3a9d11"


def submit(live_web, person, project: str = "alpha", **others):
    submission = Submission("sample", "sum", project, person.user_id, person.name, {"numbers": [1]}, **others)
    return JobBoard(live_web.warehouse).submit(submission).job


def running(live_web, person, project: str = "alpha"):
    job = submit(live_web, person, project)
    queue(live_web.warehouse).hand_out(AMPLE)
    return begin(live_web.warehouse, job.job_id, "run 1", 1)


def test_a_job_tells_how_far_it_is_and_its_history(live_web):
    ann = live_web.person("ann", alpha=Role.READ)
    attempt = running(live_web, ann)
    attempt.tell(0.25, "parse")
    job = live_web.client.get(f"/jobs/{attempt.job.job_id}", headers=ann.headers).json()
    assert (job["state"], job["progress"], job["step"], job["user"]) == ("RUNNING", 0.25, "parse", "ann")
    assert [row["to_state"] for row in job["history"]] == ["QUEUED", "INITIALIZING", "RUNNING"]
    assert job["result"] is None


def test_a_complete_job_tells_result_counts_warnings_and_when_it_expires(live_web):
    ann = live_web.person("ann", alpha=Role.READ)
    attempt = running(live_web, ann)
    with attempt.completing({"href": "/x"}, {"genes": 13}, ["two names repeat"]):
        pass
    job = live_web.client.get(f"/jobs/{attempt.job.job_id}", headers=ann.headers).json()
    assert (job["result"], job["counts"], job["warnings"]) == ({"href": "/x"}, {"genes": 13}, ["two names repeat"])
    assert (datetime.fromisoformat(job["expires_at"]) - datetime.fromisoformat(job["ended_at"])).days == 90


@pytest.mark.parametrize("verb", ["", "/cancel", "/retry"])
def test_a_job_of_another_project_answers_exactly_like_one_that_is_not_there(live_web, verb):
    ann, bob = live_web.person("ann", alpha=Role.MANAGE), live_web.person("bob", beta=Role.MANAGE)
    job_id = submit(live_web, ann).job_id
    method = "POST" if verb else "GET"
    answers = [
        live_web.client.request(method, f"/jobs/{one}{verb}", headers=bob.headers) for one in (job_id, NOWHERE, "x y")
    ]
    bodies = [{k: v for k, v in each.json().items() if k != "request_id"} for each in answers]
    assert [each.status_code for each in answers] == [404, 404, 404]
    assert bodies[0] == bodies[1] == bodies[2]
    assert JobBoard(live_web.warehouse).get(job_id).state == "QUEUED"


def test_a_reader_sees_and_does_not_change_an_asker_changes_his_own_an_editor_all(live_web):
    ann = live_web.person("ann", alpha=Role.QUERY)
    eva, rob = live_web.person("eva", alpha=Role.EDIT), live_web.person("rob", alpha=Role.READ)
    que = live_web.person("que", alpha=Role.QUERY)
    job_id = submit(live_web, ann).job_id
    statuses = [
        live_web.client.post(f"/jobs/{job_id}/cancel", headers=one.headers).status_code for one in (rob, que, ann, eva)
    ]
    assert statuses == [403, 403, 202, 202]
    assert live_web.client.get(f"/jobs/{job_id}", headers=rob.headers).json()["reason"] == "Canceled by ann"
    assert live_web.client.post(f"/jobs/{job_id}/retry", headers=rob.headers).status_code == 403
    assert live_web.client.post(f"/jobs/{job_id}/retry", headers=eva.headers).json()["state"] == "QUEUED"


def test_a_limited_token_sees_its_projects_alone(live_web):
    ann = live_web.person("ann", alpha=Role.MANAGE, beta=Role.MANAGE)
    submit(live_web, ann, "alpha")
    hidden = submit(live_web, ann, "beta").job_id
    limited = ann.with_token(Role.READ, frozenset({"alpha"}))
    listed = live_web.client.get("/jobs", headers=limited.headers).json()
    assert [job["project"] for job in listed["jobs"]] == ["alpha"]
    assert live_web.client.get(f"/jobs/{hidden}", headers=limited.headers).status_code == 404


def test_the_list_is_paged_filtered_and_of_visible_projects(live_web):
    ann, bob = live_web.person("ann", alpha=Role.READ, beta=Role.READ), live_web.person("bob", beta=Role.READ)
    made = [submit(live_web, ann, "alpha").job_id for _ in range(5)]
    submit(live_web, bob, "beta")
    seen, after = [], ""
    while after is not None:
        params = {"project": "alpha", "limit": 2, "after": after}
        page = live_web.client.get("/jobs", headers=ann.headers, params=params).json()
        seen += [job["job_id"] for job in page["jobs"]]
        after = page["next"]
    assert seen == made[::-1]

    def listed(person, **params):
        return len(live_web.client.get("/jobs", headers=person.headers, params=params).json()["jobs"])

    assert (listed(ann), listed(bob), listed(ann, mine=True), listed(ann, state="RUNNING")) == (6, 1, 5, 0)
    assert live_web.client.get("/jobs", headers=bob.headers, params={"project": "alpha"}).status_code == 404
    assert len(live_web.client.get("/jobs", headers=live_web.admin).json()["jobs"]) == 6
    nobody = live_web.person("nobody")
    assert listed(nobody) == 0


@pytest.mark.parametrize("after", ["x", "~", "2026-01-01~x", f"~{NOWHERE}", "\0~"])
def test_a_bad_mark_of_a_page_is_told(live_web, after):
    answer = live_web.client.get("/jobs", headers=live_web.admin, params={"after": after})
    assert (answer.status_code, "leave it out" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 201}, {"state": "BROKEN"}])
def test_bad_filters_are_told(live_web, params):
    assert live_web.client.get("/jobs", headers=live_web.admin, params=params).status_code == 422


def test_whoever_submits_cancels_or_retries_stands_in_the_audit(live_web, sums_url):
    ann = live_web.person("ann", alpha=Role.QUERY)
    job_id = live_web.client.post(sums_url, json=[1], headers=ann.headers).json()["job_id"]
    for verb in ("cancel", "retry"):
        assert live_web.client.post(f"/jobs/{job_id}/{verb}", headers=ann.headers).status_code == 202
    rows = live_web.warehouse.fetch("SELECT action, subject FROM identity.audit WHERE action LIKE 'job.%' ORDER BY 1")
    assert [tuple(row.values()) for row in rows] == [
        ("job.cancel", job_id),
        ("job.retry", job_id),
        ("job.submit", "sample/sum"),
    ]


def test_what_has_ended_is_neither_canceled_nor_tried_again(live_web):
    ann = live_web.person("ann", alpha=Role.EDIT)
    attempt = running(live_web, ann)
    with attempt.completing({}, {}):
        pass
    for verb in ("cancel", "retry"):
        answer = live_web.client.post(f"/jobs/{attempt.job.job_id}/{verb}", headers=ann.headers)
        assert (answer.status_code, "COMPLETE" in answer.json()["detail"]) == (409, True)


router = APIRouter()


@router.post("/sums")
@signed_in
def sums(request: Request, asking: Asking, numbers: list[int]):
    allow(asking, "alpha", Role.QUERY)
    return submit_job(request, asking, system="sample", kind="sum", project="alpha", asked={"numbers": numbers})


@pytest.fixture
def sums_url(live_web, monkeypatch):
    """The web door with a route that submits."""
    monkeypatch.setattr(web_app, "system_routers", lambda: [router])
    with serving(create_app()) as url:
        yield f"{url}/sums"


def test_a_submitter_is_answered_at_once_with_the_job_and_its_address(live_web, sums_url):
    ann = live_web.person("ann", alpha=Role.QUERY)
    answer = live_web.client.post(sums_url, json=[1, 2], headers=ann.headers)
    job = answer.json()
    assert (answer.status_code, job["state"], job["request"]) == (202, "QUEUED", {"numbers": [1, 2]})
    assert answer.headers["Location"] == f"/jobs/{job['job_id']}"
    assert live_web.client.get(answer.headers["Location"], headers=ann.headers).status_code == 200


def test_the_same_key_sent_twice_is_one_job_and_for_another_request_422(live_web, sums_url):
    ann = live_web.person("ann", alpha=Role.QUERY)
    headers = {**ann.headers, "Idempotency-Key": "k1"}
    first, second = (live_web.client.post(sums_url, json=[1], headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["job_id"] == second.json()["job_id"]
    other = live_web.client.post(sums_url, json=[2], headers=headers)
    assert (other.status_code, "send a new key" in other.json()["detail"]) == (422, True)


def test_a_job_waits_for_the_sensor_where_dagster_does_not_answer(live_web, sums_url, unused_port):
    live_web.set("GRT_UI_PORT", str(unused_port))
    ann = live_web.person("ann", alpha=Role.QUERY)
    job_id = live_web.client.post(sums_url, json=[1], headers=ann.headers).json()["job_id"]
    history = []
    while len(history) < 3:
        history = [row["to_state"] for row in JobBoard(live_web.warehouse).history(job_id)]
    assert history == ["QUEUED", "INITIALIZING", "QUEUED"]
    assert [job.job_id for job in queue(live_web.warehouse).hand_out(AMPLE)] == [job_id]
