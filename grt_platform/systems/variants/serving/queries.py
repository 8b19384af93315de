"""Every question the doors ask of the served tables of variants; SQL stands here only, its values always bound."""

from collections.abc import Sequence
from typing import Any

from grt_platform.adapters.database import Database
from grt_platform.systems.variants.logic.file_kinds import ENDINGS, FileKind

Row = dict[str, Any]
CURRENT = """
    FROM objects.names AS n JOIN objects.versions AS v USING (version_id)
    LEFT JOIN variants.ledger AS l ON l.version_id = v.version_id
    LEFT JOIN variants.dimensions AS d ON d.version_id = v.version_id
    LEFT JOIN variants.sample_tables AS t ON t.version_id = v.version_id
    WHERE n.deleted_at IS NULL AND v.state = 'stored' AND lower(v.name) LIKE ANY(%(endings)s)
"""
STATE = """CASE WHEN l.status IS NULL THEN 'waiting' WHEN l.status = 'loaded' THEN 'ready'
    WHEN l.status = 'duplicate' THEN 'result' ELSE l.status END"""


def projects(database: Database, names: Sequence[str]) -> list[Row]:
    """For each of these projects how many files there are, how many can be asked, and what they hold."""
    return database.fetch(
        f"""
        SELECT p.project, count(f.version_id) FILTER (WHERE f.is_vcf) AS files,
               count(f.version_id) FILTER (WHERE f.is_vcf AND f.state = 'ready') AS files_ready,
               count(f.version_id) FILTER (WHERE f.state = 'rejected') AS files_rejected,
               coalesce(sum(f.variants), 0)::bigint AS variants, coalesce(sum(f.size_bytes), 0)::bigint AS size_bytes
        FROM unnest(%(projects)s::text[]) AS p(project)
        LEFT JOIN (
            SELECT n.project, v.version_id, {STATE} AS state, d.variants, v.size_bytes,
                   lower(v.name) NOT LIKE ALL(%(tables)s) AS is_vcf {CURRENT}
        ) AS f USING (project)
        GROUP BY p.project ORDER BY p.project
        """,
        {"projects": list(names), "endings": endings(*FileKind), "tables": endings(FileKind.SAMPLES)},
    )


def files(database: Database, project: str, name: str, after: str, limit: int) -> list[Row]:
    """The VCF files and sample tables of a project by name, and what is known of each.

    Args:
        database: The warehouse's database.
        project: The project.
        name: Only the file of this name; empty for all.
        after: Only names behind this one.
        limit: Most files.
    """
    return database.fetch(
        f"""
        SELECT v.name, v.version_id, {STATE} AS state, l.reason, v.size_bytes, v.stored_at, d.variants,
               coalesce(d.samples_count, t.samples_count) AS samples, jsonb_array_length(d.scaffolds) AS scaffolds,
               d.index_bytes, d.copy_bytes, t.warnings
        {CURRENT} AND n.project = %(project)s AND v.name > %(after)s AND (%(name)s = '' OR v.name = %(name)s)
        ORDER BY v.name LIMIT %(limit)s
        """,
        {"project": project, "name": name, "after": after, "limit": limit, "endings": endings(*FileKind)},
    )


def file_details(database: Database, version_id: str) -> Row:
    """The samples, scaffolds and findings of one version; empty lists where it has none."""
    [row] = database.fetch(
        """
        SELECT coalesce(d.samples, '[]') AS sample_names, coalesce(d.scaffolds, '[]') AS records,
               coalesce((SELECT jsonb_agg(jsonb_build_object('severity', severity, 'category', category,
                   'rows', row_numbers, 'column', column_name, 'message', message) ORDER BY ordinal)
                   FROM variants.findings WHERE version_id = l.version_id), '[]') AS findings
        FROM (SELECT %(id)s::uuid AS version_id) AS l LEFT JOIN variants.dimensions AS d USING (version_id)
        """,
        {"id": version_id},
    )
    return row


def totals(database: Database, project: str) -> Row:
    """All samples and scaffolds of the current files that can be asked, each once; records by scaffold."""
    where = f"{CURRENT} AND n.project = %(project)s AND d.version_id IS NOT NULL"
    params = {"project": project, "endings": endings(FileKind.VARIANTS)}
    samples = database.fetch(
        f"SELECT DISTINCT s.name FROM (SELECT DISTINCT ON (d.samples_sha256) d.samples {where}) AS one, "
        "jsonb_array_elements_text(one.samples) AS s(name) ORDER BY 1",
        params,
    )
    scaffolds = database.fetch(
        "SELECT s.pair->>0 AS scaffold, count(*) AS files, sum((s.pair->>1)::bigint)::bigint AS records "
        f"FROM (SELECT d.scaffolds {where}) AS one, jsonb_array_elements(one.scaffolds) AS s(pair) "
        "GROUP BY 1 ORDER BY 1",
        params,
    )
    return {"samples": [row["name"] for row in samples], "scaffolds": scaffolds}


def finished(database: Database, project: str, question: str) -> str | None:
    """The newest complete job of the project that answered the same question; None where there is none."""
    rows = database.fetch(
        "SELECT j.job_id FROM variants.query_results AS r JOIN jobs.jobs AS j USING (job_id) "
        "WHERE r.project = %s AND r.question_sha256 = %s AND j.state = 'COMPLETE' AND j.system = 'variants' "
        "ORDER BY j.ended_at DESC LIMIT 1",
        [project, question],
    )
    return str(rows[0]["job_id"]) if rows else None


def endings(*kinds: FileKind) -> list[str]:
    """How names of these kinds of files end, as LIKE takes them."""
    return [f"%{ending}" for kind in kinds for ending in ENDINGS[kind]]
