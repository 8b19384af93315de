"""Connections to a Postgres: UTC, uuid as text, and its failures as `UnavailableError`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.string import TextLoader

from grt_platform.kernel.errors import UnavailableError

Connection = psycopg.Connection[dict[str, object]]
CONNECTING: dict[str, Any] = {
    "row_factory": psycopg.rows.dict_row,
    "connect_timeout": 5,
    "application_name": "grt",
    "options": "-c TimeZone=UTC -c plan_cache_mode=force_custom_plan",  # what a filter leaves open decides the plan
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
_IN_VAIN = ("password authentication failed", "does not exist", "no pg_hba.conf entry")


@contextmanager
def available(step: str) -> Iterator[None]:
    """Turn what only time can heal (no server, lost connection, deadlock, full disk) into `UnavailableError`."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise UnavailableError(f"Postgres cannot {step} now ({_first_line(error)}). Try again later.") from error


def connect(url: str, *, patience_s: float = 10.0) -> Connection:
    """An open connection; a server that is starting or gone is asked again until the patience ends.

    Raises:
        UnavailableError: No server answered in time, or it refused the role or the database.
    """
    deadline, pause = time.monotonic() + patience_s, 0.05
    while True:
        try:
            return _open(url)
        except psycopg.OperationalError as error:
            if not _may_heal(error) or time.monotonic() + pause > deadline:
                reason = f"Postgres at {place(url)} does not let us in: {_first_line(error)}"
                raise UnavailableError(f"{reason}. Is it running? `grt status` tells.") from error
        time.sleep(pause)
        pause = min(pause * 2, 1.0)


def place(url: str) -> str:
    """Host, port and database of the URL, without role and password."""
    parts = conninfo_to_dict(url)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def sqlalchemy_url(url: str) -> str:
    """The address in the form that dagster-postgres takes; plain `postgresql://` would mean psycopg 3 there."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg2://{rest}" if scheme in {"postgresql", "postgres"} else url


def _open(url: str) -> Connection:
    connection: Connection = psycopg.connect(url, **CONNECTING)
    prepare_connection(connection)
    return connection


def prepare_connection(connection: psycopg.Connection[Any]) -> None:
    """Every connection of ours reads uuid as text."""
    connection.adapters.register_loader("uuid", TextLoader)


def _may_heal(error: psycopg.OperationalError) -> bool:
    """Whether waiting helps: no answer and "starting up" do, a wrong password or database do not."""
    return not any(sign in str(error) for sign in _IN_VAIN)


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
