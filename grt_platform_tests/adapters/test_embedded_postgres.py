"""The embedded Postgres server: starts, stops, survives kills and stale files."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from grt_platform.adapters import embedded_postgres
from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.kernel.errors import UnavailableError
from grt_platform_tests.fixtures.patience import has_ended, until
from grt_platform_tests.fixtures.postgres import free_port

FAST = {"fsync": "off"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "a folder" / "data", free_port(), "secret", extra=FAST)
    yield server
    if server._process is not None:
        server.stop()


def _run(server: EmbeddedPostgres) -> int:
    server.initialise()
    process = server.start(server.data.parent / "log")
    server.wait_ready()
    return process.pid


def _ask(server: EmbeddedPostgres, query: str) -> object:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchone() if cursor.description else None


def test_a_started_server_answers_queries(server: EmbeddedPostgres) -> None:
    _run(server)
    assert _ask(server, "SELECT upper('é')") == ("É",)


def test_the_first_password_is_stored_with_one_iteration_for_it_is_random(server: EmbeddedPostgres) -> None:
    _run(server)
    stored = "SELECT split_part(rolpassword, ':', 1) FROM pg_authid WHERE rolname = current_user"
    assert _ask(server, stored) == ("SCRAM-SHA-256$1",)


def test_a_wrong_password_is_refused(server: EmbeddedPostgres) -> None:
    _run(server)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url().replace("secret", "guess"))


def test_a_second_start_finds_what_the_first_committed(server: EmbeddedPostgres) -> None:
    _run(server)
    _ask(server, "CREATE TABLE kept AS SELECT 7 AS x")
    server.stop()
    _run(server)
    assert _ask(server, "SELECT x FROM kept") == (7,)


def test_a_killed_server_comes_back_with_every_committed_row(server: EmbeddedPostgres) -> None:
    pid = _run(server)
    _ask(server, "CREATE TABLE kept AS SELECT 7 AS x")
    os.killpg(pid, signal.SIGKILL)
    server.stop()
    _run(server)
    assert _ask(server, "SELECT x FROM kept") == (7,)


def test_a_pid_file_that_names_a_foreign_process_is_ignored(server: EmbeddedPostgres) -> None:
    server.initialise()
    (server.data / "postmaster.pid").write_text(f"1\n{server.data}\n0\n{server.port}\n\n127.0.0.1\n0 0\nready\n")
    _run(server)
    assert _ask(server, "SELECT 1") == (1,)


def test_a_server_left_over_on_the_same_folder_is_stopped_first(server: EmbeddedPostgres) -> None:
    pid = _run(server)
    left_over = psutil.Process(pid)
    again = EmbeddedPostgres(server.data, server.port, "secret")
    again.clear_stale_pid()
    assert has_ended(left_over.pid)


def test_an_interrupted_creation_is_done_again_from_the_start(server: EmbeddedPostgres) -> None:
    half = server.data.with_name("data.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    _run(server)
    assert _ask(server, "SELECT 1") == (1,)
    assert not half.exists()


def test_a_folder_with_other_things_in_it_is_left_alone(server: EmbeddedPostgres) -> None:
    server.data.mkdir(parents=True)
    (server.data / "thesis.txt").write_text("mine")
    with pytest.raises(UnavailableError, match="neither empty nor a Postgres cluster"):
        server.initialise()
    assert (server.data / "thesis.txt").read_text() == "mine"


def test_a_cluster_of_another_release_is_refused_with_the_way_out(server: EmbeddedPostgres) -> None:
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(UnavailableError, match=r"made by Postgres 12, installed is 18: .* pg_dumpall"):
        server.initialise()


def test_a_busy_port_is_named_in_the_message(server: EmbeddedPostgres, postgres_server: EmbeddedPostgres) -> None:
    taken = EmbeddedPostgres(server.data, postgres_server.port, "secret", extra=FAST)
    taken.initialise()
    taken.start(server.data.parent / "log")
    with pytest.raises(UnavailableError, match="could not create any TCP/IP sockets"):
        taken.wait_ready()


def test_the_server_dies_with_the_process_that_started_it(server: EmbeddedPostgres) -> None:
    server.initialise()
    arguments = f"Path({str(server.data)!r}), {server.port}, 'secret'"
    code = (
        "import time; from pathlib import Path\n"
        "from grt_platform.adapters.embedded_postgres import EmbeddedPostgres\n"
        f"server = EmbeddedPostgres({arguments}); started = server.start(Path({str(server.data.parent / 'log')!r}))\n"
        "server.wait_ready(); print(started.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    starter.stdout.close()
    until(lambda: has_ended(pid), 5)


def test_each_test_gets_an_empty_database(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone() == (0,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_without_user_namespaces_root_runs_it_as_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "_identity", lambda: "65534")
    with tempfile.TemporaryDirectory(prefix="grt-test-") as home:  # pytest's folders are closed to other users
        server = EmbeddedPostgres(Path(home) / "data", free_port(), "secret", extra=FAST)
        pid = _run(server)
        assert _ask(server, "SELECT 1") == (1,)
        assert psutil.Process(pid).uids().real == 65534
        server.stop()
