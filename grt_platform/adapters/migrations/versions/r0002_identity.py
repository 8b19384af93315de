"""The schema identity: people, tokens, sessions, projects, members and the audit."""

from grt_platform.adapters.migrations import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the schema, its tables, and the row that the administrator's key acts as."""
    run("0002_identity.sql")
