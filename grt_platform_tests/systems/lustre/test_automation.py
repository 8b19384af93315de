"""What lustre does by itself: the look into the folder of dumps, in parts, before anything is loaded."""

from typing import Any

import pytest

from grt_platform.settings import settings
from grt_platform.systems.lustre import shelf
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.lustre import FIRST, MORNING, ONE, SECOND, SENSOR, TWO, folder, leave


def told(platform: Platform) -> dict[str, Any]:
    """The partitions that one look reports, each with how many dumps it has there."""
    events = getattr(platform.look(SENSOR), "asset_events", None) or []
    return {str(event.partition): event.metadata["dumps"].value for event in events}


def test_dumps_are_reported_by_their_partition_in_looks_of_any_length(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for dumped_on, volume in ((FIRST, ONE), (FIRST, TWO), (SECOND, ONE)):
        leave(platform, dumped_on, volume, b"no dump, but nobody opens it here")
    (folder(platform) / f"{FIRST:%Y%m%d}_{ONE}.dat.gz").write_bytes(b"the same volume under its whole name")
    cells = {f"{FIRST}|{ONE}": 2, f"{FIRST}|{TWO}": 1, f"{SECOND}|{ONE}": 1}
    platform.at(MORNING)  # files are younger than that: each waits for a second look
    assert [told(platform), told(platform), told(platform)] == [{}, cells, {}]
    platform.at("2026-07-17T05:11:00+00:00")
    monkeypatch.setattr(shelf, "_PAGE", 1)
    monkeypatch.setenv("GRT_LOOK_OBJECTS", "1")
    settings.cache_clear()
    looks = [told(platform) for _ in range(5)]
    assert sum(looks[0].values()) == 1
    assert {cell for look in looks for cell in look} == set(cells), "they are not in the ledger yet"
    assert sum(sum(look.values()) for look in looks) == 4
