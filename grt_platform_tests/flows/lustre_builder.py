"""Builds one volume's date in a process of its own, which may die at a chosen moment."""

import os
import signal
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.staging import Staging
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.settings import Settings
from grt_platform.systems.lustre.ingest import Built, Ingest
from grt_platform.systems.lustre.limits import scan_rules
from grt_platform.systems.lustre.shelf import Shelf
from grt_platform.systems.lustre.splits import Cut, split_date

NOW = datetime.fromisoformat("2026-07-17T05:00:00+00:00")


def build(home: Path, url: str, dumped_on: date, volume: str) -> Built:
    """Takes in what lies in the folder, and loads it."""
    os.environ["GRT_HOME"] = str(home)  # a forked process has the environment of the test that came first
    shelf = Shelf(FolderStore(home / "raw", "raw", Settings()))
    shelf.take_in(dumped_on, volume, NOW)
    lake = Lake(FolderStore(home / "lake", "lake", Settings()))
    return Ingest(shelf, lake, Warehouse(url), scan_rules).build(dumped_on, volume)


def cut(home: Path, dumped_on: date) -> Cut:
    """Cuts the newest kept dumps of a date by group."""
    raw, products = FolderStore(home / "raw", "raw", Settings()), FolderStore(home / "products", "products", Settings())
    shelf = Shelf(raw)
    newest = [shelf.kept(*cell)[-1] for cell in shelf.partitions() if cell[0] == dumped_on]
    names = {"dumped_on": "dumped_on", "volume": "volume", "sha256": "version", "received_at": "received_at"}
    totals = pl.DataFrame([{column: getattr(kept, name) for name, column in names.items()} for kept in newest])
    return split_date(raw, products, dumped_on, totals, ())


def build_and_die(home: Path, url: str, dumped_on: date, volume: str, at: int) -> None:
    """The same as `build`, killed like `kill -9` just before the file number `at` appears, or after the last one."""
    _die_before(at)
    build(home, url, dumped_on, volume)


def cut_and_die(home: Path, dumped_on: date, at: int) -> None:
    """The same as `cut`, killed in the same way."""
    _die_before(at)
    cut(home, dumped_on)


def _die_before(at: int) -> None:
    """This process is killed just before the file number `at` appears in a store."""
    real: Callable[..., bool] = Staging.publish
    seen = 0

    def publish(self: Staging, *args: Any, **options: Any) -> bool:
        nonlocal seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, *args, **options)

    Staging.publish = publish  # type: ignore[method-assign]
