"""Builds one volume's date in a process of its own."""

from datetime import date, datetime
from pathlib import Path

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.settings import Settings
from grt_platform.systems.lustre.ingest import Built, Ingest
from grt_platform.systems.lustre.limits import scan_rules
from grt_platform.systems.lustre.shelf import Shelf

NOW = datetime.fromisoformat("2026-07-17T05:00:00+00:00")


def build(home: Path, url: str, dumped_on: date, volume: str) -> Built:
    """Takes in what lies in the folder, and loads it."""
    shelf = Shelf(FolderStore(home / "raw", "raw", Settings()))
    shelf.take_in(dumped_on, volume, NOW)
    lake = Lake(FolderStore(home / "lake", "lake", Settings()))
    return Ingest(shelf, lake, Warehouse(url), scan_rules).build(dumped_on, volume)
