"""The demo of ENA: a small taxon is added, served by the stand-in, fetched by workers here, and verified at home."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from grt_platform.kernel.errors import UnavailableError
from grt_platform.serving import handles
from grt_platform.serving.demo import DemoPlatform, DemoResult
from grt_platform.settings import settings
from grt_platform.systems.ena.logic.stages import STOPPED, Stage, Taxon
from grt_platform.systems.ena.serving import queries
from grt_platform.systems.ena.serving.rehearsal import TAXON, rehearsal
from grt_platform.systems.ena.serving.stand_in import serving
from grt_platform.systems.ena.tracker import Tracker

_PATIENCE_S, _POLL_S = 300, 0.3


@contextmanager
def surroundings() -> Iterator[Mapping[str, str]]:
    """The stand-in for ENA serves while the block runs; yields the settings of a platform that asks it."""
    with serving(rehearsal()) as url:
        yield {"GRT_ENA_URL": f"{url}/portal/api", "GRT_ENA_FILES_URL": url, "GRT_ENA_PROVIDER": "local"}


def run(platform: DemoPlatform) -> list[DemoResult]:
    """Adds the taxon, waits until it is complete, and shows what is there."""
    if not platform.is_ours:
        told = "this platform runs already and asks the real ENA; the demo shows it when it starts the platform itself"
        return [DemoResult("What is worth fetching of a taxon?", told, "grt down, then grt demo")]
    database = handles.warehouse()
    tracker = Tracker(database)
    tracker.add([str(TAXON)], datetime.now(UTC))
    _wait(tracker)
    tracker.set_priority(TAXON, STOPPED, datetime.now(UTC))  # the real ENA does not know it
    reasons, files = queries.reasons(database, TAXON), queries.files(database, TAXON)
    left_out = ", ".join(f"{row['runs']} {row['reason']}" for row in reasons if row["reason"] != "fetched")
    wanted = sum(row["runs"] for row in reasons if row["reason"] == "fetched")
    size = sum(row["size_bytes"] for row in files)
    machines = database.fetch("SELECT count(*) AS n FROM ena.machines WHERE state <> 'destroyed'")[0]["n"]
    return [
        DemoResult("Which runs of a taxon are fetched?", f"{wanted}; left out: {left_out}", f"grt ena runs {TAXON}"),
        DemoResult(
            "What is at home, verified?",
            f"{len(files)} files, {size / 1024:,.0f} KiB",
            str(settings().home / "ena" / "reads" / str(TAXON)),
        ),
        DemoResult("Which machines are left?", f"{machines}", "grt ena machines --all"),
    ]


def _wait(tracker: Tracker) -> Taxon:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        taxon = tracker.get(TAXON)
        if taxon.needs_attention:
            raise UnavailableError(f"taxon {TAXON} waits for a person: {taxon.needs_attention}")
        if taxon.stage is Stage.UPDATE:
            return taxon
        time.sleep(_POLL_S)
    raise UnavailableError(f"taxon {TAXON} was not complete after {_PATIENCE_S} s; `grt ena status` tells where it is")
