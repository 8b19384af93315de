"""The doctor: names what must be mended, and the remedy."""

import os
import socket
from pathlib import Path

import pytest

from grt_platform.adapters.process import ProcessId
from grt_platform.runtime.doctor import Finding, Verdict, examine
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.state import Phase, ServiceState, State, write_state
from grt_platform.settings import given
from grt_platform_tests.fixtures.postgres import free_port


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("GRT_HOME", str(tmp_path / "home"))
    return Installation(tmp_path / "home")


def bad(installation: Installation) -> list[Finding]:
    return [finding for finding in examine(installation, given()) if finding.verdict is Verdict.FAILED]


def test_a_good_machine_has_nothing_to_mend(installation: Installation) -> None:
    assert bad(installation) == []


def test_a_server_that_does_not_answer_is_named(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("GRT_WAREHOUSE_URL", f"postgresql://me:one-of-our-own@127.0.0.1:{port}/w")
    [finding] = bad(installation)
    assert finding.subject == "GRT_WAREHOUSE_URL"
    assert finding.text == f"127.0.0.1:{port} does not answer: start that server or change GRT_WAREHOUSE_URL"


def test_a_secret_that_everybody_could_guess_is_named_on_a_server(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRT_WAREHOUSE_URL", "postgresql://me:postgres@127.0.0.1:1/w")
    monkeypatch.setenv("GRT_ADMIN_KEY", "changeme")
    told = [finding.text for finding in bad(installation) if finding.subject == "secrets"]
    assert [text.partition(" is ")[0] for text in told] == ["GRT_ADMIN_KEY", "The password in GRT_WAREHOUSE_URL"]


def test_the_first_password_is_remembered_until_its_file_is_gone(installation: Installation) -> None:
    installation.create()
    installation.first_sign_in.write_text("password")
    [finding] = [each for each in examine(installation, given()) if each.subject == "sign-in"]
    assert finding.verdict is Verdict.WARNING
    installation.first_sign_in.unlink()
    assert [each for each in examine(installation, given()) if each.subject == "sign-in"] == []


def test_a_busy_port_of_a_person_is_named(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("GRT_UI_PORT", str(taken.getsockname()[1]))
        assert [finding.subject for finding in bad(installation)] == ["GRT_UI_PORT"]


def test_a_service_that_does_not_answer_while_the_platform_runs_is_named_with_its_log(
    installation: Installation,
) -> None:
    installation.create()
    me, dead = ProcessId.of(os.getpid()), ProcessId(os.getpid(), 1.0)
    services = {"ui": ServiceState(Phase.HEALTHY, me), "daemon": ServiceState(Phase.HEALTHY, dead)}
    write_state(installation, State({}, {}, me, services))
    [finding] = [each for each in bad(installation) if each.subject in {"ui", "daemon"}]
    assert finding.subject == "daemon"
    assert "`grt logs daemon` tells why" in finding.text


def test_a_damaged_state_is_named(installation: Installation) -> None:
    installation.create()
    installation.state_file.write_text("{")
    assert "state" in [finding.subject for finding in bad(installation)]
