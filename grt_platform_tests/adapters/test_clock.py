"""The clock of the database server: what it says, and what is told while it says nothing."""

from datetime import UTC, datetime, timedelta

import psycopg

from grt_platform.adapters.clock import ServerClock, server_clock
from grt_platform_tests.fixtures.postgres import free_port


def test_the_time_is_that_of_the_server_and_goes_on_with_the_seconds_that_pass_here(database_url: str) -> None:
    passed = [100.0]
    clock = ServerClock(database_url, steady=lambda: passed[0])
    with psycopg.connect(database_url) as connection:
        [before] = connection.execute("SELECT clock_timestamp()").fetchone() or [None]
        first = clock.now()
        [after] = connection.execute("SELECT clock_timestamp()").fetchone() or [None]
    assert before <= first <= after
    assert first.tzinfo is UTC
    passed[0] += 59
    assert clock.now() == first + timedelta(seconds=59), "not asked again"
    passed[0] += 1
    assert clock.now() < first + timedelta(seconds=59), "asked again: no minute has really passed there"


def test_without_a_server_that_answers_it_is_the_clock_of_this_machine() -> None:
    for url in ("", f"postgresql://me@127.0.0.1:{free_port()}/nothing"):
        assert abs(ServerClock(url).now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert server_clock("") is server_clock("")
