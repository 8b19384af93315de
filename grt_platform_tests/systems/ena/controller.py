"""A controller that is killed at every step: a program that forks one after another, each dying at a place of its own.

Called with the home folder, the warehouse, the address of the stand-in and further settings as JSON. Each fork goes on
until it comes to a place where none has died yet, notes it, and dies there. The program prints where they died, what
needed a person, and everything that was wrong after one of the deaths.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grt_platform.systems.ena.collecting import Collecting
from grt_platform.systems.ena.home import Home
from grt_platform.systems.ena.local import Local
from grt_platform.systems.ena.logic.farm import fetched
from grt_platform.systems.ena.logic.machines import EXISTING
from grt_platform.systems.ena.logic.stages import Stage
from grt_platform.systems.ena.providers import DigitalOcean
from grt_platform.systems.ena.records import Records
from grt_platform.systems.ena.register import Register
from grt_platform.systems.ena.serving.rehearsal import TAXON
from grt_platform.systems.ena.tracker import Tracker
from grt_platform.systems.ena.workshop import Workshop
from grt_platform_tests.systems.ena.shop import settings_of, settle

MOST_FORKS, REASONS = 80, "reasons"
PROVIDERS: dict[str, type] = {provider.name: provider for provider in (Local, DigitalOcean)}


REST: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Tracker, ("change", "clear")),
    (Register, ("plan", "active", "collected")),
    (Records, ("check",)),
    (Home, ("collect",)),
    (Collecting, ("_record",)),
)


def steps(provider: str) -> tuple[tuple[type, tuple[str, ...]], ...]:
    """The steps of a controller: those with this provider's machines; with rented ones all the rest, too."""
    with_machines = (
        (PROVIDERS[provider], ("create", "destroy", "restart")),
        (Register, ("begin", "made", "found", "restarted", "destroyed")),
    )
    return with_machines if provider == Local.name else (*with_machines, *REST)


def places(provider: str) -> set[str]:
    """Where a controller is killed: before and after each step."""
    return {f"{when} {owner.__name__}.{name}" for owner, names in steps(provider) for name in names for when in _WHEN}


_WHEN = ("before", "after")


class Mortal:
    """Kills its process at the first place where none has died.

    Args:
        graves: File of the places where some have.
    """

    def __init__(self, graves: Path) -> None:
        self._graves, self._known = graves, read(graves)

    def pass_by(self, place: str) -> None:
        """Returns where somebody has died before."""
        if place not in self._known:
            with self._graves.open("a") as stream:
                stream.write(f"{place}\n")
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def killed(*given: Any, **named: Any) -> Any:
            self.pass_by(f"before {name}")
            result = step(*given, **named)
            self.pass_by(f"after {name}")
            return result

        return killed


def read(graves: Path) -> set[str]:
    """The lines of a file: the places where controllers have died."""
    return set(graves.read_text().splitlines()) if graves.exists() else set()


def child(shop: Workshop, provider: str, graves: Path) -> int:
    """The exit code of a controller that dies at a new place, negative for the signal; 0 when it settled the taxon.

    What needs a person is noted, and cleared as one would.
    """
    pid = os.fork()
    if not pid:
        shop, mortal = Workshop(shop._known), Mortal(graves)
        for owner, names in steps(provider):
            for name in names:
                setattr(owner, name, mortal.around(f"{owner.__name__}.{name}", getattr(owner, name)))
        settle(shop, patience_s=60)
        reason = shop.tracker.get(TAXON).needs_attention
        if reason:
            with graves.with_name(REASONS).open("a") as stream:
                stream.write(f"{reason}\n")
            shop.tracker.clear(TAXON, datetime.now(UTC))
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def faults(shop: Workshop, provider: str) -> list[str]:
    """What must never be: a machine that nobody knows, two for a batch, one gone before its files are home."""
    rows = {row["batch_id"]: row for row in shop.register.rows()}
    listed = [machine.name for machine in shop.kit(provider).provider.list()]
    there = set(listed)
    found = [f"{name} is there twice" for name in sorted(there) if listed.count(name) > 1]
    found += [f"{name} is a machine that nobody knows" for name in sorted(there - rows.keys())]
    known = {name for name, row in rows.items() if row["state"] in EXISTING}
    found += [f"{name} is there though it counts as gone" for name in sorted(there - known)]
    gone = {name for name, row in rows.items() if row["machine_id"] and name not in there}
    for name in sorted(gone):
        wrong = [f"{file.path}: {fault}" for file, fault in _verified(shop, name) if fault]
        found += [f"{name} is gone but {each}" for each in wrong]
    return found


def _verified(shop: Workshop, batch_id: str) -> Any:
    return shop.home.verified(TAXON, [fetched(file) for file in shop.register.files(batch_id)])


def main(home: str, warehouse_url: str, url: str, change: str) -> None:
    """Let controllers die until one of them settles the taxon without a person."""
    given = json.loads(change)
    shop = Workshop(settings_of(Path(home), warehouse_url, url, **given))
    provider, graves = str(given["ena_provider"]), Path(home) / "graves"
    wrong, code = list[str](), -signal.SIGKILL
    for _ in range(MOST_FORKS):
        code = child(shop, provider, graves)
        wrong += [f"after {len(read(graves))} deaths: {fault}" for fault in faults(shop, provider)]
        if code not in {0, -signal.SIGKILL} or (not code and shop.tracker.get(TAXON).stage is Stage.UPDATE):
            break
    taxon = shop.tracker.get(TAXON)
    reasons = sorted(read(graves.with_name(REASONS)))
    told = {"died": sorted(read(graves)), "code": code, "wrong": wrong, "reasons": reasons}
    print(json.dumps({**told, "attention": taxon.needs_attention, "is_complete": taxon.stage is Stage.UPDATE}))


if __name__ == "__main__":
    main(*sys.argv[1:])
