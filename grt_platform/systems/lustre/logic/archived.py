"""Which groups' directories are archived: where to look, and what was found as CSV."""

import csv
import io
from collections.abc import Mapping

import polars as pl

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.lustre.logic.groups import table

MARK = ".imirrored"
"""The entry that the archiver leaves in a directory."""
ARCHIVED_SCHEMA = pl.Schema({"group_name": pl.String, "archived_dirs": pl.String})


def parse_archived_dirs(text: str) -> dict[str, tuple[str, ...]]:
    """Folders by volume from `volume=folder folder; volume=...`.

    Raises:
        BadInputError: It is not written so, or a folder is not absolute.
    """
    found = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        volume, _, folders = part.partition("=")
        paths = tuple(folder.rstrip("/") for folder in folders.split())
        if not volume.strip() or not paths or not all(path.startswith("/") for path in paths):
            raise BadInputError(f"GRT_LUSTRE_ARCHIVED_DIRS has {part!r}: write volume=/folder /folder")
        found[volume.strip()] = paths
    return found


def archived_csv(found: Mapping[str, str | None]) -> bytes:
    """What was found of each group, as CSV; the same groups give the same bytes."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(ARCHIVED_SCHEMA.names())
    writer.writerows(sorted((group, where or "") for group, where in found.items()))
    return sink.getvalue().encode()


def read_archived(data: bytes, source: str) -> pl.DataFrame:
    """The same in ARCHIVED_SCHEMA, NULL for a group that is not archived.

    Raises:
        BadInputError: It is no such table.
    """
    rows = [
        (row["group_name"], row["archived_dirs"] or None) for _, row in table(data, source, ARCHIVED_SCHEMA.names())
    ]
    return pl.DataFrame(rows, schema=ARCHIVED_SCHEMA, orient="row")
