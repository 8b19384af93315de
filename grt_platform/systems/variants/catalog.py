"""What is known of the files of a project: which are ready to be asked, which are not, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grt_platform.adapters.database import Database
from grt_platform.adapters.object_rows import COLUMNS, version_of
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.versions import AbsentError, NotYetError, ObjectVersion, is_version_id
from grt_platform.systems.variants.logic.file_kinds import ENDINGS, FileKind
from grt_platform.systems.variants.logic.planning import FileDimensions
from grt_platform.systems.variants.logic.sample_table import (
    DEFAULT_NAME,
    ColumnKind,
    SampleColumn,
    SampleRow,
    SampleTable,
)

Row = dict[str, Any]
_KNOWN = f"""
    SELECT {COLUMNS}, l.status, l.reason AS told, d.variants, d.samples_count, d.samples_sha256, d.scaffolds, d.contigs
    FROM objects.versions AS v
    LEFT JOIN variants.ledger AS l ON l.version_id = v.version_id
    LEFT JOIN variants.dimensions AS d ON d.version_id = v.version_id
"""
_CURRENT = "v.version_id IN (SELECT version_id FROM objects.names WHERE project = %(project)s AND deleted_at IS NULL)"
_PINNED = "v.project = %(project)s AND v.version_id = ANY(%(pinned)s::uuid[])"


@dataclass(frozen=True, slots=True)
class Known:
    """A version of a VCF file, and what is known of it.

    Attributes:
        version: The version.
        status: As in the ledger; None while nobody has looked at it.
        reason: Why it cannot be asked, or what is odd about it.
        row: Its dimensions, without the names of samples; None unless it can be asked.
    """

    version: ObjectVersion
    status: str | None
    reason: str | None
    row: Row | None

    @property
    def is_ready(self) -> bool:
        """It can be asked."""
        return self.row is not None


def find_version(database: Database, version_id: str) -> ObjectVersion:
    """The version of that id in whatever project.

    Raises:
        AbsentError: There is none.
    """
    sql = f"SELECT {COLUMNS} FROM objects.versions AS v WHERE v.version_id = %s::uuid"
    rows = database.fetch(sql, [version_id]) if is_version_id(version_id) else []
    if not rows:
        raise AbsentError(f"there is no version {version_id[:60]!r} of any object")
    return version_of(rows[0])


def is_known(database: Database, version_id: str) -> bool:
    """Whether somebody has looked at the version."""
    return not unknown(database, [version_id])


def unknown(database: Database, version_ids: Sequence[str]) -> list[str]:
    """Those of the versions that nobody has looked at, in their order."""
    rows = database.fetch(
        "SELECT version_id FROM variants.ledger WHERE version_id = ANY(%s::uuid[])", [list(version_ids)]
    )
    known = {row["version_id"] for row in rows}
    return [version_id for version_id in version_ids if version_id not in known]


def known_files(database: Database, project: str, pinned: Sequence[str] | None = None) -> list[Known]:
    """The VCF files of a project by name: their current versions, or exactly the pinned ones.

    Args:
        database: The warehouse's database.
        project: The project.
        pinned: Ids of versions; None for those that are current.
    """
    where = _CURRENT if pinned is None else _PINNED
    rows = database.fetch(
        f"{_KNOWN} WHERE {where} AND v.state = 'stored' AND lower(v.name) LIKE ANY(%(endings)s) ORDER BY v.name",
        {"project": project, "pinned": list(pinned or ()), "endings": _endings(FileKind.VARIANTS)},
    )
    return [_known(row) for row in rows]


def current_files(database: Database, project: str) -> list[Known]:
    """The VCF files and sample tables that are current in a project, by name."""
    endings = [*_endings(FileKind.VARIANTS), *_endings(FileKind.SAMPLES)]
    rows = database.fetch(
        f"{_KNOWN} WHERE {_CURRENT} AND v.state = 'stored' AND lower(v.name) LIKE ANY(%(endings)s) ORDER BY v.name",
        {"project": project, "endings": endings},
    )
    return [_known(row) for row in rows]


def sample_lists(database: Database, files: Sequence[Known]) -> dict[str, tuple[str, ...]]:
    """The lists of names in headers by their hash: the same list of many files is read once."""
    ids = [known.version.version_id for known in files if known.is_ready]
    rows = database.fetch(
        "SELECT DISTINCT ON (samples_sha256) samples_sha256, samples FROM variants.dimensions "
        "WHERE version_id = ANY(%s::uuid[])",
        [ids],
    )
    return {row["samples_sha256"]: tuple(row["samples"]) for row in rows}


def dimensions_of(database: Database, files: Sequence[Known]) -> list[FileDimensions]:
    """The dimensions of those files that can be asked."""
    lists = sample_lists(database, files)
    return [
        FileDimensions(
            version_id=known.version.version_id,
            name=known.version.name,
            size_bytes=known.version.size_bytes,
            samples=lists[known.row["samples_sha256"]],
            scaffolds=dict(known.row["scaffolds"]),
            contigs=tuple(known.row["contigs"]),
        )
        for known in files
        if known.row is not None
    ]


def served_dimensions(database: Database, project: str, pinned: Sequence[str] | None = None) -> list[FileDimensions]:
    """The dimensions of a project's current files, or of the pinned ones, as far as they can be asked."""
    return dimensions_of(database, known_files(database, project, pinned))


def sample_names(database: Database, project: str) -> list[str]:
    """Every sample of the current files, sorted."""
    lists = sample_lists(database, known_files(database, project)).values()
    return sorted({name for names in lists for name in names})


def find_table(database: Database, project: str, name: str, pinned: Sequence[str] | None = None) -> ObjectVersion:
    """The version of the sample table of that name.

    Args:
        database: The warehouse's database.
        project: The project.
        name: The object's name; empty for `sample_metadata.tsv`, or for the only one of the project.
        pinned: Ids of versions to choose from; None for those that are current.

    Raises:
        AbsentError: There is none, or `name` is empty and there are several.
    """
    where = _CURRENT if pinned is None else _PINNED
    rows = database.fetch(
        f"SELECT {COLUMNS} FROM objects.versions AS v WHERE {where} AND v.state = 'stored' "
        "AND lower(v.name) LIKE ANY(%(endings)s) ORDER BY v.name",
        {"project": project, "pinned": list(pinned or ()), "endings": _endings(FileKind.SAMPLES)},
    )
    tables = {str(row["name"]): version_of(row) for row in rows}
    if name in tables:
        return tables[name]
    if not name and (DEFAULT_NAME in tables or len(tables) == 1):
        return tables.get(DEFAULT_NAME) or next(iter(tables.values()))
    there = ", ".join(tables) or "none; upload one, its first column being #Sample_ID"
    wanted = f"no sample table {name!r}" if name else "more than one sample table, or none: name one"
    raise AbsentError(f"project {project} has {wanted}. Its tables: {there}")


def served_table(database: Database, version: ObjectVersion) -> SampleTable:
    """What the sample table says, from the served tables.

    Raises:
        NotYetError: Nobody has looked at it yet.
        BadInputError: It was rejected; says why.
    """
    id_ = [version.version_id]
    [told] = database.fetch(
        "SELECT (SELECT status FROM variants.ledger WHERE version_id = %(id)s::uuid) AS status, "
        "(SELECT reason FROM variants.ledger WHERE version_id = %(id)s::uuid) AS reason, "
        "(SELECT column_kinds FROM variants.sample_tables WHERE version_id = %(id)s::uuid) AS column_kinds",
        {"id": version.version_id},
    )
    if told["status"] is None:
        raise NotYetError(f"{version.name}: nobody has looked at this sample table yet; ask again in a moment")
    if told["column_kinds"] is None:
        raise BadInputError(f"{version.name} cannot be used as a sample table: {told['reason']}")
    rows = database.fetch(
        "SELECT sample_id, row_number, cells FROM variants.samples WHERE version_id = %s::uuid ORDER BY row_number", id_
    )
    return SampleTable(
        name=version.name,
        columns=tuple(SampleColumn(name, ColumnKind(kind)) for name, kind in told["column_kinds"]),
        rows=tuple(
            SampleRow(row["sample_id"], row["row_number"], tuple(tuple(values) for values in row["cells"]))
            for row in rows
        ),
        findings=(),
    )


def _endings(kind: FileKind) -> list[str]:
    return [f"%{ending}" for ending in ENDINGS[kind]]


def _known(row: Row) -> Known:
    names = ("variants", "samples_count", "samples_sha256", "scaffolds", "contigs")
    dimensions = {name: row[name] for name in names} if row["samples_sha256"] is not None else None
    return Known(version_of(row), row["status"], row["told"], dimensions)
