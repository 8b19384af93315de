"""What people are told of failures: enough, once, and when it is over."""

from grt_platform.kernel.alerting import MOST_CASES, Failure, Troubles

HOUR = 3600.0


def failure(case: str = "a", thing: str = "tools", reason: str = "the disk is full") -> Failure:
    return Failure(thing, case, reason, f"run of {case}", "galaxy_ingest")


def titles(troubles: Troubles, now_s: float) -> list[str]:
    return [alert.title for alert in troubles.due(now_s, HOUR)]


def test_a_failure_is_told_at_once_and_in_full() -> None:
    troubles = Troubles()
    troubles.failed(failure(), 1.0)
    [alert] = troubles.due(1.0, HOUR)
    assert alert.title == "tools failed for a"
    assert "the disk is full" in alert.body
    assert alert.facts == {
        "status": "failed",
        "thing": "tools",
        "run_id": "run of a",
        "job": "galaxy_ingest",
        "partition": "a",
    }


def test_five_hundred_failures_of_one_thing_are_one_message_and_another_thing_is_another() -> None:
    troubles = Troubles()
    for number in range(500):
        troubles.failed(failure(f"p{number:03}"), 1.0)
    troubles.failed(failure("p001", thing="jobs"), 1.0)
    assert titles(troubles, 1.0) == [
        "tools failed for 500 partitions, p000, p001, p002 and more",
        "jobs failed for p001",
    ]


def test_within_the_window_nothing_more_is_told_and_then_what_came_meanwhile_is_counted() -> None:
    troubles = Troubles()
    troubles.failed(failure(), 1.0)
    troubles.due(1.0, HOUR)
    for seconds in (10.0, 20.0):
        troubles.failed(failure("b"), seconds)
        assert titles(troubles, seconds) == []
    [alert] = troubles.due(HOUR + 2, HOUR)
    assert alert.title == "tools failed for a, b"
    assert "failures since the last word: 2" in alert.body
    assert titles(troubles, 5 * HOUR) == []  # nothing new failed


def test_it_works_again_only_when_everything_it_failed_on_was_done() -> None:
    troubles = Troubles()
    for case in ("a", "b"):
        troubles.failed(failure(case), 1.0)
    troubles.due(1.0, HOUR)
    troubles.succeeded("tools", "a")
    assert titles(troubles, 2.0) == []
    troubles.succeeded("tools", "b")
    [alert] = troubles.due(3.0, HOUR)
    assert (alert.title, alert.facts["status"]) == ("tools works again", "recovered")
    assert titles(troubles, 4.0) == []
    assert not troubles


def test_the_success_of_another_thing_or_case_is_no_recovery() -> None:
    troubles = Troubles()
    troubles.failed(failure(), 1.0)
    troubles.due(1.0, HOUR)
    troubles.succeeded("tools", "b")
    troubles.succeeded("jobs", "a")
    assert titles(troubles, 2.0) == []
    assert troubles.failing_on("a") == ["tools"]


def test_one_that_was_mended_and_fails_again_is_told_again_at_once() -> None:
    troubles = Troubles()
    troubles.failed(failure(), 1.0)
    told = titles(troubles, 1.0)
    troubles.succeeded("tools", "a")
    told += titles(troubles, 60.0)
    troubles.failed(failure(), 120.0)
    assert [*told, *titles(troubles, 120.0)] == ["tools failed for a", "tools works again", "tools failed for a"]


def test_one_that_fails_and_works_by_turns_is_told_no_more_until_the_window_is_over() -> None:
    troubles = Troubles()
    told: list[str] = []
    for minute in range(0, 59, 2):
        troubles.failed(failure(), minute * 60.0)
        told += titles(troubles, minute * 60.0)
        troubles.succeeded("tools", "a")
        told += titles(troubles, minute * 60.0 + 60)
    assert told == ["tools failed for a", "tools works again", "tools failed for a"], "the last word is no false one"
    assert titles(troubles, HOUR + 180) == ["tools works again"]
    troubles.failed(failure(), 2 * HOUR)
    assert titles(troubles, 2 * HOUR) == ["tools failed for a"]


def test_a_failure_that_was_over_before_anybody_heard_of_it_is_told_as_no_recovery() -> None:
    troubles = Troubles()
    troubles.failed(failure(), 1.0)
    troubles.succeeded("tools", "a")
    assert titles(troubles, 1.0) == []


def test_what_is_known_survives_as_text() -> None:
    troubles = Troubles()
    troubles.failed(failure("é|1"), 1.0)
    troubles.due(1.0, HOUR)
    again = Troubles(str(troubles))
    again.failed(failure("é|1"), 2.0)
    assert titles(again, 2.0) == []
    again.succeeded("tools", "é|1")
    assert titles(again, 3.0) == ["tools works again"]


def test_what_is_remembered_is_bounded_in_cases_and_in_time() -> None:
    troubles = Troubles()
    for number in range(3 * MOST_CASES):
        troubles.failed(failure(str(number)), 1.0)
    troubles.due(1.0, HOUR)
    assert len(str(troubles)) < 20 * MOST_CASES
    assert titles(troubles, 30 * 24 * HOUR) == []
    assert str(troubles) == "{}"


def test_a_failure_without_a_partition_names_none() -> None:
    troubles = Troubles()
    troubles.failed(failure("", thing="platform_prune"), 1.0)
    assert titles(troubles, 1.0) == ["platform_prune failed"]
