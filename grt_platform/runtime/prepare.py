"""A task of every start: databases and tables are up to date, the reader may read, no dead run seems alive."""

import subprocess
import sys
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from grt_platform.adapters.database import LightDatabase
from grt_platform.adapters.migrate import upgrade
from grt_platform.adapters.postgres import available
from grt_platform.adapters.warehouse import grant_reader
from grt_platform.kernel.errors import GrtError
from grt_platform.runtime.first_admin import make_first_admin
from grt_platform.runtime.tables import all_tables
from grt_platform.settings import Settings, settings

_LONGEST_QUESTION = "5min"
_UNDER_WAY = "SELECT 1 FROM runs WHERE status IN ('STARTING', 'STARTED', 'CANCELING') LIMIT 1"


def create_database(url: str) -> None:
    """The address's database exists, made from nothing where it was missing, closed to all but its owner."""
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))


def allow_reading(warehouse_url: str, reader_url: str) -> None:
    """The role of `reader_url` may log in to the warehouse alone and SELECT there, for a bounded time."""
    reader = urlsplit(reader_url)
    name = reader.username or ""
    grant_reader(warehouse_url, name, password=unquote(reader.password or ""), guarded=all_tables().values())
    role, database = sql.Identifier(name), sql.Identifier(urlsplit(warehouse_url).path.lstrip("/"))
    with psycopg.connect(warehouse_url, autocommit=True) as admin:
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))
        limit = sql.SQL("ALTER ROLE {} SET statement_timeout = {}")
        admin.execute(limit.format(role, sql.Literal(_LONGEST_QUESTION)))


def prepare(chosen: Settings, *, is_warehouse_ours: bool, is_dagster_ours: bool) -> None:
    """The databases of this installation are as the code expects them.

    Args:
        chosen: The settings of this process.
        is_warehouse_ours: True where the embedded Postgres holds the warehouse.
        is_dagster_ours: True where it holds Dagster's storage.
    """
    warehouse = chosen.warehouse_url.get_secret_value()
    with available("prepare the databases"):
        if is_dagster_ours:
            create_database(chosen.dagster_url.get_secret_value())
        if is_warehouse_ours:
            create_database(warehouse)
        upgrade(warehouse)
        if is_warehouse_ours:
            allow_reading(warehouse, chosen.warehouse_reader_url.get_secret_value())
            make_first_admin(LightDatabase(warehouse), chosen, datetime.now(UTC))


def has_orphans(dagster_url: str) -> bool:
    """Whether a platform that was killed left runs under way in Dagster's storage."""
    with psycopg.connect(dagster_url) as connection:
        if connection.execute("SELECT to_regclass('runs')").fetchone() == (None,):
            return False
        return connection.execute(_UNDER_WAY).fetchone() is not None


def main(arguments: list[str]) -> int:
    """Prepare, telling a failure in one line.

    Args:
        arguments: What the embedded Postgres holds (`warehouse`, `dagster`); `storage` where Dagster's storage is
            elsewhere, so that its tables have to be brought to the installed release.
    """
    try:
        prepare(settings(), is_warehouse_ours="warehouse" in arguments, is_dagster_ours="dagster" in arguments)
        if "dagster" in arguments and has_orphans(settings().dagster_url.get_secret_value()):
            subprocess.run([sys.executable, "-m", "grt_platform.orchestration.orphans"], check=True)
        if "storage" in arguments:
            subprocess.run([sys.executable, "-m", "dagster", "instance", "migrate"], check=True)
    except GrtError as error:
        sys.stderr.write(f"grt: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
