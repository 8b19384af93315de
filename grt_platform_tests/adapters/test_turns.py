"""Turns at something outside: never more at once or in a second than allowed, over all processes, however they end."""

import subprocess
import sys
import threading
import time

import pytest

from grt_platform.adapters.turns import Turns
from grt_platform.kernel.errors import UnavailableError


def turns(warehouse, **change: float) -> Turns:
    return Turns(warehouse, "ena", **{"per_second": 1000, "at_once": 3, "patience_s": 20, **change})


def test_no_more_than_the_allowed_ask_at_once(warehouse):
    asking, most, lock = 0, 0, threading.Lock()

    def ask() -> None:
        nonlocal asking, most
        with turns(warehouse).turn():
            with lock:
                asking += 1
                most = max(most, asking)
            time.sleep(0.05)
            with lock:
                asking -= 1

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3


def test_turns_begin_no_faster_than_the_rate(warehouse):
    waits: list[float] = []
    slow = Turns(warehouse, "ena", per_second=2, at_once=1, sleep=waits.append)
    for _ in range(4):
        with slow.turn():
            pass
    assert waits[0] == 0
    assert waits[1:] == pytest.approx([0.5, 1.0, 1.5], abs=0.3)


def test_different_things_have_turns_of_their_own(warehouse):
    with turns(warehouse, at_once=1).turn(), Turns(warehouse, "other", per_second=1, at_once=1).turn():
        pass


def test_who_finds_no_place_within_the_patience_is_told(warehouse):
    hasty = turns(warehouse, at_once=1, patience_s=0.2)
    with turns(warehouse, at_once=1).turn(), pytest.raises(UnavailableError, match="ena was busy"), hasty.turn():
        pass


def test_a_killed_process_gives_its_place_back(warehouse, warehouse_url):
    script = (
        "import sys, time; from grt_platform.adapters.warehouse import Warehouse;"
        "from grt_platform.adapters.turns import Turns;"
        "turn = Turns(Warehouse(sys.argv[1]), 'ena', per_second=1000, at_once=1).turn();"
        "turn.__enter__(); print('in', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, warehouse_url], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"in\n"
        process.kill()
    with turns(warehouse, at_once=1).turn():
        pass
