"""Rows of a Postgres for a door that must start fast: no frames, so neither Polars nor Arrow is loaded."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from grt_platform.adapters.postgres import Connection, available, connect

Parameters = Sequence[object] | Mapping[str, object]


class Database(Protocol):
    """What a query needs; who has connections has the rest, too."""

    def connection(self) -> AbstractContextManager[Connection]:
        """A connection without a transaction of its own: each statement stands for itself."""

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in one transaction: everything is seen at the clean exit, or nothing ever."""
        with self.connection() as connection, connection.transaction():
            yield connection

    def fetch(self, sql: str, params: Parameters = ()) -> list[dict[str, Any]]:
        """The rows of a query, all of them; uuid as text, numeric as Decimal, jsonb as Python values."""
        with self.connection() as connection:
            return connection.execute(sql.encode(), params or None).fetchall()


class Within(Database):
    """A database seen through one connection: what is done with it belongs to the transaction of whoever opened it.

    A transaction of its own is a savepoint of that one.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """The one connection."""
        yield self._connection


class LightDatabase(Database):
    """One Postgres database; every call opens its own connection.

    Args:
        url: `postgresql://role:password@host:port/database`.
        patience_s: How long a server that is starting or gone is asked again; a door must answer soon.
    """

    def __init__(self, url: str, *, patience_s: float = 2.0) -> None:
        self._url, self._patience_s = url, patience_s

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection without a transaction of its own: each statement stands for itself."""
        connection = connect(self._url, patience_s=self._patience_s)
        try:
            connection.autocommit = True
            with available("answer"):
                yield connection
        finally:
            connection.close()
