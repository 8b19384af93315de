"""A lock of a Postgres session, taken at once or not at all; the end of its connection, or of its process, frees it."""

from contextlib import suppress

import psycopg

from grt_platform.adapters.postgres import Connection

_NOTICE_LOSS = (
    "SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false), "
    "set_config('tcp_keepalives_count', '3', false)"
)


def take(connection: Connection, key: int) -> bool:
    """Whether the lock of this number is the session's now."""
    [row] = connection.execute("SELECT pg_try_advisory_lock(%s) AS is_ours", [key]).fetchall()
    return bool(row["is_ours"])


def notice_loss(connection: Connection) -> None:
    """The server frees the session's locks within half a minute after the machine of its holder vanished."""
    connection.execute(_NOTICE_LOSS)


def give_back(connection: Connection) -> None:
    """All locks of the session are free at once, as a connection that is lent again must leave them.

    Where the connection is broken, its end has freed them.
    """
    with suppress(psycopg.Error):
        connection.execute("SELECT pg_advisory_unlock_all()")
