"""The supervisor: order, restarts, stops, and that nothing is left, whatever ends it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from grt_platform.runtime import guard
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.state import Phase, State, read_state
from grt_platform_tests.fixtures.patience import until

PATIENCE_S = 20.0
Starter = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "a home")


@pytest.fixture
def start(installation: Installation) -> Iterator[Starter]:
    started: list[subprocess.Popen[str]] = []

    def starter(scenario: str = "good") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "grt_platform_tests.runtime.fake_platform", str(installation.home), scenario]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        return process

    yield starter
    for process in started:
        process.kill()
        process.communicate()
    until(lambda: not alive(installation, everyone(installation)))


def healthy(installation: Installation, supervisor: subprocess.Popen[str]) -> State:
    def is_up() -> bool:
        assert supervisor.poll() is None, supervisor.communicate()
        state = read_state(installation)
        return state.is_healthy and state.supervisor is not None and state.supervisor.pid == supervisor.pid

    until(is_up)
    return read_state(installation)


def events(installation: Installation) -> list[list[str]]:
    path = installation.home / "events"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def everyone(installation: Installation) -> set[int]:
    return {int(pid) for _, _, pid in events(installation)}


def alive(installation: Installation, pids: set[int]) -> set[int]:
    """Those that still run; a number that a process of somebody else has by now is not theirs."""
    found, theirs = set(), {str(installation.home / "events"), "sleep", str(Path(guard.__file__))}
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE and theirs.intersection(process.cmdline()):
                found.add(pid)
    return found


def test_a_service_starts_after_what_it_needs(installation: Installation, start: Starter) -> None:
    healthy(installation, start())
    starts = [name for name, what, _ in events(installation) if what == "start"]
    assert starts == ["base", "leaf", "child"]


def test_ctrl_c_stops_in_reverse_order_and_leaves_nothing(installation: Installation, start: Starter) -> None:
    supervisor = start()
    healthy(installation, supervisor)
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(PATIENCE_S) == 0
    assert [name for name, what, _ in events(installation) if what == "stop"] == ["leaf", "base"]
    assert alive(installation, everyone(installation)) == set()


def test_kill_9_of_the_supervisor_leaves_no_process(installation: Installation, start: Starter) -> None:
    supervisor = start()
    healthy(installation, supervisor)
    family = {process.pid for process in psutil.Process(supervisor.pid).children(recursive=True)}
    assert len(family) == 4  # base, leaf, its child and the guard
    supervisor.kill()
    until(lambda: not alive(installation, family))


def test_kill_9_of_supervisor_and_guard_at_once_leaves_no_service(installation: Installation, start: Starter) -> None:
    supervisor = start()
    services = healthy(installation, supervisor).services
    pids = {service.process.pid for service in services.values() if service.process is not None}
    for process in psutil.Process(supervisor.pid).children():
        if "guard.py" in " ".join(process.cmdline()):
            process.kill()
    supervisor.kill()
    until(lambda: not alive(installation, pids))
    for pid in alive(installation, everyone(installation)):
        os.kill(pid, signal.SIGKILL)  # the child in its own session is what only a guard can find


def test_a_start_right_after_kill_9_waits_for_the_clean_up_and_comes_up(
    installation: Installation, start: Starter
) -> None:
    first = start()
    healthy(installation, first)
    before = everyone(installation)
    first.kill()
    healthy(installation, start())
    assert alive(installation, before) == set()


def test_a_killed_guard_is_replaced(installation: Installation, start: Starter) -> None:
    supervisor = start()
    healthy(installation, supervisor)

    def guards() -> list[int]:
        children = psutil.Process(supervisor.pid).children()
        return [p.pid for p in children if p.status() != psutil.STATUS_ZOMBIE and "guard.py" in " ".join(p.cmdline())]

    before = guards()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(guards()) == 1 and guards() != before)
    supervisor.kill()
    until(lambda: not alive(installation, everyone(installation)))


def test_a_fallen_service_is_started_again(installation: Installation, start: Starter) -> None:
    supervisor = start()
    fallen = healthy(installation, supervisor).services["base"].process
    assert fallen is not None
    os.kill(fallen.pid, signal.SIGKILL)

    def is_back() -> bool:
        base = read_state(installation).services["base"]
        return base.phase is Phase.HEALTHY and base.process is not None and base.process != fallen

    until(is_back)
    assert read_state(installation).services["base"].restarts == 1


def test_a_second_ctrl_c_kills_what_does_not_stop(installation: Installation, start: Starter) -> None:
    supervisor = start("stubborn")
    healthy(installation, supervisor)
    supervisor.send_signal(signal.SIGINT)
    until(lambda: ["leaf", "stop"] in [event[:2] for event in events(installation)])
    assert supervisor.poll() is None
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(PATIENCE_S) == 0
    assert alive(installation, everyone(installation)) == set()


def test_a_service_that_never_comes_up_ends_the_platform_in_one_line(
    installation: Installation, start: Starter
) -> None:
    supervisor = start("broken")
    output, _ = supervisor.communicate(timeout=PATIENCE_S)
    assert supervisor.returncode == 1
    log = installation.logs / "leaf.log"
    assert output.splitlines()[-1] == f"grt: leaf ended with code 1: ValueError: the leaf is broken (all in {log})"
    assert alive(installation, everyone(installation)) == set()


def test_a_second_supervisor_of_one_installation_is_refused(installation: Installation, start: Starter) -> None:
    first = start()
    healthy(installation, first)
    second = start()
    output, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 1
    assert output.startswith(f"grt: The platform in {installation.home} is running already")
    assert first.poll() is None
    assert read_state(installation).is_healthy
