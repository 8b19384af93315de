"""The installation's folder: made for its owner alone, refused in one line where it cannot be."""

import shutil
import stat
from pathlib import Path
from typing import NamedTuple

import pytest

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.runtime.installation import Installation


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_new_home_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    Installation(home).create()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_home_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError, match=r"Cannot make .*: Not a directory; use a folder that you may write to"):
        Installation(tmp_path / "file" / "home").create()


def test_a_home_without_the_right_to_write_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere, so the answer is faked
    with pytest.raises(BadInputError, match="permission denied"):
        Installation(tmp_path).create()


def test_a_full_disk_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 99, 1024**2))
    with pytest.raises(UnavailableError, match=r"is full: 1 MiB are free, .* make room"):
        Installation(tmp_path).create()


def test_the_lock_can_be_taken_again_after_it_was_left(tmp_path: Path) -> None:
    for _ in range(2):
        with Installation(tmp_path).lock():
            pass
