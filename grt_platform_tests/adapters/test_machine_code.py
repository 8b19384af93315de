import multiprocessing
import os
import time
from pathlib import Path

import pytest

from grt_platform.adapters.machine_code import made_once

SPAWN = multiprocessing.get_context("spawn")


def make_slowly(folder: Path) -> None:
    time.sleep(0.3)
    with (folder / "made").open("a") as file:
        file.write(f"{os.getpid()}\n")


def ask(folder: Path, is_dying: bool = False) -> None:
    def make() -> None:
        if is_dying:
            os._exit(9)
        make_slowly(folder)

    made_once(make, "x", folder / "notes", [folder / "sources"], "1.0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "kernel.py").write_text("1")
    return tmp_path


def made(folder: Path) -> int:
    return len((folder / "made").read_text().splitlines())


def test_of_many_at_once_one_makes_it_and_all_have_it(folder):
    processes = [SPAWN.Process(target=ask, args=(folder,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert made(folder) == 1


def test_it_is_made_again_for_other_sources_or_another_version(folder):
    ask(folder)
    ask(folder)
    (folder / "sources" / "kernel.py").write_text("2")
    ask(folder)
    made_once(lambda: make_slowly(folder), "x", folder / "notes", [folder / "sources"], "2.0")
    assert made(folder) == 3


def test_a_maker_that_is_killed_leaves_it_to_the_next(folder):
    process = SPAWN.Process(target=ask, args=(folder, True))
    process.start()
    process.join()
    assert process.exitcode == 9
    ask(folder)
    assert made(folder) == 1


def test_a_fault_while_making_is_told_and_the_next_one_tries_again(folder):
    with pytest.raises(ZeroDivisionError):
        made_once(lambda: 1 / 0, "x", folder / "notes", [folder / "sources"], "1.0")
    ask(folder)
    assert made(folder) == 1
