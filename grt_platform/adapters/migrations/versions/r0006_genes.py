"""The schema genes: its served tables and its register of uploads."""

from grt_platform.adapters.migrations import run

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the schema and its tables."""
    run("0006_genes.sql")
