"""The questions that the pages of genes ask of its tables, besides those of the API; values are always bound."""

from collections.abc import Sequence

from grt_platform.adapters.database import Database
from grt_platform.serving.page import Page, Row
from grt_platform.systems.genes.serving.queries import COLUMNS, WHERE, GeneFilter, params

GENE_COLUMNS = tuple(name for name in COLUMNS if name != "sequence")
_SHOWN = ", ".join(f"g.{name}" for name in GENE_COLUMNS)


def uploads(database: Database, projects: Sequence[str] | None, words: str, page: Page) -> list[Row]:
    """Uploads of some projects (None: of all) whose file names contain the words, the newest first.

    `state` is that of the job, before there is one that of the upload.
    """
    sql = """
        SELECT u.upload_id, u.file_name, u.project, u.user_name, u.created_at, v.size_bytes,
               coalesce(j.state, v.state) AS state, j.progress, j.reason, p.genes, p.letters, p.records_quarantined
        FROM genes.uploads AS u
        LEFT JOIN objects.versions AS v ON v.version_id = u.upload_id
        LEFT JOIN jobs.jobs AS j ON j.job_id = u.job_id
        LEFT JOIN genes.parses AS p ON p.job_id = u.job_id
        WHERE (%(projects)s::text[] IS NULL OR u.project = ANY(%(projects)s::text[]))
          AND strpos(lower(u.file_name), lower(%(words)s)) > 0
        ORDER BY u.created_at DESC, u.upload_id DESC LIMIT %(limit)s OFFSET %(offset)s"""
    given = None if projects is None else list(projects)
    return database.fetch(sql, {"projects": given, "words": words, **page.values()})


class GenesOf:
    """Fetches the genes of an upload a page at a time, without their letters; pages that follow each other are cheap.

    Args:
        job_id: The job that has parsed the upload.
        wanted: Which genes.
    """

    def __init__(self, job_id: str, wanted: GeneFilter) -> None:
        self._given = {**params(wanted), "job_id": job_id}
        self._before: dict[int, int] = {0: 0}

    def __call__(self, database: Database, page: Page) -> list[Row]:
        """The page, in the order of the file."""
        after = self._before.get(page.offset)
        sql = f"""
            SELECT {_SHOWN} FROM genes.genes AS g
            WHERE g.job_id = %(job_id)s::uuid AND g.ordinal > %(after)s AND {WHERE}
            ORDER BY g.ordinal LIMIT %(limit)s OFFSET %(offset)s"""
        at = page if after is None else Page(page.limit)
        rows = database.fetch(sql, {**self._given, "after": after or 0, **at.values()})
        if rows:
            self._before[page.offset + len(rows)] = int(rows[-1]["ordinal"])
        return rows


def found(database: Database, projects: Sequence[str] | None, wanted: GeneFilter, page: Page) -> list[Row]:
    """Genes of all parsed uploads of some projects (None: of all), by file and ordinal, without letters."""
    sql = f"""
        SELECT p.upload_id, p.project, p.file_name, {_SHOWN}
        FROM genes.genes AS g JOIN genes.parses AS p USING (job_id)
        WHERE (%(projects)s::text[] IS NULL OR p.project = ANY(%(projects)s::text[])) AND {WHERE}
        ORDER BY g.job_id, g.ordinal LIMIT %(limit)s OFFSET %(offset)s"""
    given = None if projects is None else list(projects)
    return database.fetch(sql, {**params(wanted), "projects": given, **page.values()})


def quarantined(database: Database, job_id: str, page: Page) -> list[Row]:
    """Records of an upload that were set aside, by line."""
    sql = """
        SELECT line_number, reason, raw FROM genes.quarantine WHERE job_id = %(job_id)s::uuid
        ORDER BY line_number, reason LIMIT %(limit)s OFFSET %(offset)s"""
    return database.fetch(sql, {"job_id": job_id, **page.values()})
