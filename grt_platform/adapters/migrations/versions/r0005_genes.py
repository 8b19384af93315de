"""The schema genes: its served tables and its register of uploads."""

from grt_platform.adapters.migrations import run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the schema and its tables."""
    run("0005_genes.sql")
