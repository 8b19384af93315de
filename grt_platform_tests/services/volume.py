"""A dump that many machines load, and the same one loaded by one process of the test."""

from datetime import UTC, datetime

import pytest

from grt_platform.adapters.store import Store, open_store
from grt_platform.settings import settings
from grt_platform.systems.lustre.ingest import Ingest
from grt_platform.systems.lustre.limits import scan_rules
from grt_platform.systems.lustre.logic.arrivals import INBOX
from grt_platform.systems.lustre.logic.names import mpistat_key
from grt_platform.systems.lustre.partitions import VOLUMES, partition_key
from grt_platform.systems.lustre.shelf import Shelf
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.lustre import FIRST, made
from grt_platform_tests.services.asked import known, store_of
from grt_platform_tests.services.many import Many

VOLUME = "scratch114"
CUT = {"lustre_shard_bytes": "1000000", "lustre_chunk_bytes": str(2 * 1024**2)}


def taken_in(many: Many) -> str:
    """A dump is on the shelf; the partition that is to be loaded."""
    raw = store_of(many, "raw")
    raw.put(f"{INBOX}{mpistat_key(FIRST, VOLUME)}", made(FIRST, VOLUME, 500_000, bad_lines=3))
    assert Shelf(raw).take_in(FIRST, VOLUME, datetime.now(UTC)).added
    known(many, str(VOLUMES.name), VOLUME)
    return partition_key(FIRST, VOLUME)


def loaded_here(raw: Store, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files of the lake after one process read the kept dump in one pass."""
    for item in raw.list("lustre/kept"):
        platform.raw.put(item.key, raw.read(item.key))
    monkeypatch.setenv("GRT_LUSTRE_CHUNK_BYTES", CUT["lustre_chunk_bytes"])
    settings.cache_clear()
    Ingest(Shelf(platform.raw), platform.lake, platform.warehouse, scan_rules).build(FIRST, VOLUME)
    lake = open_store(settings().lake, settings())
    return {item.key: lake.read(item.key) for item in lake.list("lustre")}
