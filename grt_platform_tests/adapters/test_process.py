"""Processes: told apart for ever, and ended with their starter."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from grt_platform.adapters.process import ProcessId, launched
from grt_platform_tests.fixtures.patience import has_ended, until


def test_a_running_process_is_alive_and_an_ended_one_is_not() -> None:
    process = subprocess.Popen(["sleep", "60"])
    identity = ProcessId.of(process.pid)
    assert identity.is_alive()
    identity.terminate()
    while process.poll() is None:
        time.sleep(0.01)
    assert not identity.is_alive()


def test_a_zombie_is_not_alive() -> None:
    process = subprocess.Popen(["true"])
    identity = ProcessId.of(process.pid)
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert not identity.is_alive()
    process.wait()


def test_another_process_with_the_same_number_is_not_the_same() -> None:
    mine = ProcessId.of(os.getpid())
    assert not ProcessId(mine.pid, mine.started_at + 10).is_alive()


def test_a_number_without_a_process_is_told() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    with pytest.raises(psutil.NoSuchProcess):
        ProcessId.of(process.pid)


def test_a_launched_command_keeps_its_arguments_and_its_number(tmp_path: Path) -> None:
    output = tmp_path / "out"
    code = "import os, sys; print(os.getpid(), *sys.argv[1:], sep='|')"
    with output.open("w") as file:
        process = subprocess.Popen(launched([sys.executable, "-c", code, "two words", "$HOME", ""]), stdout=file)
    process.wait()
    assert output.read_text() == f"{process.pid}|two words|$HOME|\n"


def test_a_launched_command_ends_when_its_starter_is_killed() -> None:
    code = (
        "import subprocess, time; from grt_platform.adapters.process import launched\n"
        "print(subprocess.Popen(launched(['/bin/sleep', '60'])).pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        while "sleep" not in psutil.Process(pid).name():
            time.sleep(0.01)
        starter.kill()
    until(lambda: has_ended(pid), 10)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_root_can_launch_a_command_as_an_ordinary_user() -> None:
    done = subprocess.run(launched(["/usr/bin/id", "-u"], "65534"), capture_output=True, text=True, check=True)
    assert done.stdout == "65534\n"
