"""The whole platform, really started: found again, steered by its commands, gone without a trace."""

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from grt_platform_tests.fixtures.patience import until

pytestmark = pytest.mark.slow
MARK = "SUPERVISED_BY_GRT"


class Home:
    """An installation under test and the command line in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def grt(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "GRT_HOME": str(self.folder), **more}
        command = [sys.executable, "-m", "grt_platform.cli", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def status(self) -> dict[str, object]:
        answer: dict[str, object] = json.loads(self.grt("status", "--json").stdout)
        return answer

    def processes(self) -> set[int]:
        """Every process that was started with this home, whatever became of its parents."""
        found = set()
        for process in psutil.process_iter():
            try:
                is_ours = process.environ().get("GRT_HOME") == str(self.folder) or str(self.folder) in process.cmdline()
                if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.add(process.pid)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("up") / "a home")
    yield home
    home.grt("down")
    assert home.processes() == set()


@pytest.fixture
def running(home: Home) -> Home:
    if not home.status()["is_running"]:
        started = home.grt("up", "--detach")
        assert started.returncode == 0, started.stderr
    return home


def test_every_service_is_up_when_up_returns(running: Home) -> None:
    now = running.status()
    assert now["is_healthy"] is True
    services = now["services"]
    assert isinstance(services, list)
    assert {service["name"] for service in services} == {"postgres", "prepare", "code", "daemon", "ui", "web"}


def test_everything_listens_on_this_machine_alone(running: Home) -> None:
    supervisor = psutil.Process(int(str(running.status()["supervisor_pid"])))
    listening = set()
    for process in supervisor.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # servers have children that come and go
            connections = process.net_connections("inet")
            listening |= {c.laddr.ip.removeprefix("::ffff:") for c in connections if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_the_doors_answer(running: Home) -> None:
    now = running.status()
    for url in (f"{now['web_url']}/health/ready", f"{now['ui_url']}/server_info"):
        with urllib.request.urlopen(url) as answer:
            assert answer.status == 200


def test_dagster_sees_the_code_of_the_platform(running: Home) -> None:
    query = b'{"query": "{workspaceOrError {... on Workspace {locationEntries {name loadStatus locationOrLoadError \
{__typename}}}}}"}'
    request = urllib.request.Request(
        f"{running.status()['ui_url']}/graphql", query, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        entries = json.load(answer)["data"]["workspaceOrError"]["locationEntries"]
    assert [(e["name"], e["locationOrLoadError"]["__typename"]) for e in entries] == [
        ("grt_platform", "RepositoryLocation")
    ]


def test_sql_reads_and_refuses_to_write(running: Home) -> None:
    read = running.grt("sql", "SELECT count(*) AS jobs FROM galaxy.jobs", "--json")
    assert json.loads(read.stdout) == [{"jobs": 0}]
    write = running.grt("sql", "DELETE FROM galaxy.instances")
    assert write.returncode == 2
    assert write.stderr.startswith("grt: `grt sql` only reads:")


def test_a_second_up_is_one_clear_line(running: Home) -> None:
    for command in (["up"], ["up", "--detach"]):
        second = running.grt(*command)
        assert second.returncode == 1
        assert second.stderr.startswith(f"grt: The platform in {running.folder} is running already")
        assert len(second.stderr.splitlines()) == 1
    assert running.status()["is_healthy"] is True


def test_a_service_that_does_not_answer_shows_in_the_status(running: Home) -> None:
    services = running.status()["services"]
    assert isinstance(services, list)
    web = psutil.Process(next(service["pid"] for service in services if service["name"] == "web"))
    web.suspend()
    status = running.grt("status")
    web.resume()
    assert status.returncode == 1
    assert "no answer" in status.stdout


def test_idle_memory_stays_below_its_limit(running: Home) -> None:
    supervisor = psutil.Process(int(str(running.status()["supervisor_pid"])))
    family = [supervisor, *supervisor.children(recursive=True)]
    used = 0
    for process in family:
        with suppress(psutil.NoSuchProcess):  # a run of a sensor may have ended since
            used += process.memory_full_info().pss
    assert used <= 800 * 10**6


def test_kill_9_of_the_supervisor_leaves_nothing_and_the_next_start_finds_everything_and_ends_its_jobs(
    running: Home, tmp_path: Path
) -> None:
    genes = tmp_path / "genes.fasta"
    genes.write_bytes(b"".join(b">gene%d\n%b\n" % (number, b"ACGTACGT" * 100) for number in range(150_000)))
    [begun] = json.loads(running.grt("genes", "load", str(genes), "--project", "default", "--no-wait", "--json").stdout)
    until(lambda: state_of(running, begun["job_id"]) == "RUNNING", 60)
    before = running.status()
    os.kill(int(str(before["supervisor_pid"])), 9)
    until(lambda: running.processes() == set())
    again = running.grt("up", "--detach")
    assert again.returncode == 0, again.stderr
    after = running.status()
    assert after["is_healthy"] is True
    assert (after["web_url"], after["ui_url"]) == (before["web_url"], before["ui_url"])
    waited = running.grt("jobs", "wait", begun["job_id"], "--json", "--patience", "200")
    assert waited.returncode == 0, waited.stderr
    job = json.loads(waited.stdout)
    assert (job["state"], job["counts"]["genes"], job["attempt"]) == ("COMPLETE", 150_000, 2)


def state_of(running: Home, job_id: str) -> str:
    """Where a job stands."""
    return str(json.loads(running.grt("jobs", "show", job_id, "--json").stdout)["state"])


def test_down_leaves_no_process_and_says_so(running: Home) -> None:
    down = running.grt("down")
    assert (down.returncode, down.stdout) == (0, "stopped\n")
    assert running.processes() == set()
    assert running.status()["is_running"] is False


def test_a_pid_file_from_before_a_reboot_does_not_keep_postgres_from_starting(home: Home) -> None:
    home.grt("down")
    (home.folder / "postgres" / "postmaster.pid").write_text(
        f"1\n{home.folder}/postgres\n0\n1\n\n127.0.0.1\n0 0\nready\n"
    )
    started = home.grt("up", "--detach", "--without-dagster")
    assert started.returncode == 0, started.stderr
    names = home.status()["services"]
    assert isinstance(names, list)
    assert {service["name"] for service in names} == {"postgres", "prepare", "web"}
    home.grt("down")


def test_a_busy_port_that_a_person_set_is_one_clear_line(home: Home) -> None:
    import socket

    home.grt("down")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = home.grt("up", "--detach", GRT_WEB_PORT=str(port))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"grt: Port {port} on 127.0.0.1 is in use: end what listens there, or change GRT_WEB_PORT\n"
    )
