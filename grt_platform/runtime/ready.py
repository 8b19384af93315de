"""Whether one service of this machine does its work, for the probe of a container."""

import time
from pathlib import Path

import psycopg

from grt_platform.adapters.postgres import available, connect
from grt_platform.kernel.addresses import http_url
from grt_platform.runtime.service import answers
from grt_platform.settings import Settings

_SILENCE_S = 60.0
_LAST_BEAT = """SELECT extract(epoch FROM now() AT TIME ZONE 'UTC' - max(timestamp))::float8 AS age_s,
    extract(epoch FROM now() AT TIME ZONE 'UTC')::float8 AS now_s FROM daemon_heartbeats"""
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 # addresses listened on, and where that is reached


def fault(name: str, chosen: Settings) -> str:
    """Why the service is not ready; empty when it is.

    Args:
        name: `code`, `daemon`, `ui`, `web` or `worker`.
        chosen: The settings it runs with.
    """
    match name:
        case "code":
            address = f"tcp://{_reached(chosen.code_listen)}:{chosen.code_port}"
        case "ui":
            address = f"{http_url(_reached(chosen.ui_host), chosen.ui_port)}{chosen.ui_path}/server_info"
        case "web":
            address = f"{http_url(_reached(chosen.web_host), chosen.web_port)}/health"
        case "daemon":
            return _silence_of_daemon(chosen.dagster_url.get_secret_value())
        case _:
            return _silence_of_worker(chosen.home / "workers")
    return "" if answers(address) else f"{address} does not answer"


def _reached(host: str) -> str:
    return _ANYWHERE.get(host, host)


def _silence_of_daemon(url: str) -> str:
    """One that stands by is ready too: the storage has a daemon that beats.

    Dagster dates the beat by the daemon's own clock, so it may be young by that of this machine or of the server.
    """
    with connect(url, patience_s=3) as connection, available("tell the daemon's heartbeat"):
        try:
            [row] = connection.execute(_LAST_BEAT).fetchall()
        except psycopg.errors.UndefinedTable:
            return "Dagster's storage is not made yet: run `grt serve prepare`"
    if row["age_s"] is None:
        return "no daemon has ever beaten"
    age_s, ahead_s = float(str(row["age_s"])), time.time() - float(str(row["now_s"]))
    least = min(abs(age_s), abs(age_s + ahead_s))
    return "" if least < _SILENCE_S else f"the last heartbeat is {least:.0f} s old"


def _silence_of_worker(folder: Path) -> str:
    beats = [path.stat().st_mtime for path in folder.glob("*.alive")]
    if not beats:
        return "no worker has ever held the broker from here"
    age_s = time.time() - max(beats)
    return "" if age_s < _SILENCE_S else f"the worker has not heard of the broker for {age_s:.0f} s"
