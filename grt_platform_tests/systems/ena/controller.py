"""A controller that is killed again and again: a program that forks one after another, each dying one step later.

Called with the home folder, the warehouse and the address of the stand-in. It prints how many deaths it took until the
taxon was settled, and everything that was wrong after one of them.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grt_platform.systems.ena.collecting import Collecting
from grt_platform.systems.ena.home import Home
from grt_platform.systems.ena.local import Local
from grt_platform.systems.ena.logic.machines import EXISTING
from grt_platform.systems.ena.logic.stages import Stage
from grt_platform.systems.ena.records import Records
from grt_platform.systems.ena.register import Register
from grt_platform.systems.ena.serving.rehearsal import TAXON
from grt_platform.systems.ena.tracker import Tracker
from grt_platform.systems.ena.workshop import Workshop
from grt_platform_tests.systems.ena.shop import settings_of, settle

MOST_DEATHS = 120
STEPS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Tracker, ("change",)),
    (Register, ("plan", "begin", "made", "active", "found", "restarted", "collected", "destroyed")),
    (Local, ("create", "destroy", "restart")),
    (Records, ("check",)),
    (Home, ("collect",)),
    (Collecting, ("_record",)),
)


class Mortal:
    """Counts the steps that a process begins and ends, and kills it at one of them."""

    def __init__(self, dies_at: int) -> None:
        self.left = dies_at

    def pass_by(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def killed(*given: Any, **named: Any) -> Any:
            self.pass_by()
            result = step(*given, **named)
            self.pass_by()
            return result

        return killed


def child(shop: Workshop, dies_at: int) -> int:
    """The exit code of a controller that dies at a step, negative for the signal; 0 when it had settled before."""
    pid = os.fork()
    if not pid:
        mortal = Mortal(dies_at)
        for owner, names in STEPS:
            for name in names:
                setattr(owner, name, mortal.around(getattr(owner, name)))
        settle(shop, patience_s=30)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def faults(shop: Workshop) -> list[str]:
    """What must never be: a machine that nobody knows, two for a batch, one gone before its files are home."""
    rows = {row["batch_id"]: row for row in shop.register.rows()}
    there = {machine.name for machine in shop.kit("local").provider.list()}
    found = [f"{name} is a machine that nobody knows" for name in sorted(there - rows.keys())]
    known = {name for name, row in rows.items() if row["state"] in EXISTING}
    found += [f"{name} is there though it counts as gone" for name in sorted(there - known)]
    gone = {name for name, row in rows.items() if row["machine_id"] and name not in there}
    for name in sorted(gone):
        wrong = [f"{file.path}: {fault}" for file, fault in _verified(shop, name) if fault]
        found += [f"{name} is gone but {each}" for each in wrong]
    return found


def _verified(shop: Workshop, batch_id: str) -> Any:
    from grt_platform.systems.ena.logic.farm import fetched

    return shop.home.verified(TAXON, [fetched(file) for file in shop.register.files(batch_id)])


def main(home: str, warehouse_url: str, url: str) -> None:
    """Let controllers die until one of them settles the taxon."""
    shop = Workshop(settings_of(Path(home), warehouse_url, url, ena_attempts=50))
    wrong: list[str] = []
    for death in range(1, MOST_DEATHS):
        code = child(shop, death)
        wrong += [f"after death {death}: {fault}" for fault in faults(shop)]
        if code != -signal.SIGKILL:
            break
        time.sleep(0.05)
    taxon = shop.tracker.get(TAXON)
    told = {"deaths": death - 1, "code": code, "wrong": wrong, "attention": taxon.needs_attention}
    print(json.dumps({**told, "is_complete": taxon.stage is Stage.UPDATE}))


if __name__ == "__main__":
    main(*sys.argv[1:])
