"""What machines report over HTTP: the first good report counts, everything else changes nothing and is told why."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from grt_platform.settings import settings
from grt_platform.systems.ena.logic.machines import State
from grt_platform.systems.ena.logic.secrets import callback_token
from grt_platform.systems.ena.register import Register
from grt_platform.systems.ena.serving.callbacks import MOST_BYTES
from grt_platform.systems.ena.tracker import Tracker

BATCH = "t562-0123456789abcdef"
ADDRESS = "/ena/callbacks"


@pytest.fixture
def register(live_web):
    """A machine at work for taxon 562."""
    now = datetime.now(UTC)
    Tracker(live_web.warehouse).add(["562"], now)
    register = Register(live_web.warehouse)
    with live_web.warehouse.connection() as connection:
        connection.execute("DELETE FROM ena.machines")
    register.plan(562, [BATCH], "local", now)
    assert register.begin(BATCH, 1)
    register.made(BATCH, BATCH, Decimal(0), now, timedelta(hours=1))
    register.active(BATCH, "127.0.0.1")
    return register


def token(attempt: int = 1) -> str:
    return callback_token(settings().signing_key.get_secret_value().encode(), BATCH, attempt)


def tell(live_web, body: object, given: str) -> httpx.Response:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return live_web.client.post(ADDRESS, content=data, headers={"Authorization": b"Bearer " + given.encode("latin-1")})


READY = {"batch_id": BATCH, "status": "ready", "error": ""}


def test_the_first_report_counts_and_the_second_is_told_so(live_web, register):
    assert tell(live_web, READY, token()).status_code == 204
    assert register.get(BATCH).state is State.READY
    assert Tracker(live_web.warehouse).get(562).last_run_status == "ready"
    again = tell(live_web, {**READY, "status": "error", "error": "x"}, token())
    assert again.status_code == 409
    assert register.get(BATCH).state is State.READY


def test_an_error_is_kept_in_the_machines_words(live_web, register):
    assert tell(live_web, {**READY, "status": "error", "error": "no\nspace\x1b[2J left"}, token()).status_code == 204
    row = register.get(BATCH)
    assert (row.state, row.reason) == (State.ERROR, "no space [2J left")


def test_forged_unknown_and_old_tokens_are_answered_alike_and_change_nothing(live_web, register):
    unknown = {**READY, "batch_id": "t562-ffffffffffffffff"}
    answers = [
        tell(live_web, READY, "0" * 64),
        tell(live_web, unknown, token()),
        tell(live_web, READY, token(2)),
        tell(live_web, READY, "\xff"),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert register.get(BATCH).state is State.ACTIVE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{" * 10_000,
        {**READY, "batch_id": "t562-0123456789abcdef\n"},
        {**READY, "batch_id": None},
        {**READY, "status": "done"},
        {**READY, "status": True},
        {**READY, "error": 5},
        {**READY, "droplet_ip": "127.0.0.1"},
        {**READY, "error": "x" * 4001},
    ],
)
def test_a_body_of_another_form_is_refused(live_web, register, body):
    assert tell(live_web, body, token()).status_code == 422
    assert register.get(BATCH).state is State.ACTIVE


def test_a_body_that_is_too_large_is_refused_before_it_is_read_whole(live_web, register):
    assert tell(live_web, b" " * (MOST_BYTES + 1), token()).status_code == 413
    assert register.get(BATCH).state is State.ACTIVE


def test_a_late_report_changes_nothing(live_web, register):
    with live_web.warehouse.connection() as connection:
        connection.execute(
            "UPDATE ena.machines SET planned_at = now() - interval '3 days', deadline_at = now() - interval '2 days'"
        )
    assert tell(live_web, READY, token()).status_code == 410
    assert register.get(BATCH).state is State.ACTIVE


def test_who_guesses_is_stopped(live_web, register):
    statuses = {tell(live_web, READY, "0" * 64).status_code for _ in range(25)}
    assert statuses == {401, 429}
    assert tell(live_web, READY, token()).status_code == 429
