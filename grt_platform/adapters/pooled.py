"""A Postgres database whose connections are kept open for the next question, for a door that answers many."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg_pool import ConnectionPool

from grt_platform.adapters.database import Database
from grt_platform.adapters.postgres import CONNECTING, Connection, available, prepare_connection

_IDLE_S = 300.0
_NEXT_TRY_S = 1.0  # the pool would double its pause each time, and still wait when the server has long been back
_AWAY_S = 2.0


class PooledDatabase(Database):
    """At most `most` connections; a question that finds all of them taken waits `patience_s` for one.

    A connection is tried before it is lent, so one that Postgres ended meanwhile (a restart) costs a round trip, not
    an error. What a caller sets for its session (a lock, a setting) it must undo itself.

    Args:
        url: `postgresql://role:password@host:port/database`.
        most: Connections at the same time.
        patience_s: Seconds a free connection is waited for; at most 2 while the server is known to be away.
    """

    def __init__(self, url: str, *, most: int = 10, patience_s: float = 10.0) -> None:
        self._patience_s, self._is_away = patience_s, False
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            kwargs={**CONNECTING, "autocommit": True},
            min_size=1,
            max_size=most,
            max_idle=_IDLE_S,
            reconnect_timeout=_NEXT_TRY_S,
            configure=self._found,
            reconnect_failed=self._lost,
            check=ConnectionPool.check_connection,
            name="grt web",
            open=True,
        )

    def _found(self, connection: Connection) -> None:
        self._is_away = False
        prepare_connection(connection)

    def _lost(self, _pool: ConnectionPool[Connection]) -> None:
        self._is_away = True

    def close(self) -> None:
        """Close all connections; whoever waits for one gets `UnavailableError`."""
        self._pool.close()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection without a transaction of its own: each statement stands for itself."""
        with available("answer"):
            connection = self._pool.getconn(min(self._patience_s, _AWAY_S) if self._is_away else self._patience_s)
            try:
                yield connection
            finally:
                self._pool.putconn(connection)
