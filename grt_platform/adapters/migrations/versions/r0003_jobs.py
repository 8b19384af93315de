"""The schema jobs: asynchronous jobs and the history of their states."""

from grt_platform.adapters.migrations import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the schema and its tables."""
    run("0003_jobs.sql")
