"""Every question the doors ask of the served tables of genes; SQL stands here only, its values always bound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grt_platform.adapters.database import Database

Row = dict[str, Any]
COLUMNS = (
    *("ordinal", "line_number", "gene_name", "name", "occurrence", "length", "gc", "digest", "identical_to"),
    *("blanks_removed", "letters_masked", "sequence"),
)
_SHOWN = ", ".join(f"g.{name}" for name in COLUMNS)
_BATCH_ROWS = 200
WHERE = """
    (%(name)s::text IS NULL OR g.name = %(name)s) AND (%(prefix)s::text IS NULL OR starts_with(g.name, %(prefix)s))
    AND (%(digest)s::text IS NULL OR g.digest = %(digest)s)
    AND (%(shortest)s::bigint IS NULL OR g.length >= %(shortest)s)
    AND (%(longest)s::bigint IS NULL OR g.length <= %(longest)s)"""


@dataclass(frozen=True, slots=True)
class GeneFilter:
    """Which genes: by the first word of their headers, its begin, their digest, their letters; None leaves it open."""

    name: str | None = None
    prefix: str | None = None
    digest: str | None = None
    shortest: int | None = None
    longest: int | None = None


def genes(database: Database, job_id: str, wanted: GeneFilter, after: int, limit: int) -> list[Row]:
    """Genes of one parsed upload behind the ordinal `after`, in the order of the file."""
    sql = (
        f"SELECT {_SHOWN} FROM genes.genes AS g WHERE g.job_id = %(job_id)s::uuid AND g.ordinal > %(after)s "
        f"AND {WHERE} ORDER BY g.ordinal LIMIT %(limit)s"
    )
    return database.fetch(sql, {**params(wanted), "job_id": job_id, "after": after, "limit": limit})


def all_genes(database: Database, job_id: str, wanted: GeneFilter) -> Iterator[Row]:
    """All of them, some hundreds in memory at a time, as they are at one moment."""
    sql = f"SELECT {_SHOWN} FROM genes.genes AS g WHERE g.job_id = %(job_id)s::uuid AND {WHERE} ORDER BY g.ordinal"
    with database.transaction() as connection, connection.cursor(name="genes") as cursor:
        cursor.itersize = _BATCH_ROWS
        cursor.execute(sql.encode(), {**params(wanted), "job_id": job_id})
        yield from cursor


def found(
    database: Database, projects: Sequence[str] | None, wanted: GeneFilter, after: tuple[str, int], limit: int
) -> list[Row]:
    """Genes of all parsed uploads of some projects (None: of all), by job and ordinal, without letters."""
    sql = f"""
        SELECT p.upload_id, p.job_id, p.project, p.file_name, {_SHOWN.removesuffix(", g.sequence")}
        FROM genes.genes AS g JOIN genes.parses AS p USING (job_id)
        WHERE (%(projects)s::text[] IS NULL OR p.project = ANY(%(projects)s::text[]))
          AND (g.job_id, g.ordinal) > (%(after_job)s::uuid, %(after)s) AND {WHERE}
        ORDER BY g.job_id, g.ordinal LIMIT %(limit)s"""
    given = None if projects is None else list(projects)
    more = {"projects": given, "after_job": after[0], "after": after[1], "limit": limit}
    return database.fetch(sql, {**params(wanted), **more})


def parse(database: Database, job_id: str) -> Row | None:
    """What came out of a job; None where it has not."""
    rows = database.fetch("SELECT * FROM genes.parses WHERE job_id = %s::uuid", [job_id])
    return rows[0] if rows else None


def params(wanted: GeneFilter) -> dict[str, Any]:
    """The values of a filter, as `WHERE` binds them."""
    return {name: getattr(wanted, name) for name in ("name", "prefix", "digest", "shortest", "longest")}
