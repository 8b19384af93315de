"""The checks: each is told in one line, a failure with what the tool said, and none hides another."""

import sys

from grt_platform.runtime.checks import Check, run_checks

GOOD = Check("good", (sys.executable, "-c", "print('all is well')"))
BAD = Check("bad", (sys.executable, "-c", "import sys; print('line 7 is odd'); sys.exit(1)"))


def test_a_good_check_is_one_line() -> None:
    told: list[str] = []
    assert run_checks(told.append, [GOOD])
    assert len(told) == 1
    assert told[0].split()[:2] == ["good", "ok"]


def test_a_bad_check_shows_what_the_tool_said_and_the_others_run_too() -> None:
    told: list[str] = []
    assert not run_checks(told.append, [BAD, GOOD])
    assert [line.split()[0] for line in told] == ["bad", "line", "good"]
    assert told[1] == "line 7 is odd"


def test_a_check_that_writes_a_lot_does_not_hang() -> None:
    told: list[str] = []
    talkative = Check("talkative", (sys.executable, "-c", "import sys; print('x' * 2**20); sys.exit(1)"))
    assert not run_checks(told.append, [talkative])
    assert len(told[1]) == 2**20
