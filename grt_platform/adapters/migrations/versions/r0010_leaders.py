"""Who leads which group of lustre, and an index by which a group's history is read."""

from grt_platform.adapters.migrations import run

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table and the index."""
    run("0010_leaders.sql")
