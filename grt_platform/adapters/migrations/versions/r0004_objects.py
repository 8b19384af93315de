"""The schema objects: versions of the objects of projects, their names, parts, quotas, and what buckets announced."""

from grt_platform.adapters.migrations import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the schema and its tables."""
    run("0004_objects.sql")
