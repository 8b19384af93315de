"""When the queue of jobs was closed, and what is announced to everybody."""

from grt_platform.adapters.migrations import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the two tables."""
    run("0009_notices.sql")
