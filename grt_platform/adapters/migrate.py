"""The warehouse's schema brought up to date by Alembic, safe when two processes try at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from grt_platform.adapters.postgres import available, connect
from grt_platform.adapters.warehouse import Warehouse

_VERSION_TABLE = "grt_migrations"


def upgrade(url: str) -> list[str]:
    """Bring the database to the newest revision; returns the revisions it applied, oldest first.

    All revisions of one call are one transaction: a killed upgrade leaves the database as it was.
    """
    with Warehouse(url).lock("grt", "migrate"), _sqlalchemy(url) as connection:
        config = _config(connection)
        before = _revision(connection)
        script = ScriptDirectory.from_config(config)
        ahead = [
            step.revision for step in script.iterate_revisions("heads", before or "base") if step.revision != before
        ]
        if ahead:
            command.upgrade(config, "head")
        return ahead[::-1]


def current(url: str) -> str | None:
    """The revision the database is at; None for a database that was never migrated."""
    with _sqlalchemy(url) as connection:
        return _revision(connection)


def newest() -> str | None:
    """The revision this code needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def is_known(revision: str | None) -> bool:
    """Whether this code can bring a database at that revision up to date."""
    steps = ScriptDirectory.from_config(_config(None)).walk_revisions()
    return revision is None or revision in {step.revision for step in steps}


@contextmanager
def _sqlalchemy(url: str) -> Iterator[sa.Connection]:
    def connected() -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = connect(url)
        connection.row_factory = psycopg.rows.tuple_row
        return connection

    engine = sa.create_engine("postgresql+psycopg://", creator=connected, poolclass=sa.NullPool)
    with available("migrate"), engine.begin() as connection:
        yield connection


def _config(connection: sa.Connection | None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config


def _revision(connection: sa.Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": _VERSION_TABLE})
    return context.get_current_revision()
