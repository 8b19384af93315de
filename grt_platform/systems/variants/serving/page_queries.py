"""The questions that the pages of variants ask of the served tables, besides those of the API; values are bound."""

from typing import Literal

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.systems.variants.logic.file_kinds import FileKind
from grt_platform.systems.variants.serving.queries import CURRENT, STATE, endings

FileOrder = Literal["name", "state", "samples", "records", "size", "stored"]
FileState = Literal["", "ready", "waiting", "rejected", "result"]
_FILE_ORDERS = {
    "name": "name",
    "state": "state DESC, name",
    "samples": "samples DESC NULLS LAST, name",
    "records": "variants DESC NULLS LAST, name",
    "size": "size_bytes DESC, name",
    "stored": "stored_at DESC, name",
}


def files_found(
    database: Database, project: str, words: str, page: Page, *, state: FileState, order: FileOrder
) -> list[Row]:
    """The VCF files and sample tables of a project whose names contain the words, and what is known of each."""
    sql = f"""
        SELECT * FROM (
            SELECT v.name, v.version_id, {STATE} AS state, l.reason, v.size_bytes, v.stored_at, d.variants,
                   coalesce(d.samples_count, t.samples_count) AS samples, jsonb_array_length(d.scaffolds) AS scaffolds
            {CURRENT} AND n.project = %(project)s AND strpos(lower(v.name), lower(%(words)s)) > 0
        ) AS found WHERE %(state)s = '' OR state = %(state)s
        ORDER BY {_FILE_ORDERS[order]} LIMIT %(limit)s OFFSET %(offset)s"""
    given = {"project": project, "words": words, "state": state, "endings": endings(*FileKind)}
    return database.fetch(sql, {**given, **page.values()})


def sample_tables(database: Database, project: str) -> list[str]:
    """The names of the sample tables that are current in a project, whether they can be used or not."""
    sql = f"SELECT v.name {CURRENT} AND n.project = %(project)s ORDER BY v.name"
    rows = database.fetch(sql, {"project": project, "endings": endings(FileKind.SAMPLES)})
    return [str(row["name"]) for row in rows]
