"""Folders of this machine for work under way."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def emptied(place: Path) -> Iterator[Path]:
    """The folder, empty; it is gone afterwards, and what a killed process left there is gone before."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
