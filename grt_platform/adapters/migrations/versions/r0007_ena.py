"""The schemas platform and ena: turns at what is outside; the tracker, the machines and the served tables of ENA."""

from grt_platform.adapters.migrations import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the schemas and their tables."""
    run("0007_ena.sql")
