"""The demo: starts and stops what nobody else runs, and leaves alone what somebody does."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from grt_platform.adapters.process import ProcessId
from grt_platform.kernel.errors import UnavailableError
from grt_platform.runtime import demo
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.state import Phase, ServiceState, State, write_state
from grt_platform.serving.demo import DemoPlatform, DemoResult

RESULT = DemoResult("how many jobs?", "12,068", "grt galaxy usage")


class Platform:
    """A platform that only notes that it was started and stopped."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.events: list[str] = []
        self.shown: list[demo.SystemResult] = []

    def start(self, _installation: Installation) -> State:
        self.events.append("start")
        services = {name: ServiceState(Phase.HEALTHY, None, 0, f"http://{name}") for name in ("web", "ui")}
        return State(supervisor=ProcessId.of(os.getpid()), services=services)

    def stop(self, _installation: Installation) -> bool:
        self.events.append("stop")
        return True

    def run(self, *, keep: bool = False) -> None:
        demo.run_demo(self.installation, keep=keep, announce=lambda _line: None, show=self.shown.extend)


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    monkeypatch.setenv("GRT_HOME", str(tmp_path))
    platform = Platform(Installation(tmp_path))
    monkeypatch.setattr(demo, "start_detached", platform.start)
    monkeypatch.setattr(demo, "stop", platform.stop)
    monkeypatch.setattr(demo, "systems_with", lambda _part, _chosen: ["fake"])
    hook(monkeypatch, lambda _platform: [RESULT])
    return platform


def hook(monkeypatch: pytest.MonkeyPatch, run: object) -> None:
    module = ModuleType("grt_platform.systems.fake.serving.demo")
    module.__dict__["run"] = run
    for package in ("grt_platform.systems.fake", "grt_platform.systems.fake.serving"):
        monkeypatch.setitem(sys.modules, package, ModuleType(package))
    monkeypatch.setitem(sys.modules, module.__name__, module)


def test_it_stops_what_it_started(platform: Platform) -> None:
    platform.run()
    assert platform.events == ["start", "stop"]
    assert platform.shown == [("fake", RESULT)]


def test_it_leaves_the_platform_running_when_asked_to(platform: Platform) -> None:
    platform.run(keep=True)
    assert platform.events == ["start"]


def test_it_neither_starts_nor_stops_what_ran_before(platform: Platform) -> None:
    write_state(platform.installation, platform.start(platform.installation))
    platform.events.clear()
    platform.run()
    assert platform.events == []
    assert platform.shown == [("fake", RESULT)]


def test_a_demo_that_fails_stops_the_platform_even_with_keep(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_platform: DemoPlatform) -> list[DemoResult]:
        raise UnavailableError("the sample did not load")

    hook(monkeypatch, fail)
    with pytest.raises(UnavailableError, match="the sample did not load"):
        platform.run(keep=True)
    assert platform.events == ["start", "stop"]


def test_the_hook_is_told_where_the_platform_is(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[DemoPlatform] = []

    def look(running: DemoPlatform) -> list[DemoResult]:
        seen.append(running)
        return []

    hook(monkeypatch, look)
    platform.run()
    assert (seen[0].home, seen[0].web_url, seen[0].ui_url) == (platform.installation.home, "http://web", "http://ui")
