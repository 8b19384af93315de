"""The state on disk: private, whole, and not deceived by numbers that are used again."""

import os
import stat
from pathlib import Path

import pytest

from grt_platform.adapters.process import ProcessId
from grt_platform.kernel.errors import UnavailableError
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.state import Phase, ServiceState, State, read_state, write_state


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def test_what_is_written_is_read_again(installation: Installation) -> None:
    state = State({"web": 1234}, {}, ProcessId(7, 1.5), {"web": ServiceState(Phase.HEALTHY, ProcessId(8, 2.5), 1, "u")})
    password = state.secret("postgres")
    write_state(installation, state)
    assert read_state(installation) == state
    assert read_state(installation).secret("postgres") == password


def test_only_the_owner_can_read_it(installation: Installation) -> None:
    write_state(installation, State())
    assert stat.S_IMODE(installation.state_file.stat().st_mode) == 0o600


def test_before_the_first_start_it_is_empty(installation: Installation) -> None:
    assert read_state(installation) == State()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"ports": {}, "secrets": {}, "supervisor": 3, "services": {}}'])
def test_a_damaged_file_is_named_with_the_way_out(installation: Installation, text: str) -> None:
    installation.state_file.write_text(text)
    with pytest.raises(UnavailableError, match=r"state\.json is damaged; .* backup"):
        read_state(installation)


def test_a_process_number_used_again_after_a_reboot_is_not_our_supervisor(installation: Installation) -> None:
    mine = ProcessId.of(os.getpid())
    write_state(installation, State(supervisor=ProcessId(mine.pid, mine.started_at - 3600)))
    assert not read_state(installation).is_supervised


def test_a_running_supervisor_is_recognised(installation: Installation) -> None:
    write_state(installation, State(supervisor=ProcessId.of(os.getpid())))
    assert read_state(installation).is_supervised


def test_ending_a_process_spares_the_one_that_has_its_number_now() -> None:
    mine = ProcessId.of(os.getpid())
    ProcessId(mine.pid, mine.started_at - 3600).terminate()
    assert mine.is_alive()
