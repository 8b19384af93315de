"""The warehouse's migrations: frozen SQL, applied in order by `grt_platform.adapters.migrate`."""

from importlib.resources import files

from alembic import op


def run(name: str) -> None:
    """Run a file of SQL statements that stands beside the revisions, as it is."""
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise RuntimeError(f"{name} needs a live connection; SQL scripts cannot be made of it")
    connection.execute((files(__name__) / "versions" / name).read_bytes())
