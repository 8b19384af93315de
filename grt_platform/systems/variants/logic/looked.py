"""What a look at one version found, as rows of the tables that are cut by versions."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from grt_platform.kernel.table import Table
from grt_platform.kernel.versions import ObjectVersion
from grt_platform.systems.variants.schemas import FILE_TABLES, LEDGER

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of a version.

    Attributes:
        version: The version.
        status: As in the ledger.
        reason: Why it cannot be used, or what is odd about it.
        rows: Rows by the noun of their table, without the ledger's.
        rows_in: Records, or samples, that were read.
    """

    version: ObjectVersion
    status: str
    reason: str | None = None
    rows: Mapping[str, Rows] = field(default_factory=dict)
    rows_in: int = 0

    def frames(self) -> dict[Table, pl.DataFrame]:
        """The rows of those tables that have any of the version."""
        rows = {**self.rows, LEDGER.noun: [self._ledger()]}
        return {table: _frame(table, rows[table.noun]) for table in FILE_TABLES if rows.get(table.noun)}

    def _ledger(self) -> dict[str, Any]:
        version = self.version
        return {
            "source": f"{version.project}/{version.name}",
            "version": version.version_id,
            "etag": None,
            "size_bytes": version.size_bytes,
            "sha256": version.sha256 or "",
            "received_at": version.stored_at or version.created_at,
            "status": self.status,
            "reason": self.reason,
            "rows_in": self.rows_in,
            "rows_loaded": self.rows_in if self.status == "loaded" else 0,
            "rows_quarantined": 0,
            "rows_duplicate": 0 if self.status == "loaded" else self.rows_in,
            "rows_superseded": 0,
        }


def hash_of_names(names: Sequence[str]) -> str:
    """Tells lists of names apart, by their order too."""
    return hashlib.sha256("\0".join(names).encode()).hexdigest()


def as_json(value: object) -> str:
    """The value as a column of JSON holds it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _frame(table: Table, rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=table.polars_schema(with_partition=False), orient="row")
