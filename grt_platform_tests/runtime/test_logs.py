"""Logs: bounded, found by service, followed through their being emptied."""

from pathlib import Path

import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.logs import find_logs, follow, rotate, tail


def test_a_large_log_is_moved_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab") as writer:
        writer.write(b"old\n" * 100)
        writer.flush()
        rotate(log, largest_bytes=100)
        writer.write(b"new\n")
        writer.flush()
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "web.log.1").read_bytes() == b"old\n" * 100


def test_a_small_log_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("old\n")
    rotate(log, largest_bytes=100)
    assert log.read_text() == "old\n"


def test_the_tail_is_the_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_bytes(b"1\n2\n\xff3\n")
    assert tail(log, 2) == ["2", "\ufffd3"]


def test_an_unknown_service_is_answered_with_those_there_are(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.create()
    (installation.logs / "web.log").write_text("")
    with pytest.raises(BadInputError, match=r"No log of 'wbe' in .*; there are: web"):
        find_logs(installation, "wbe")


def test_following_gives_whole_new_lines_also_after_the_log_was_emptied(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("seen before\n")
    steps = iter([("a", "one\ntw"), ("a", "o\n"), ("w", "three\n")])

    def write_next() -> bool:
        step = next(steps, None)
        if step is not None:
            with log.open(step[0]) as file:
                file.write(step[1])
        return step is not None

    assert [line for _, line in follow({"web": log}, write_next)] == ["one", "two", "three"]
