"""Genes, as the uniform verbs see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grt_platform.serving import handles
from grt_platform.serving.door import Door, Loaded

if TYPE_CHECKING:
    from grt_platform.adapters.warehouse import Warehouse


def is_settled(_warehouse: "Warehouse", _loaded: Sequence[Loaded]) -> bool:
    """All that follows from an upload appears with its line in the ledger."""
    return True


def pending() -> list[dict[str, object]]:
    """Uploads that were begun and not announced, as rows of the ledger."""
    rows = handles.warehouse().fetch(
        "SELECT u.upload_id, u.file_name, u.created_at, v.size_bytes FROM genes.uploads AS u "
        "JOIN objects.versions AS v ON v.version_id = u.upload_id WHERE u.job_id IS NULL AND v.state = 'pending'"
    )
    return [
        {
            "source": row["file_name"],
            "version": row["upload_id"],
            "size_bytes": row["size_bytes"],
            "received_at": row["created_at"],
            "status": "incomplete",
            "reason": "its bytes have not come, or were not announced",
        }
        for row in rows
    ]


def partitions() -> list[str]:
    """Jobs that have parsed an upload."""
    return [str(row["job_id"]) for row in handles.warehouse().fetch("SELECT job_id FROM genes.parses ORDER BY job_id")]


GENES = Door("genes", is_settled, pending, partitions)
