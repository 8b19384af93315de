"""Pages are gone through as a person would: what differs from them, ends otherwise or never ends is told."""

import os
import time
from pathlib import Path

import psutil
import pytest

from grt_platform_tests.docs_console import Shell, Step, faults, steps

PAGE = """
```console
$ echo one; echo two >&2
one
two
$ cat - <<'END'
in
END
in
$ false  # exits 1
```
```sh
# a remark
true \\
  && true
```
```
not run
```
"""


@pytest.fixture
def shell(tmp_path: Path):
    made = Shell(tmp_path, os.environ, 5)
    yield made
    made.close()


def told(shell: Shell, page: str) -> list[str]:
    found = steps(page)
    return list(faults(found, shell.run(found)))


def test_a_page_is_read_as_its_reader_types_it():
    assert steps(PAGE) == [
        Step("echo one; echo two >&2", "one\ntwo\n"),
        Step("cat - <<'END'\nin\nEND", "in\n"),
        Step("false", "", 1),
        Step("true    && true"),
    ]


def test_a_true_page_has_no_fault(shell):
    assert told(shell, PAGE) == []


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ("$ echo one\ntwo\n", "prints\none"),
        ("$ echo one\n", "prints\none"),
        ("$ true\nsomething\n", "the page says\nsomething"),
        ("$ false\n", "exits 1, not 0"),
        ("$ true  # exits 3\n", "exits 0, not 3"),
        ("$ exit 4\n$ true\n", "did not end"),
    ],
)
def test_a_false_page_is_told(shell, block, fault):
    [sentence] = told(shell, f"```console\n{block}```\n")
    assert fault in sentence


def test_what_differs_from_run_to_run_is_passed_over(shell):
    assert told(shell, "```console\n$ echo id 17 is new\nid ... is new\n```\n") == []


def test_frames_of_tables_may_be_longer_or_shorter(shell):
    page = "$ printf '┏━━━━┓\\n┃ id ┃\\n└────┘\\n'\n┏━━━━━━┓\n┃ ...  ┃\n└──────┘\n"
    assert told(shell, f"```console\n{page}```\n") == []


def test_a_command_that_never_ends_is_told_after_a_while(tmp_path):
    shell = Shell(tmp_path, os.environ, 0.5)
    [sentence] = told(shell, "```console\n$ sleep 60\n```\n")
    shell.close()
    assert "did not end" in sentence


def test_exports_of_a_page_hold_for_later_ones_and_what_it_left_running_ends(shell, tmp_path):
    found = steps("```console\n$ export NUMBER=7\n$ sleep 60 >log 2>&1 & echo $! >pid\n```\n")
    assert list(faults(found, shell.go_on(found))) == []
    assert told(shell, "```console\n$ echo $NUMBER\n7\n$ kill -0 $(cat pid)\n```\n") == []
    left = psutil.Process(int((tmp_path / "pid").read_text()))
    shell.close()
    assert ends_soon(left)


def ends_soon(process: psutil.Process) -> bool:
    for _ in range(100):
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False
