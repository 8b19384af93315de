"""A whole installation in one place: both databases, and every store that they name objects of.

The order is what makes it good while the platform runs: Dagster's storage first, then the warehouse, then the stores.
What a database names was in its store before, so it is in the copy that is made after; only what people purged in
between can be missing, and that is looked up and told.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from grt_platform import __version__
from grt_platform.adapters.dumps import dump, server_major
from grt_platform.adapters.migrate import current
from grt_platform.adapters.object_rows import COLUMNS, version_of
from grt_platform.adapters.postgres import Connection, available, connect
from grt_platform.adapters.store import Store, open_store
from grt_platform.adapters.store_copies import copy_changing, copy_fixed
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.kernel.versions import ObjectVersion
from grt_platform.settings import Settings

MANIFEST = "backup.json"
DAGSTER, WAREHOUSE = "postgres/dagster.dump", "postgres/warehouse.dump"
_FIXED, _CHANGING = ("raw", "reads"), ("products", "lake")
_STORED = f"SELECT {COLUMNS} FROM objects.versions AS v WHERE v.state = 'stored'"
_SHOWN = 5
Tell = Callable[[str], None]


@dataclass(slots=True)
class Manifest:
    """What a backup holds; it is written last, so that one without it is none.

    Attributes:
        made_at: When it was begun, ISO 8601.
        version: Of the platform.
        revision: Of the warehouse's tables.
        postgres: Major version of the server.
        sha256: Of each dump.
        stores: Objects and bytes of each store.
        purged: Objects that people purged while it was made, which it therefore lacks.
    """

    made_at: str
    version: str = __version__
    revision: str | None = None
    postgres: int = 0
    sha256: dict[str, str] = field(default_factory=dict)
    stores: dict[str, dict[str, int]] = field(default_factory=dict)
    purged: list[str] = field(default_factory=list)


def back_up(
    target: str, known: Settings, now: datetime, tell: Tell, *, without: frozenset[str] = frozenset()
) -> Manifest:
    """The installation is in `target` whole.

    Args:
        target: An empty place for a store: a folder or s3://bucket/prefix.
        known: The settings of the installation, its databases among them.
        now: When it begins.
        tell: Told one line for each part.
        without: Stores to leave out, which are kept in another way.

    Raises:
        BadInputError: The target is not empty, or inside of what is backed up.
        UnavailableError: A part could not be had whole; what is there already is no backup.
    """
    place = open_store(_outside(target, known), known)
    if next(place.list(), None) is not None:
        raise BadInputError(f"{target} is not empty: give a place of its own to each backup")
    warehouse, dagster = (url.get_secret_value() for url in (known.warehouse_url, known.dagster_url))
    if not warehouse or not dagster:
        raise UnavailableError(f"No platform in {known.home}: start it with `grt up`, or set GRT_HOME")
    manifest = Manifest(now.isoformat(), revision=current(warehouse), postgres=server_major(warehouse))
    _dump(dagster, place, DAGSTER, manifest, tell)
    with _standing(warehouse) as (connection, snapshot):
        _dump(warehouse, place, WAREHOUSE, manifest, tell, snapshot=snapshot)
        _copy_stores(place, known, manifest, without, tell)
        if "raw" not in without:
            manifest.purged = _missing(connection, warehouse, place)
    place.put(MANIFEST, json.dumps(asdict(manifest), indent=2).encode())
    return manifest


def stores_of(known: Settings) -> Mapping[str, Store]:
    """Every store by its name in a backup; `reads` are the files that the ENA system keeps at home."""
    reads = str(known.ena_home or known.home / "ena" / "reads")
    urls = {"raw": known.raw, "products": known.products, "lake": known.lake, "reads": reads}
    return {name: open_store(url, known) for name, url in urls.items()}


def _outside(target: str, known: Settings) -> str:
    if "://" not in target:
        folder = Path(target).expanduser().resolve()
        for url in (known.raw, known.lake, known.products):
            if "://" not in url and folder.is_relative_to(Path(url).resolve()):
                raise BadInputError(f"{target} is inside of {url}, which is backed up: give a place outside")
    return target


@contextmanager
def _standing(url: str) -> Iterator[tuple[Connection, str]]:
    """A transaction for which time stands still, and the name under which pg_dump sees the same moment."""
    connection = connect(url)
    try:
        with available("stand still for a backup"):
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            row = connection.execute("SELECT pg_export_snapshot() AS name").fetchone()
        assert row is not None
        yield connection, str(row["name"])
    finally:
        connection.close()


def _dump(url: str, place: Store, key: str, manifest: Manifest, tell: Tell, *, snapshot: str = "") -> None:
    with place.writer(key) as file:
        counted = _Hashing(file)
        dump(url, counted, snapshot=snapshot)  # type: ignore[arg-type] # it is written to, nothing else
    manifest.sha256[key] = counted.digest.hexdigest()
    tell(f"{key}: {counted.size} bytes")


class _Hashing:
    """A stream that knows the hash and size of what went through it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        """Write on."""
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)


def _copy_stores(place: Store, known: Settings, manifest: Manifest, without: frozenset[str], tell: Tell) -> None:
    stores = stores_of(known)
    for name in (*_FIXED, *_CHANGING):
        if name in without:
            continue
        copy = copy_fixed if name in _FIXED else copy_changing
        copied = copy(stores[name], place, f"stores/{name}")
        manifest.stores[name] = {"objects": copied.objects, "bytes": copied.size_bytes}
        tell(f"{name}: {copied.objects} objects, {copied.size_bytes} bytes")


def _missing(connection: Connection, warehouse: str, place: Store) -> list[str]:
    """Names of the objects that the dump names and the copy lacks, all of them purged since.

    Raises:
        UnavailableError: One is missing that was not purged.
    """
    lost: list[str] = []
    purged: list[str] = []
    with available("read what objects there are"), connection.cursor("stored") as cursor:
        for row in cursor.execute(_STORED.encode()):
            version = version_of(row)
            found = place.head(f"stores/raw/{version.key}")
            if found is None or found.size_bytes != version.size_bytes:
                name = f"{version.project}/{version.name} ({version.version_id})"
                (purged if _is_purged(warehouse, version) else lost).append(name)
    if lost:
        shown = ", ".join(lost[:_SHOWN])
        raise UnavailableError(
            f"{len(lost)} objects that the database names are not in the raw store whole: {shown}. "
            "This is no backup: find out where they are"
        )
    return purged


def _is_purged(warehouse: str, version: ObjectVersion) -> bool:
    with connect(warehouse) as connection:
        asked: Any = [version.version_id]
        row = connection.execute("SELECT state FROM objects.versions WHERE version_id = %s", asked).fetchone()
    return row is None or row["state"] != "stored"
