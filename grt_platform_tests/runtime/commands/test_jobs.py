"""`grt jobs` against the real web door: what it shows, how it waits, with which code it ends."""

import json
import threading
import time

import pytest

from grt_platform.cli import run
from grt_platform.kernel.errors import UnavailableError
from grt_platform.kernel.identity import Role
from grt_platform.serving import job_wait
from grt_platform.serving.remote import Remote
from grt_platform_tests.web.test_jobs import NOWHERE, running, submit


@pytest.fixture
def ann(live_web):
    """Somebody whose commands ask the web door of the test."""
    live_web.set("GRT_WEB_URL", live_web.url)
    person = live_web.person("ann", alpha=Role.EDIT)
    live_web.set("GRT_TOKEN", person.token)
    return person


def end(attempt, how: str) -> None:
    """Lets the attempt end in that way."""
    if how in {"complete", "with warnings"}:
        with attempt.completing({"total": 3}, {}, ["odd"] if how == "with warnings" else []):
            pass
    else:
        attempt.blame_input("The numbers are odd")


def test_the_list_shows_jobs_by_filter(live_web, ann, capsys):
    job_id = submit(live_web, ann).job_id
    assert run(["jobs", "ls", "--project", "alpha", "--state", "queued", "--mine"]) == 0
    assert job_id in capsys.readouterr().out
    assert run(["jobs", "ls", "--state", "RUNNING", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_list_longer_than_a_page_is_whole(live_web, ann, capsys):
    made = {submit(live_web, ann).job_id for _ in range(205)}
    assert run(["jobs", "ls", "--limit", "1000", "--json"]) == 0
    assert {job["job_id"] for job in json.loads(capsys.readouterr().out)} == made


def test_one_job_is_shown_with_reason_and_history(live_web, ann, capsys):
    attempt = running(live_web, ann)
    end(attempt, "fail")
    assert run(["jobs", "show", attempt.job.job_id]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("EXECUTOR_ERROR", "The numbers are odd", "history", "INITIALIZING"))


@pytest.mark.parametrize(("how", "code"), [("complete", 0), ("with warnings", 3), ("fail", 1)])
def test_waiting_ends_with_the_job_and_with_a_code_by_its_outcome(live_web, ann, capsys, how, code):
    attempt = running(live_web, ann)
    later = threading.Timer(0.5, end, (attempt, how))
    later.start()
    with pytest.raises(SystemExit) as ended:
        run(["jobs", "wait", attempt.job.job_id, "--json"])
    later.join()
    assert (ended.value.code, json.loads(capsys.readouterr().out)["job_id"]) == (code, attempt.job.job_id)


def test_waiting_for_several_ends_with_the_worst_code(live_web, ann):
    attempts = [running(live_web, ann) for _ in range(3)]
    for attempt, how in zip(attempts, ("complete", "with warnings", "fail"), strict=True):
        end(attempt, how)
    ids = [attempt.job.job_id for attempt in attempts]
    for chosen, code in ((ids[:1], 0), (ids[:2], 3), (ids, 1)):
        with pytest.raises(SystemExit) as ended:
            run(["jobs", "wait", *chosen])
        assert ended.value.code == code


def test_an_interrupt_ends_the_waiting_and_says_that_the_job_goes_on(live_web, ann, capsys, monkeypatch):
    attempt = running(live_web, ann)

    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(job_wait, "wait_for_job", interrupt)
    with pytest.raises(SystemExit) as ended:
        run(["jobs", "wait", attempt.job.job_id])
    assert ended.value.code == 1
    assert f"it goes on: `grt jobs show {attempt.job.job_id}`" in capsys.readouterr().err
    assert live_web.client.get(f"/jobs/{attempt.job.job_id}", headers=ann.headers).json()["state"] == "RUNNING"


def test_waiting_has_patience_with_a_platform_that_restarts_and_an_end(live_web, ann):
    job_id = submit(live_web, ann).job_id
    asked: list[str] = []

    class Restarting(Remote):
        def get(self, path, **params):
            asked.append(path)
            if len(asked) in {2, 3}:
                raise UnavailableError("restarting")
            return super().get(path, **params)

    with Restarting(live_web.url, ann.token) as platform:
        began = time.monotonic()
        with pytest.raises(UnavailableError, match="has not ended after 1 s; it goes on"):
            job_wait.wait_for_job(platform, job_id, patience_s=1)
    assert len(asked) > 3
    assert time.monotonic() - began < 10


def test_cancel_and_retry(live_web, ann, capsys):
    job_id = submit(live_web, ann).job_id
    assert run(["jobs", "cancel", job_id, "--wait", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "CANCELED"
    assert run(["jobs", "retry", job_id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "QUEUED"


@pytest.mark.parametrize("verb", ["show", "cancel", "retry", "wait"])
@pytest.mark.parametrize("job_id", [NOWHERE, "../health", "a b"])
def test_a_job_that_is_not_there_is_one_line_and_wrong_usage(live_web, ann, capsys, verb, job_id):
    assert run(["jobs", verb, job_id]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert (
        len([line for line in lines if not line.startswith("{")]) == 1
    )  # the web door of this process logs there, too
