"""Jobs left out of a tool's resources, by reason, beside what the others took."""

from grt_platform.adapters.migrations import run

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns; statistics of no job at all are NULL."""
    run("0012_exclusions.sql")
