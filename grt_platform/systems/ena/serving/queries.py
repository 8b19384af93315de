"""What people ask of ENA's served tables."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from grt_platform.adapters.database import Database

_LIST = """
SELECT r.run_accession AS run_accession_number, CASE WHEN r.is_excluded THEN 'True' ELSE 'False' END AS excluded,
       coalesce(m.ip, '') AS droplet_ip, coalesce(r.reason, '') AS reason
FROM ena.runs r
LEFT JOIN (SELECT DISTINCT taxonomy_id, batch_id, run_accession FROM ena.batches) b USING (taxonomy_id, run_accession)
LEFT JOIN ena.machines m ON m.batch_id = b.batch_id AND m.state NOT IN ('planned', 'destroyed')
WHERE r.taxonomy_id = %s ORDER BY r.run_accession
"""
_REASONS = """
SELECT coalesce(reason, 'fetched') AS reason, count(*) AS runs, sum(files_bytes)::bigint AS files_bytes
FROM ena.runs WHERE taxonomy_id = %s GROUP BY reason ORDER BY reason IS NOT NULL, count(*) DESC, reason
"""
_FILES = """
SELECT run_accession, path, size_bytes, md5, verified_at FROM ena.fetched_reads WHERE taxonomy_id = %s ORDER BY path
"""


def accession_list(database: Database, taxonomy_id: int) -> Iterator[str]:
    """The microfetch procedure's `<taxon>.csv`, line by line: its three columns and the reason."""
    yield "run_accession_number,excluded,droplet_ip,reason\n"
    for row in database.fetch(_LIST, [taxonomy_id]):
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\n").writerow(row.values())
        yield line.getvalue()


def reasons(database: Database, taxonomy_id: int) -> list[dict[str, Any]]:
    """How many runs of a taxon are fetched, and how many each rule leaves out."""
    return database.fetch(_REASONS, [taxonomy_id])


def files(database: Database, taxonomy_id: int) -> list[dict[str, Any]]:
    """The files of a taxon that are verified at home."""
    return database.fetch(_FILES, [taxonomy_id])
