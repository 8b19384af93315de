"""Starts an installation: ports, passwords, files, then the supervisor, here or in the background."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from grt_platform.adapters.refusal import refuse_bad_settings
from grt_platform.kernel.errors import UnavailableError
from grt_platform.runtime.dagster_home import write_dagster_home
from grt_platform.runtime.environment import (
    Embedded,
    addresses,
    made_settings,
    service_environment,
    with_secrets,
    write_environment,
)
from grt_platform.runtime.installation import ADMIN, Installation
from grt_platform.runtime.services import choose_ports, platform_services
from grt_platform.runtime.state import State, read_state, write_state
from grt_platform.runtime.supervisor import Supervisor
from grt_platform.settings import Settings

_START_PATIENCE_S, _STOP_PATIENCE_S = 180.0, 40.0
_POLL_S = 0.05


def run_here(
    installation: Installation, given: Settings, announce: Callable[[str], None], *, with_dagster: bool = True
) -> None:
    """The platform ran until a signal came, and no process of it is left.

    Args:
        installation: What to run.
        given: What a person set.
        announce: Told one line for everything a person wants to know.
        with_dagster: False leaves Dagster's services out, for a developer's own `dagster dev`.
    """
    installation.create()
    with installation.lock() as lock:
        state = read_state(installation)
        is_first = not state.ports and Embedded.unless_given(given).warehouse
        choose_ports(given, state, announce)
        where = addresses(given, state)
        refuse_bad_settings(with_secrets(given, state))
        write_state(installation, state)
        made = made_settings(installation, given, state, where)
        write_environment(installation, made)
        write_dagster_home(installation, given, state.ports["code"])
        services = platform_services(installation, given, state, where, with_dagster=with_dagster)
        environment = service_environment(installation, given, made, where)
        greeting = f"up: API {where.web}/docs" + (f", UI {where.ui}" if with_dagster else "") + "; `grt down` stops it"
        if is_first:  # the password itself is only in the file: what is announced may be logged
            greeting += f"; sign in at {where.web}/sign-in as {ADMIN}, the password is in {installation.first_sign_in}"
        Supervisor(installation, state, services, environment, announce, greeting=greeting).run(lock)


def start_detached(installation: Installation, *options: str) -> State:
    """The platform runs in the background and every service of it is up.

    Raises:
        UnavailableError: It ended instead, with its last words.
    """
    installation.create()
    refuse_second(installation)
    log = installation.logs / "supervisor.log"
    with log.open("ab") as output:
        start = output.tell()
        process = subprocess.Popen(
            [sys.executable, "-m", "grt_platform.cli", "up", *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        return _wait_until_up(installation, process, log, start)
    except BaseException:
        process.terminate()  # nobody waits for it any more
        process.wait()
        raise


def _wait_until_up(installation: Installation, process: subprocess.Popen[bytes], log: Path, log_start: int) -> State:
    deadline = time.monotonic() + _START_PATIENCE_S
    while time.monotonic() < deadline:
        state = read_state(installation)
        if state.supervisor is not None and state.supervisor.pid == process.pid and state.is_healthy:
            return state
        if process.poll() is not None:
            raise UnavailableError(_last_words(log.read_bytes()[log_start:]))
        time.sleep(_POLL_S)
    raise UnavailableError(f"The platform did not come up within {_START_PATIENCE_S:g} s: see {log}")


def refuse_second(installation: Installation) -> None:
    """The installation is not running; one clear error otherwise."""
    if read_state(installation).is_supervised:
        raise UnavailableError(
            f"The platform in {installation.home} is running already: see `grt status`, stop it with `grt down`, "
            "or set GRT_HOME to start another one"
        )


def stop(installation: Installation) -> bool:
    """The platform does not run any more; False where it did not run before either."""
    supervisor = read_state(installation).supervisor
    if supervisor is None or not supervisor.is_alive():
        return False
    supervisor.terminate()
    deadline = time.monotonic() + _STOP_PATIENCE_S
    while supervisor.is_alive():
        if time.monotonic() > deadline:
            raise UnavailableError(
                f"The supervisor (process {supervisor.pid}) does not end: run `kill -9 {supervisor.pid}`"
            )
        time.sleep(_POLL_S)
    return True


def _last_words(output: bytes) -> str:
    lines = [line for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("grt: ") if lines else "The platform ended without a word"
