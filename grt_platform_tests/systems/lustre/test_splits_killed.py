"""Splits killed like `kill -9` at any moment: each file is the old or the new one, and the next run ends the work."""

import gzip
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.settings import Settings
from grt_platform.systems.lustre.asking import ask_groups
from grt_platform.systems.lustre.shelf import Shelf
from grt_platform.systems.lustre.sources.groups import groups_source
from grt_platform_tests.fixtures.forks import FORKS
from grt_platform_tests.flows.lustre import FIRST, ONE, TWO, made
from grt_platform_tests.flows.lustre_builder import NOW, cut, cut_and_die


def leave(home: Path, volume: str, dump: bytes, hours: int) -> None:
    """A dump is kept, received so many hours after the others."""
    raw = FolderStore(home / "raw", "raw", Settings())
    raw.put(f"lustre/mpistat/20260714_{volume.removeprefix('scratch')}.dat.gz", dump)
    assert Shelf(raw).take_in(FIRST, volume, NOW + timedelta(hours=hours)).added


def name_groups(home: Path, *dumps: bytes) -> None:
    """Every other group of the dumps is one of human genetics, as the directory told."""
    gids = sorted({int(line.split(b"\t")[3]) for dump in dumps for line in gzip.decompress(dump).splitlines()})
    lines = [f"{gid},g{gid},,{str(number % 2 == 0).lower()}" for number, gid in enumerate(gids[:8])]
    (home / "groups.csv").write_text("\n".join(["gid,name,pi,is_humgen", *lines, ""]))
    source = groups_source(Settings(lustre_groups_file=str(home / "groups.csv")))
    ask_groups(FolderStore(home / "raw", "raw", Settings()), source, NOW - timedelta(days=9))


def published(home: Path) -> dict[str, bytes]:
    """Files of the date by name, without what nobody may read yet."""
    folder = home / "products" / "lustre" / "splits" / FIRST.isoformat()
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@pytest.mark.slow
def test_each_file_of_killed_splits_is_the_old_or_the_new_one_and_the_index_comes_last(tmp_path: Path) -> None:
    first, second, other = made(lines=900), made(lines=900, seed=5), made(volume=TWO, lines=900, seed=6)
    name_groups(tmp_path, first, second, other)
    leave(tmp_path, ONE, first, 0)
    leave(tmp_path, TWO, other, 0)
    cut(tmp_path, FIRST)
    old = published(tmp_path)
    shutil.copytree(tmp_path / "products", tmp_path / "old")
    leave(tmp_path, ONE, second, 1)
    cut(tmp_path, FIRST)
    new = published(tmp_path)
    changed = {name for name in new if old.get(name) != new[name]}
    assert {"index.txt"} < changed
    for start in (old, {}):
        for at in range(1, 20):
            shutil.rmtree(tmp_path / "products")
            if start:
                shutil.copytree(tmp_path / "old", tmp_path / "products")
            child = FORKS.Process(target=cut_and_die, args=(tmp_path, FIRST, at))
            child.start()
            child.join(120)
            found = published(tmp_path)
            if child.exitcode == 0:
                break
            assert child.exitcode == -9, at
            assert all(data in (start.get(name), new.get(name)) for name, data in found.items()), at
            assert found.get("index.txt") == start.get("index.txt"), at
            cut(tmp_path, FIRST)
            assert published(tmp_path) == new, at
        assert found == new
        assert at > 5
