"""`grt lustre load`: finds dumps in folders and files, and puts them where mpistat would have left them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grt_platform.adapters.keeping import sha256_of, sha256_of_file
from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.door import Loaded
from grt_platform.systems.lustre.logic.arrivals import INBOX
from grt_platform.systems.lustre.logic.names import DumpName, parse_name

_LOGS = "logs.gz"


@dataclass(frozen=True, slots=True)
class Found:
    """A dump on this machine's disk: what its name tells, and how it is called below the folder."""

    path: Path
    key: str
    name: DumpName

    @property
    def is_folder(self) -> bool:
        """Whether wrstat left it in a folder of its own, with its logs."""
        return "/" in self.key


def find_dumps(paths: Iterable[Path]) -> list[Found]:
    """The dumps in folders (searched to any depth) and those named one by one.

    Raises:
        BadInputError: A path is not there, holds no dump, or its name does not tell date and volume.
    """
    return [found for path in paths for found in _found(path)]


def put_into_raw(store: Store, dumps: Iterable[Found]) -> Iterator[Loaded]:
    """Copies dumps into the raw store one after another; the same dump again changes nothing."""
    for dump in dumps:
        key = INBOX + dump.key
        _put(store, key, dump.path)
        logs = dump.path.with_name(_LOGS)
        if dump.is_folder and logs.is_file():
            _put(store, key.rpartition("/")[0] + "/" + _LOGS, logs)
        cell = (("dumped_on", dump.name.dumped_on.isoformat()), ("volume", dump.name.volume))
        yield Loaded(dump.key, sha256_of(store, key), cell)


def _put(store: Store, key: str, path: Path) -> None:
    found = store.head(key)
    if found is None or found.size_bytes != path.stat().st_size or sha256_of(store, key) != sha256_of_file(path):
        store.put_file(key, path)


def _found(path: Path) -> list[Found]:
    if path.is_dir():
        inside = [found for item in sorted(path.rglob("*.gz")) if item.is_file() for found in _named(item)]
        if not inside:
            raise BadInputError(f"{path} holds no dump: <YYYYMMDD>_<volume>.dat.gz, or a folder of wrstat's")
        return inside
    named = _named(path) if path.is_file() else []
    if not named:
        raise BadInputError(f"{path} is no dump: its name must tell date and volume, <YYYYMMDD>_<volume>.dat.gz")
    return named


def _named(path: Path) -> list[Found]:
    keys = (path.name, f"{path.absolute().parent.name}/{path.name}")
    return [Found(path, key, name) for key in keys if (name := parse_name(key)) is not None][:1]
