"""The two tables every system keeps about what came in: the ledger of objects and the quarantine of rows."""

from grt_platform.kernel.table import Column, Kind, Table

STATUSES = ("loaded", "duplicate", "replaced", "rejected", "incomplete")


def ledger_table(system: str, partition_columns: tuple[Column, ...], found_by: tuple[str, ...] = ()) -> Table:
    """The ledger of `system`: one row for every version of every raw object ever seen.

    Args:
        system: Whose it is.
        partition_columns: What it is cut by.
        found_by: Columns by which a sensor asks for some objects of very many.
    """
    own = (
        Column("source", Kind.TEXT, "Name of the raw object as its sender knows it", is_nullable=False),
        Column("version", Kind.TEXT, "Which version of that name: a hash over all its bytes", is_nullable=False),
        Column("etag", Kind.TEXT, "Signature of the object where it arrived; a sensor knows it again by this"),
        Column("size_bytes", Kind.INTEGER, "Size of the raw object", is_nullable=False),
        Column("sha256", Kind.TEXT, "Content hash of the raw object", is_nullable=False),
        Column("received_at", Kind.TIMESTAMP, "When the platform first saw these bytes", is_nullable=False),
        Column("status", Kind.TEXT, f"One of {', '.join(STATUSES)}", is_nullable=False),
        Column("reason", Kind.TEXT, "Why it is not loaded, or what was odd about it"),
        Column("rows_in", Kind.INTEGER, "Data rows read", is_nullable=False),
        Column("rows_loaded", Kind.INTEGER, "Rows in the tables now", is_nullable=False),
        Column("rows_quarantined", Kind.INTEGER, "Rows set aside with a reason", is_nullable=False),
        Column("rows_duplicate", Kind.INTEGER, "Rows equal to a loaded row", is_nullable=False),
        Column("rows_superseded", Kind.INTEGER, "Rows that gave way to a later report", is_nullable=False),
    )
    return Table(
        system,
        "table",
        "ledger",
        "Every version of every raw object ever seen, and what became of it",
        (*partition_columns, *own),
        tuple(column.name for column in partition_columns),
        indexed=(found_by,) if found_by else (),
    )


def quarantine_table(system: str, partition_columns: tuple[Column, ...]) -> Table:
    """The quarantine of `system`: one row for every row of a raw object that could not be loaded."""
    own = (
        Column("source", Kind.TEXT, "Name of the raw object as its sender knows it", is_nullable=False),
        Column("version", Kind.TEXT, "Which version of that name: a hash over all its bytes", is_nullable=False),
        Column("member", Kind.TEXT, "Part of the object the row stands in, empty for a single file", is_nullable=False),
        Column("line_number", Kind.INTEGER, "1-based line in that part, the header counted", is_nullable=False),
        Column("reason", Kind.TEXT, "Why the row was not loaded", is_nullable=False),
        Column("raw", Kind.BYTES, "The row's bytes, cut at 64 KiB", is_nullable=False),
    )
    return Table(
        system,
        "table",
        "quarantine",
        "Rows that could not be loaded: where, which line, why, and their bytes",
        (*partition_columns, *own),
        tuple(column.name for column in partition_columns),
    )
