"""The schema galaxy: its served tables and its register of instances."""

from grt_platform.adapters.migrations import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the schema and its tables."""
    run("0001_galaxy.sql")
