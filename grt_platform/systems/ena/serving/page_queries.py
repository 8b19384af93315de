"""The questions that ENA's pages ask of its tables, besides those of the API; values are always bound."""

from typing import Literal

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row

TaxonOrder = Literal["taxon", "status", "checked", "priority"]
Standing = Literal["", "attention", "new", "in progress", "ready", "complete", "warning", "error", "stopped"]
_ORDERS = {
    "taxon": "taxonomy_id",
    "status": "needs_attention = '', last_run_status, taxonomy_id",
    "checked": "last_checked DESC NULLS LAST, taxonomy_id",
    "priority": "priority DESC, last_checked NULLS FIRST, taxonomy_id",
}
RUN_COLUMNS = (
    *("run_accession", "scientific_name", "strain", "country", "collection_date", "instrument_platform"),
    *("instrument_model", "library_strategy", "library_layout", "base_count", "files_bytes", "first_public", "reason"),
)


def taxa(database: Database, taxon: str, standing: Standing, order: TaxonOrder, page: Page) -> list[Row]:
    """The tracked taxa whose ids begin so and that stand so, each with how many of its machines may exist."""
    sql = f"""
        SELECT t.*, (SELECT count(*) FROM ena.machines m
                     WHERE m.taxonomy_id = t.taxonomy_id AND m.state NOT IN ('planned', 'destroyed')) AS machines
        FROM ena.taxa t
        WHERE starts_with(t.taxonomy_id::text, %(taxon)s)
          AND CASE %(standing)s WHEN '' THEN true WHEN 'attention' THEN needs_attention <> '' WHEN 'stopped' THEN
              priority < 0 WHEN 'new' THEN last_run_status = '' ELSE last_run_status = %(standing)s END
        ORDER BY {_ORDERS[order]} LIMIT %(limit)s OFFSET %(offset)s"""
    return database.fetch(sql, {"taxon": taxon, "standing": standing, **page.values()})


def in_need(database: Database) -> list[Row]:
    """The taxa that a person must look at, the longest waiting first."""
    sql = (
        "SELECT taxonomy_id, needs_attention FROM ena.taxa WHERE needs_attention <> '' ORDER BY changed_at, taxonomy_id"
    )
    return database.fetch(sql)


def runs(database: Database, taxonomy_id: int, reason: str, accession: str, page: Page) -> list[Row]:
    """Runs of a taxon whose accession begins so; `reason` is one of theirs, or `fetched` for those without any."""
    sql = f"""
        SELECT {", ".join(RUN_COLUMNS)} FROM ena.runs
        WHERE taxonomy_id = %(taxon)s AND starts_with(run_accession, %(accession)s)
          AND (%(reason)s = '' OR coalesce(reason, 'fetched') = %(reason)s)
        ORDER BY run_accession LIMIT %(limit)s OFFSET %(offset)s"""
    return database.fetch(sql, {"taxon": taxonomy_id, "reason": reason, "accession": accession, **page.values()})


def files(database: Database, taxonomy_id: int, page: Page) -> list[Row]:
    """The files of a taxon that are verified at home, by path."""
    sql = """
        SELECT run_accession, path, size_bytes, md5, verified_at FROM ena.fetched_reads
        WHERE taxonomy_id = %(taxon)s ORDER BY path LIMIT %(limit)s OFFSET %(offset)s"""
    return database.fetch(sql, {"taxon": taxonomy_id, **page.values()})


def at_home(database: Database, taxonomy_id: int) -> Row:
    """How many files of a taxon are at home, and their bytes."""
    sql = """
        SELECT count(*) AS files, coalesce(sum(size_bytes), 0)::bigint AS size_bytes FROM ena.fetched_reads
        WHERE taxonomy_id = %s"""
    return database.fetch(sql, [taxonomy_id])[0]


def machines(database: Database, taxonomy_id: int | None, *, is_living: bool) -> list[Row]:
    """Machines of one taxon or of all, those that are not gone first; only these where that is asked."""
    sql = """
        SELECT * FROM ena.machines
        WHERE (%(taxon)s::bigint IS NULL OR taxonomy_id = %(taxon)s) AND (NOT %(living)s OR state <> 'destroyed')
        ORDER BY state = 'destroyed', planned_at DESC, batch_id"""
    return database.fetch(sql, {"taxon": taxonomy_id, "living": is_living})
