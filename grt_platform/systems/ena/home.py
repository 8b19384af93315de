"""The files at home: brought from machines, verified here against what ENA lists, and only then safe to lose there."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.systems.ena.logic.manifest import MOST_BYTES, NAME, Fetched, differences, read_manifest
from grt_platform.systems.ena.transport import Transport

_ARRIVED = ".arriving"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of all reads: `<taxon>/<run>/<file>`.

    Attributes:
        folder: Where.
    """

    folder: Path

    def collect(
        self, taxonomy_id: int, batch_id: str, promised: Sequence[Fetched], transport: Transport
    ) -> list[Fetched]:
        """Every promised file is at home under its name, its bytes read here and found right; returns them.

        What is here already is not brought again. The machine is only read from.

        Raises:
            BadSourceError: The machine's manifest is not whole, or tells of other files than were promised.
            UnavailableError: Files are missing or wrong after a careful second try, or another process collects this
                batch; what came stays.
        """
        with self._alone(batch_id):
            arriving = self.folder / _ARRIVED / batch_id
            self._check_manifest(arriving, promised, transport)
            place = self.folder / str(taxonomy_id)
            missing = [file for file in promised if wrong_bytes(place / file.path, file)]
            for is_careful in (False, True):
                if missing:
                    _bring(missing, arriving, transport, is_careful=is_careful)
                    missing = [file for file in missing if not _moved(arriving, place, file)]
            if missing:
                raise UnavailableError(
                    f"{batch_id}: {len(missing)} files are missing or have wrong bytes after two tries, the first is "
                    f"{missing[0].path}; nothing was removed on the machine"
                )
            _empty(arriving)
        return sorted(promised, key=lambda file: file.path)

    def verified(self, taxonomy_id: int, files: Iterable[Fetched]) -> Iterator[tuple[Fetched, str]]:
        """Each file with what is wrong with it here; empty when its bytes are right."""
        for file in files:
            yield file, wrong_bytes(self.folder / str(taxonomy_id) / file.path, file)

    def absent(self, files: Iterable[tuple[int, str, int]]) -> Iterator[str]:
        """The files (taxon, path, size) that do not lie here with their size; their bytes are not read."""
        for taxonomy_id, path, size_bytes in files:
            place = self.folder / str(taxonomy_id) / path
            if not place.is_file():
                yield f"{taxonomy_id}/{path} is missing"
            elif place.stat().st_size != size_bytes:
                yield f"{taxonomy_id}/{path} has {place.stat().st_size} bytes instead of {size_bytes}"

    def _check_manifest(self, arriving: Path, promised: Sequence[Fetched], transport: Transport) -> None:
        (arriving / NAME).unlink(missing_ok=True)
        transport.bring([NAME], arriving, most_bytes=MOST_BYTES, is_careful=True)
        try:
            told = (arriving / NAME).read_bytes()
        except FileNotFoundError as error:
            raise BadSourceError("the machine has no manifest: its work is not finished", NAME) from error
        faults = differences(read_manifest(told, NAME), promised)
        if faults:
            raise BadSourceError(f"{len(faults)} differences to what was asked for: {'; '.join(faults[:5])}", NAME)

    @contextmanager
    def _alone(self, batch_id: str) -> Iterator[None]:
        locks = self.folder / _ARRIVED
        locks.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(locks / f"{batch_id}.lock", timeout=0):
                yield
        except Timeout as error:
            raise UnavailableError(f"{batch_id} is being collected by another process; try again later") from error


def wrong_bytes(path: Path, file: Fetched) -> str:
    """What is wrong with the bytes at `path`; empty when they are those of `file`."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return "it is missing"
    if size != file.size_bytes:
        return f"it has {size} bytes instead of {file.size_bytes}"
    with path.open("rb", buffering=0) as stream:
        md5 = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    return "" if md5 == file.md5 else f"its MD5 sum is {md5} instead of {file.md5}"


def _bring(files: Sequence[Fetched], arriving: Path, transport: Transport, *, is_careful: bool) -> None:
    largest = max(file.size_bytes for file in files)
    transport.bring([file.path for file in files], arriving, most_bytes=largest, is_careful=is_careful)


def _moved(arriving: Path, place: Path, file: Fetched) -> bool:
    """Whether the file came with the right bytes and is in its place now, on the disk for good."""
    came, target = arriving / file.path, place / file.path
    if wrong_bytes(came, file):
        return False
    with came.open("rb") as stream:
        os.fsync(stream.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    came.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def _empty(arriving: Path) -> None:
    for path in sorted(arriving.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    arriving.rmdir()
