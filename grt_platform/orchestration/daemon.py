"""Dagster's daemon, which is the only one of its storage: a second one stands by and takes over.

Two daemons would launch the same run twice. Dagster leaves it to people that there is one; here a lock in Dagster's
Postgres does, which ends with the connection, and so with the process.
"""

import os
import sys
import threading
import time
from contextlib import suppress

import psycopg

from grt_platform.adapters.postgres import Connection, connect
from grt_platform.adapters.session_lock import notice_loss, take
from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import settings

STANDS_BY = "another daemon of this storage is at work; this one stands by"
_KEY = 0x677274_6461656D  # "grt daem"
_LOOK_S, _PATIENCE_S = 1.0, 3600.0


def main() -> None:
    """Be the daemon as `dagster-daemon` would, once no other one is."""
    url = settings().dagster_url.get_secret_value()
    if url:
        held = become_the_only_one(url)
        threading.Thread(
            target=keep, args=(url, held, threading.Event()), name="lock of the daemon", daemon=True
        ).start()
    from dagster._daemon.cli import main as daemon  # seconds of imports, which one that stands by does not need

    daemon()


def become_the_only_one(url: str, *, look_s: float = _LOOK_S) -> Connection:
    """The connection that holds the lock; waits as long as another daemon does."""
    is_told = False
    while True:
        connection = _locked(url)
        if connection is not None:
            return connection
        if not is_told:
            sys.stderr.write(f"grt: {STANDS_BY}\n")
            is_told = True
        time.sleep(look_s)


def _locked(url: str) -> Connection | None:
    connection = connect(url, patience_s=_PATIENCE_S)
    with suppress(psycopg.Error):
        connection.autocommit = True
        notice_loss(connection)
        if take(connection, _KEY):
            return connection
    connection.close()
    return None


def keep(url: str, held: Connection, is_over: threading.Event) -> None:
    """Ends this process at once when another daemon has the lock, after Postgres was away.

    Args:
        url: Dagster's Postgres.
        held: The connection that holds the lock.
        is_over: Set by who wants no watch any more.
    """
    while not is_over.wait(_LOOK_S):
        try:
            held.execute("SELECT 1")
        except psycopg.Error:
            held.close()
            again = _locked_again(url)
            if again is None:
                _give_up("Postgres was away, and it is not back or another daemon has taken over")
                return
            held = again
    held.close()


def _locked_again(url: str) -> Connection | None:
    try:
        return _locked(url)
    except UnavailableError:
        return None  # away for an hour: the next start waits for it as well as this one could


def _give_up(why: str) -> None:
    sys.stderr.write(f"grt: {why}: this one ends\n")
    sys.stderr.flush()
    os._exit(1)


if __name__ == "__main__":
    main()
