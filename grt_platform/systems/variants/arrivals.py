"""Which versions of uploaded files nobody has looked at, and of which the bytes are gone."""

from grt_platform.adapters.database import Database
from grt_platform.adapters.object_rows import COLUMNS, version_of
from grt_platform.kernel.versions import ObjectVersion
from grt_platform.systems.variants.logic.arrivals import Arrival
from grt_platform.systems.variants.logic.file_kinds import ENDINGS

_MOST = 5000


def waiting(database: Database) -> list[Arrival]:
    """Stored versions of VCF files and sample tables that the ledger does not know, the oldest first."""
    endings = [f"%{ending}" for group in ENDINGS.values() for ending in group]
    rows = database.fetch(
        "SELECT v.version_id, v.project, v.name, v.size_bytes FROM objects.versions AS v "
        "WHERE v.state = 'stored' AND lower(v.name) LIKE ANY(%(endings)s) "
        "AND NOT EXISTS (SELECT FROM variants.ledger AS l WHERE l.version_id = v.version_id) "
        "ORDER BY v.generation LIMIT %(most)s",
        {"endings": endings, "most": _MOST},
    )
    return [Arrival(row["version_id"], f"{row['project']}/{row['name']}", row["size_bytes"]) for row in rows]


def purged(database: Database, most: int) -> list[ObjectVersion]:
    """Versions in the ledger whose bytes were purged."""
    rows = database.fetch(
        f"SELECT {COLUMNS} FROM objects.versions AS v JOIN variants.ledger AS l USING (version_id) "
        "WHERE v.state = 'purged' ORDER BY v.version_id LIMIT %s",
        [most],
    )
    return [version_of(row) for row in rows]
