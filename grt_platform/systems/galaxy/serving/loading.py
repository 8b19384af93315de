"""`grt galaxy load`: finds reports in folders and files, and puts them where an instance would have left them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.door import Loaded
from grt_platform.serving.received import ReceivedFile
from grt_platform.systems.galaxy.logic.arrivals import INBOX, UUID
from grt_platform.systems.galaxy.logic.names import check_stem
from grt_platform.systems.galaxy.serving.intake import hold

_ARCHIVE, _METADATA = ".tar.gz", ".json"


@dataclass(frozen=True, slots=True)
class Found:
    """A report on this machine's disk: whose it is and its two files."""

    instance_id: str
    archive: Path
    metadata: Path

    @property
    def stem(self) -> str:
        """Name of the report."""
        return self.archive.name.removesuffix(_ARCHIVE)


def find_reports(paths: Iterable[Path], instance_id: str | None) -> list[Found]:
    """The reports in folders (searched to any depth) and archives named one by one.

    Args:
        paths: Folders and `*.tar.gz` files; the metadata lies beside its archive.
        instance_id: Whose they are; None takes it from the folder `<instance id>/archives/` they lie in.

    Raises:
        BadInputError: A path is not there or holds no archive, an archive has no metadata, or nobody says whose it is.
    """
    found = [Found(_owner(archive, instance_id), archive, _partner(archive)) for archive in _archives(paths)]
    for report in found:
        check_stem(report.stem)
    return found


def put_into_raw(store: Store, reports: Iterable[Found]) -> Iterator[Loaded]:
    """Copies reports into the raw store one after another; the same report again changes nothing."""
    for report in reports:
        archive = ReceivedFile.of(report.archive)
        held = hold(store, report.instance_id, report.stem, archive, ReceivedFile.of(report.metadata))
        yield Loaded(f"{held.name}{_ARCHIVE}", archive.sha256, (("instance_id", report.instance_id),))


def _archives(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.rglob(f"*{_ARCHIVE}") if item.is_file())
            if not inside:
                raise BadInputError(f"{path} holds no *{_ARCHIVE}")
            yield from inside
        elif path.is_file() and path.name.endswith(_ARCHIVE):
            yield path
        else:
            raise BadInputError(f"{path} is neither a folder nor a *{_ARCHIVE} file")


def _partner(archive: Path) -> Path:
    partner = archive.with_name(archive.name.removesuffix(_ARCHIVE) + _METADATA)
    if not partner.is_file():
        raise BadInputError(f"{archive} has no {partner.name} beside it; a report is both files")
    return partner


def _owner(archive: Path, instance_id: str | None) -> str:
    if instance_id is not None:
        return instance_id
    folder = archive.absolute().parent
    if folder.name == INBOX and re.fullmatch(UUID, folder.parent.name):
        return folder.parent.name
    raise BadInputError(f"{archive} does not lie in <instance id>/{INBOX}/: say whose it is with --instance")
