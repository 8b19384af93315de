"""The mark of archived directories: found where it is, and nothing that cannot be read stops the look."""

import os
from pathlib import Path

import pytest

from grt_platform.systems.lustre.sources.archived import probe


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, tuple[str, ...]]:
    for place in ("teams/a", "projects/b", "projects/plain"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "teams/a/.imirrored").touch()
    (tmp_path / "projects/b/.imirrored").symlink_to("nowhere")
    (tmp_path / "teams/file").touch()
    (tmp_path / "teams/loop").symlink_to("loop")
    return {"scratch114": (str(tmp_path / "teams"), str(tmp_path / "projects"))}


def test_the_directory_that_has_the_mark_is_told(folders, tmp_path: Path) -> None:
    found = probe("scratch114", ["b", "a", "plain", "absent"], folders)
    assert found.found == {
        "a": f"{tmp_path}/teams/a",
        "absent": None,
        "b": f"{tmp_path}/projects/b",
        "plain": None,
    }
    assert found.warnings == ()


@pytest.mark.parametrize("name", ["file", "loop", "x" * 300, "é", "a/../a", "..", ".", "", "a\0"])
def test_what_cannot_be_read_or_is_no_name_has_no_mark(folders, name: str) -> None:
    assert probe("scratch114", [name, "a"], folders).found[name] is None
    assert probe("scratch114", [name, "a"], folders).found["a"] is not None


def test_a_volume_that_nobody_knows_is_told_once_and_has_none(folders) -> None:
    found = probe("scratch116", ["a", "b"], folders)
    assert found.found == {"a": None, "b": None}
    assert len(found.warnings) == 1
    assert "GRT_LUSTRE_ARCHIVED_DIRS" in found.warnings[0]


def test_any_error_of_the_file_system_means_no_mark(folders, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: str) -> None:
        raise PermissionError(13, "Input/output error", path)

    monkeypatch.setattr(os, "lstat", broken)
    assert probe("scratch114", ["a"], folders).found == {"a": None}
