"""The whole work on a batch: its files, the manifest, the report, by one worker at a time."""

import sys
from pathlib import Path

from .errors import FetchError
from .fetching import fetch
from .folder import FAILURE, alone, is_finished
from .reporting import report
from .spec import Spec
from .verifying import write_manifest


def whole(spec: Spec, folder: Path) -> None:
    """The batch was fetched and reported, or its failure was; nothing is done where another worker is at it.

    Raises:
        FetchError: A file cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder) as is_alone:
        if is_alone:
            _whole(spec, folder)


def fetch_run(spec: Spec, folder: Path, run: str) -> None:
    """The files of one run of the batch are there.

    Raises:
        FetchError: The batch has no such run, or one of its files cannot be had.
    """
    files = tuple(file for file in spec.files if file.run == run)
    if not files:
        raise FetchError(f"run {run} is not in batch {spec.batch_id}")
    fetch(spec, folder, files)


def _whole(spec: Spec, folder: Path) -> None:
    (folder / FAILURE).unlink(missing_ok=True)
    try:
        if not is_finished(folder):
            fetch(spec, folder, spec.files)
            write_manifest(spec, folder, is_verified=True)
    except FetchError as error:
        (folder / FAILURE).write_text(str(error), "utf-8")
        _tell(spec, folder)
        raise
    _tell(spec, folder)


def _tell(spec: Spec, folder: Path) -> None:
    """A home that does not listen costs nothing of the data: it looks by itself."""
    try:
        report(spec, folder)
    except FetchError as error:
        sys.stderr.write(f"{error}\n")
