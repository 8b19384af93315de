"""Programs that are run for their answer: bounded in time and size, with no child and no secret left behind."""

import os
import sys
import time
from pathlib import Path

import pytest

from grt_platform.adapters.command import run
from grt_platform.kernel.errors import UnavailableError
from grt_platform_tests.fixtures.patience import has_ended, until


def python(code: str, *arguments: str, **others: object):
    return run([sys.executable, "-c", code, *arguments], timeout_s=20, **others)


def test_output_errors_and_exit_code_are_told_apart() -> None:
    answer = python("import sys; print('out'); print('one\\ntwo', file=sys.stderr); sys.exit(7)")
    assert (answer.code, answer.text, answer.complaint) == (7, "out\n", "two")


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    hostile = f"$(touch {tmp_path}/x); `touch {tmp_path}/x` ' \" \n * -rf"
    assert python("import sys; print(sys.argv[1], end='')", hostile).text == hostile
    assert list(tmp_path.iterdir()) == []


def test_a_program_sees_none_of_our_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRT_ADMIN_KEY", "secret")
    seen = eval(python("import os; print(dict(os.environ))", variables={"GIVEN": "x"}).text)
    assert set(seen) - {"LC_CTYPE"} == {"PATH", "HOME", "LC_ALL", "GIVEN"}


def test_a_program_that_asks_gets_no_answer() -> None:
    assert python("import sys; print(repr(sys.stdin.read()))").text == "''\n"


def test_a_program_that_does_not_end_is_stopped_with_all_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    start = f"p = subprocess.Popen(['sleep', '60']); open({str(child)!r}, 'w').write(str(p.pid))"
    script = f"import subprocess, time; {start}; time.sleep(60)"
    began = time.monotonic()
    with pytest.raises(UnavailableError, match=r"did not end within 1\.5 s"):
        run([sys.executable, "-c", script], timeout_s=1.5)
    assert time.monotonic() - began < 10
    gone(int(child.read_text()))


def test_a_child_that_a_program_leaves_behind_is_stopped_and_not_waited_for() -> None:
    began = time.monotonic()
    answer = python("import subprocess; print(subprocess.Popen(['sleep', '60']).pid)")
    assert time.monotonic() - began < 10
    gone(int(answer.text))


def test_only_the_start_of_a_flood_is_kept() -> None:
    assert python("print('x' * 10_000_000)", most_bytes=100).output == b"x" * 100


@pytest.mark.parametrize("command", [["/no/such/program"], [os.devnull], ["x\0y"]])
def test_a_program_that_cannot_be_started_is_named(command: list[str]) -> None:
    with pytest.raises(UnavailableError, match="cannot be started"):
        run(command, timeout_s=1)


def test_what_is_no_text_shows_as_such() -> None:
    assert python("import sys; sys.stdout.buffer.write(b'\\xff')").text == "\ufffd"
    assert python("").complaint == "it said nothing"


def gone(pid: int) -> None:
    """Returns when the process has ended."""
    until(lambda: has_ended(pid), 5)
