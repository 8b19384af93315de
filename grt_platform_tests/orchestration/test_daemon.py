"""One daemon of a storage is at work; others wait, and one of them follows."""

import threading
import time

import psycopg
import pytest

from grt_platform.adapters.postgres import connect
from grt_platform.orchestration import daemon
from grt_platform.orchestration.daemon import STANDS_BY, become_the_only_one


def test_the_second_waits_says_so_once_and_follows_when_the_first_is_gone(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = become_the_only_one(database_url)
    followed = threading.Event()

    def follow() -> None:
        with become_the_only_one(database_url, look_s=0.01):
            followed.set()

    second = threading.Thread(target=follow)
    second.start()
    assert not followed.wait(0.3)
    first.close()
    assert followed.wait(10)
    second.join()
    assert capsys.readouterr().err.count(STANDS_BY) == 1


def test_one_that_lost_its_lock_to_another_ends(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def give_up(why: str) -> None:
        assert "another daemon has taken over" in why
        ended.set()

    monkeypatch.setattr(daemon, "_LOOK_S", 0.2)
    monkeypatch.setattr(daemon, "_give_up", give_up)
    held = become_the_only_one(database_url)
    keeping = threading.Thread(target=daemon.keep, args=(database_url, held, threading.Event()))
    keeping.start()
    with connect(database_url) as admin:
        admin.autocommit = True
        admin.execute("SELECT pg_terminate_backend(%s)", [held.info.backend_pid])
        other = become_the_only_one(database_url)
        assert ended.wait(10)
    keeping.join()
    other.close()


def test_one_that_lost_its_connection_alone_takes_the_lock_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "_LOOK_S", 0.05)
    monkeypatch.setattr(daemon, "_give_up", lambda why: None)
    held, is_over = become_the_only_one(database_url), threading.Event()
    keeping = threading.Thread(target=daemon.keep, args=(database_url, held, is_over))
    keeping.start()
    holders = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    with psycopg.connect(database_url, autocommit=True) as admin:
        [(before,)] = admin.execute(holders).fetchall()
        admin.execute("SELECT pg_terminate_backend(%s)", [before])
        deadline = time.monotonic() + 10
        while (found := admin.execute(holders).fetchall()) in ([], [(before,)]) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(found) == 1
    is_over.set()
    keeping.join()
