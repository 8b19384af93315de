"""Runs the demo of every system against the running platform, which it starts and stops when nobody else did."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from importlib import import_module

from grt_platform.adapters.installed import systems_with
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.state import State, read_state
from grt_platform.runtime.up import start_detached, stop
from grt_platform.serving.demo import DemoPlatform, DemoResult
from grt_platform.settings import given, settings

SystemResult = tuple[str, DemoResult]


def run_demo(
    installation: Installation,
    *,
    keep: bool,
    announce: Callable[[str], None],
    show: Callable[[list[SystemResult]], None],
) -> None:
    """Every system's demo has run and was shown; the platform is stopped unless it is kept or ran before.

    Raises:
        GrtError: A demo could not be done; the platform is stopped then too.
    """
    installation.create()
    is_ours = not read_state(installation).is_supervised
    with surroundings() if is_ours else nullcontext():
        state = _start(installation, announce) if is_ours else read_state(installation)
        try:
            show(_results(_platform(installation, state, is_ours=is_ours), announce))
        except BaseException:
            keep = False
            raise
        finally:
            if is_ours and not keep:
                stop(installation)
                announce("the platform is stopped; its data stays, `grt up` starts it again")
    if keep or not is_ours:
        announce(
            f"the platform is running: API {_url(state, 'web')}/docs, UI {_url(state, 'ui')}; stop it with `grt down`"
        )


@contextmanager
def surroundings() -> Iterator[None]:
    """What the hooks need beside the platform is there, and a platform that is started now knows it."""
    before = dict(os.environ)
    with ExitStack() as held:
        for system in systems_with("serving/demo.py", given().systems):
            hook = import_module(f"grt_platform.systems.{system}.serving.demo")
            if hasattr(hook, "surroundings"):
                os.environ.update(held.enter_context(hook.surroundings()))
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _start(installation: Installation, announce: Callable[[str], None]) -> State:
    announce(f"starting the platform in {installation.home}")
    return start_detached(installation)


def _results(platform: DemoPlatform, announce: Callable[[str], None]) -> list[SystemResult]:
    results: list[SystemResult] = []
    for system in systems_with("serving/demo.py", settings().systems):
        announce(f"{system}: loading its sample data")
        hook: Callable[[DemoPlatform], list[DemoResult]]
        hook = import_module(f"grt_platform.systems.{system}.serving.demo").run
        results.extend((system, result) for result in hook(platform))
    return results


def _platform(installation: Installation, state: State, *, is_ours: bool) -> DemoPlatform:
    key = settings().admin_key.get_secret_value()
    return DemoPlatform(installation.home, _url(state, "web"), _url(state, "ui"), key, is_ours)


def _url(state: State, service: str) -> str:
    return state.services[service].url
