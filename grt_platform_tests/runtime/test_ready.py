"""The probe of a container says what is wrong, in one sentence."""

import os
import time
from pathlib import Path

import psycopg
import pytest

from grt_platform.kernel.errors import UnavailableError
from grt_platform.runtime import ready
from grt_platform.runtime.ready import fault
from grt_platform.settings import Settings
from grt_platform_tests.fixtures.postgres import free_port

BEATS = b"CREATE TABLE daemon_heartbeats (daemon_type text, timestamp timestamp)"


def asked(name: str, **given: object) -> str:
    return fault(name, Settings.model_validate(given))


@pytest.mark.parametrize("name", ["code", "ui", "web"])
def test_what_does_not_answer_is_not_ready(name: str) -> None:
    port = free_port()
    assert f"127.0.0.1:{port}" in asked(name, code_listen="0.0.0.0", **{f"{name}_port": port})


def test_a_ui_behind_a_proxy_is_asked_below_its_path() -> None:
    assert "/dagster/server_info does not answer" in asked("ui", ui_port=free_port(), ui_path="/dagster")


def test_a_worker_is_ready_while_it_hears_of_the_broker(tmp_path: Path) -> None:
    assert "ever held the broker" in asked("worker", home=tmp_path)
    beat = tmp_path / "workers" / "light.alive"
    beat.parent.mkdir()
    beat.touch()
    assert asked("worker", home=tmp_path) == ""
    os.utime(beat, (time.time() - 100, time.time() - 100))
    assert "for 100 s" in asked("worker", home=tmp_path)


def test_a_daemon_is_ready_while_its_storage_hears_of_one(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "grt serve prepare" in asked("daemon", dagster_url=database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(BEATS)
        assert "ever beaten" in asked("daemon", dagster_url=database_url)
        connection.execute(b"INSERT INTO daemon_heartbeats VALUES ('SENSOR', now() AT TIME ZONE 'UTC')")
        assert asked("daemon", dagster_url=database_url) == ""
        connection.execute(b"UPDATE daemon_heartbeats SET timestamp = timestamp - interval '90 s'")
        assert "90 s old" in asked("daemon", dagster_url=database_url)
        connection.execute(b"UPDATE daemon_heartbeats SET timestamp = timestamp + interval '690 s'")
        assert "600 s old" in asked("daemon", dagster_url=database_url), "one of the future is no sign of life"
        clock = time.time
        monkeypatch.setattr(ready.time, "time", lambda: clock() + 600)
        assert asked("daemon", dagster_url=database_url) == "", "it beats by the clock of this machine"


def test_a_storage_that_does_not_answer_is_told_of() -> None:
    with pytest.raises(UnavailableError):
        asked("daemon", dagster_url=f"postgresql://me@127.0.0.1:{free_port()}/dagster")
