"""The warehouse: served tables in Postgres, each partition replaced in one transaction."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext

import psycopg

from grt_platform.adapters.copying import clear, copy
from grt_platform.adapters.database import LightDatabase
from grt_platform.adapters.ddl import literal, quoted, relation
from grt_platform.adapters.frames import Frames, pieces
from grt_platform.adapters.postgres import Connection, available, connect
from grt_platform.kernel.errors import UnavailableError
from grt_platform.kernel.schemas import platform_tables
from grt_platform.kernel.table import Table

_MAKE_ROLE = "DO $$ BEGIN CREATE ROLE {} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$"
_SYSTEM_SCHEMAS = (
    "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')"
)


class Warehouse(LightDatabase):
    """One Postgres database; every call opens its own connection unless it is given one.

    Args:
        url: `postgresql://role:password@host:port/database`.
        patience_s: How long a server that is starting or gone is asked again.
    """

    def __init__(self, url: str, *, patience_s: float = 10.0) -> None:
        super().__init__(url, patience_s=patience_s)

    @contextmanager
    def lock(self, *names: str, patience_s: float = 600.0) -> Iterator[None]:
        """Hold the lock of these names, alone among all processes; a killed holder lets go.

        Raises:
            UnavailableError: Somebody else held it for longer than the patience, or the server let go of it meanwhile.
        """
        digest = hashlib.sha256("\0".join(names).encode()).digest()
        key = int.from_bytes(digest[:8], "big", signed=True)
        connection = connect(self._url, patience_s=self._patience_s)
        try:
            connection.autocommit = True
            _acquire(connection, key, "/".join(names), patience_s)
            yield
            with available(f"vouch that nobody else worked on {'/'.join(names)}"):
                connection.execute("SELECT 1")
        finally:
            connection.close()

    def replace(
        self, table: Table, partition: Mapping[str, str], frames: Frames, *, connection: Connection | None = None
    ) -> int:
        """Let the frames be all rows of the partition; returns how many they are.

        Args:
            table: A table that is not private.
            partition: A value for each column that cuts the table.
            frames: Frames that fit the table; only one of them is held at a time.
            connection: One in a transaction of the caller, who then decides when the rows are seen.
        """
        with nullcontext(connection) if connection else self.transaction() as writer:
            clear(writer, table, partition)
            return sum(copy(writer, table, partition, frame) for frame in pieces(frames))


def grant_reader(url: str, role: str, *, password: str | None = None, guarded: Iterable[Table] = ()) -> None:
    """Let the role log in and read the tables of the systems, those to come included, and write nothing.

    Of the platform's own schemas it reads the described tables alone, without their secret columns.

    Args:
        url: The warehouse, as its owner.
        role: Made where it is missing.
        password: What it logs in with; unchanged where it is None.
        guarded: Tables of the systems; those with secret columns are read without them.
    """
    name = quoted(role)
    with Warehouse(url).transaction() as connection:
        connection.execute(_MAKE_ROLE.format(name).encode())
        if password is not None:
            connection.execute(f"ALTER ROLE {name} PASSWORD {literal(password)}".encode())
        connection.execute(f"ALTER ROLE {name} SET default_transaction_read_only = on".encode())
        own = platform_tables()
        for table in own:
            _grant_columns(connection, name, table)
        schemas = {str(row["nspname"]) for row in connection.execute(_SYSTEM_SCHEMAS).fetchall()}
        for schema in map(quoted, sorted(schemas - {table.system for table in own})):
            connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {name}".encode())
            connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {name}".encode())
            connection.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {name}".encode())
        for table in guarded:
            if any(column.is_secret for column in table):
                connection.execute(f"REVOKE SELECT ON {relation(table)} FROM {name}".encode())
                _grant_columns(connection, name, table)


def _grant_columns(connection: Connection, role: str, table: Table) -> None:
    shown = ", ".join(quoted(column.name) for column in table if not column.is_secret)
    connection.execute(f"GRANT USAGE ON SCHEMA {quoted(table.system)} TO {role}".encode())
    connection.execute(f"GRANT SELECT ({shown}) ON {relation(table)} TO {role}".encode())


def _acquire(connection: Connection, key: int, name: str, patience_s: float) -> None:
    try:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{max(1, round(patience_s * 1000))}ms"])
        connection.execute("SELECT pg_advisory_lock(%s::bigint)", [key])
    except psycopg.OperationalError as error:
        raise UnavailableError(f"Somebody else works on {name}, waited {patience_s:g} s. Try again later.") from error
