"""Indexes by which a sensor asks for some objects of a ledger that holds very many."""

from grt_platform.adapters.migrations import run

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the indexes."""
    run("0011_ledger_names.sql")
