"""The schema variants: what is known of uploaded files, answers of queries, and project versions."""

from grt_platform.adapters.migrations import run

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the schema and its tables."""
    run("0008_variants.sql")
