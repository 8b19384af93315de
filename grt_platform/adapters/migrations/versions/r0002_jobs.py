"""The schema jobs: asynchronous jobs and the history of their states."""

from grt_platform.adapters.migrations import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the schema and its tables."""
    run("0002_jobs.sql")
