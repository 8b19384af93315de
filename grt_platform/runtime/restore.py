"""An installation made again from a backup: the stores first, then the databases, so none names what is not there."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256

from grt_platform.adapters.dumps import is_empty, load
from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.adapters.migrate import is_known
from grt_platform.adapters.postgres import place as place_of
from grt_platform.adapters.store import Store, open_store
from grt_platform.adapters.store_copies import copy_back
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.runtime.backup import DAGSTER, MANIFEST, WAREHOUSE, Manifest, stores_of
from grt_platform.runtime.environment import Addresses, Embedded, addresses
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.prepare import create_database
from grt_platform.runtime.services import choose_ports
from grt_platform.runtime.state import read_state, write_state
from grt_platform.runtime.up import refuse_second
from grt_platform.settings import Settings

_BLOCK = 1 << 20
Tell = Callable[[str], None]


def restore(source: str, installation: Installation, given: Settings, tell: Tell) -> Manifest:
    """The installation, which does not run, is as the backup says; the next start brings its tables up to date.

    Databases must be empty. Objects that are there with the same size stay, so an interrupted restore is begun again.

    Raises:
        BadInputError: There is no whole backup, it is of a newer release, or something else is in the way.
        UnavailableError: The platform runs, or a part failed.
    """
    place = open_store(source, given)
    manifest = _read(place, source)
    installation.create()
    refuse_second(installation)
    with installation.lock(), _databases(installation, given, tell) as where:
        for url in (where.dagster_url, where.warehouse_url):
            if not is_empty(url):
                raise BadInputError(f"The database {place_of(url)} holds tables already: nothing is overwritten")
        _check(place, manifest)
        stores = stores_of(given)
        for name in manifest.stores:
            copied = copy_back(place, f"stores/{name}", stores[name])
            tell(f"{name}: {copied.objects} objects, {copied.size_bytes} bytes")
        for key, url in ((DAGSTER, where.dagster_url), (WAREHOUSE, where.warehouse_url)):
            with place.open(key) as file:
                load(url, file)
            tell(f"{key}: loaded")
    return manifest


def _read(place: Store, source: str) -> Manifest:
    try:
        manifest = Manifest(**json.loads(place.read(MANIFEST)))
    except (BadSourceError, ValueError, TypeError) as error:
        raise BadInputError(f"{source} holds no whole backup: {MANIFEST}, which is written last, is missing") from error
    if not is_known(manifest.revision):
        raise BadInputError(
            f"This backup was made by release {manifest.version} with tables of revision {manifest.revision}, which "
            "this release does not know: restore it with that release, or a newer one"
        )
    return manifest


def _check(place: Store, manifest: Manifest) -> None:
    for key, wanted in manifest.sha256.items():
        digest = sha256()
        with place.open(key) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        if digest.hexdigest() != wanted:
            raise BadInputError(f"{key} of this backup is damaged: its bytes are not those that were written")


@contextmanager
def _databases(installation: Installation, given: Settings, tell: Tell) -> Iterator[Addresses]:
    """Both databases answer; the embedded Postgres runs for as long as it is needed."""
    state = read_state(installation)
    choose_ports(given, state, tell)
    where = addresses(given, state)
    write_state(installation, state)
    embedded = Embedded.unless_given(given)
    if not embedded.any:
        yield where
        return
    server = EmbeddedPostgres(installation.postgres, state.ports["postgres"], state.secret("postgres"))
    server.initialise()
    server.start(installation.logs / "postgres.log")
    try:
        server.wait_ready()
        for is_ours, url in ((embedded.dagster, where.dagster_url), (embedded.warehouse, where.warehouse_url)):
            if is_ours:
                create_database(url)
        yield where
    finally:
        server.stop()
