"""A bucket that answers with errors, slowly, or halfway: work goes on, or ends with a reason; nothing wrong is kept."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import pytest

from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import settings
from grt_platform_tests.fixtures.faulty_s3 import FAULTS, FaultyS3, faulty_s3
from grt_platform_tests.fixtures.places import Place
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.fixtures.seaweed import Seaweed
from grt_platform_tests.flows.galaxy import JULY, ONE, SENSOR, agree, count
from grt_platform_tests.galaxy_archives import make_archive

pytestmark = pytest.mark.service
T = TypeVar("T")
BYTES = bytes(range(256)) * 4000


@pytest.fixture
def proxy(seaweed: Seaweed) -> Iterator[FaultyS3]:
    """A proxy in front of the server of the session, well so far."""
    with faulty_s3(seaweed.endpoint) as running:
        yield running


def place_behind(proxy: FaultyS3, seaweed: Seaweed) -> Place:
    """An empty place that is reached through the proxy."""
    place = seaweed.place()
    return Place(place.url, {**place.settings, "s3_endpoint": proxy.endpoint})


def as_a_step(work: Callable[[], T]) -> T:
    """Done as steps do it: what is unavailable is tried again, four times at most."""
    for _ in range(4):
        with suppress(UnavailableError):
            return work()
    return work()


@pytest.mark.parametrize("kind", FAULTS)
def test_what_is_written_and_read_through_a_bad_server_is_right(proxy: FaultyS3, seaweed: Seaweed, kind: str) -> None:
    store = place_behind(proxy, seaweed).store()
    proxy.faults.share, proxy.faults.kinds = 0.25, (kind,)
    for number in range(12):
        as_a_step(lambda number=number: store.put(f"a/{number:02}", BYTES + bytes([number])))
    names = as_a_step(lambda: [item.key for item in store.list("a/")])
    assert names == [f"a/{number:02}" for number in range(12)]
    for number in range(12):
        assert as_a_step(lambda number=number: store.read(f"a/{number:02}")) == BYTES + bytes([number])
    with store.open("a/00") as file:
        assert file.read(100_000) == BYTES[:100_000]
    assert proxy.faults.seen[kind] > 0


@pytest.mark.parametrize("kind", ["500", "503", "half"])
def test_a_server_that_never_answers_well_is_told_of_within_a_minute(
    proxy: FaultyS3, seaweed: Seaweed, kind: str
) -> None:
    store = place_behind(proxy, seaweed).store()
    store.put("here", BYTES)
    proxy.faults.share, proxy.faults.kinds = 1.0, (kind,)
    begun = time.monotonic()
    with pytest.raises(UnavailableError, match="here"):
        store.read("here")
    assert time.monotonic() - begun < 60


@pytest.mark.slow
def test_a_galaxy_day_through_a_bad_server_is_the_day(
    proxy: FaultyS3, platform: Platform, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, lake = place_behind(proxy, seaweed), place_behind(proxy, seaweed)
    for name, value in {"raw_url": raw.url, "lake_url": lake.url, **raw.settings}.items():
        monkeypatch.setenv(f"GRT_{name.upper()}", value)
    settings.cache_clear()
    made = make_archive("F4d", range(1, 30), generated="1656720000.0")
    for suffix, data in ((".tar.gz", made.archive), (".json", made.metadata)):
        platform.raw.put(f"galaxy/{ONE}/archives/{made.report_id}{suffix}", data)
    proxy.faults.share, proxy.faults.kinds = 0.05, ("500", "503")
    platform.at(JULY)
    platform.settle(SENSOR)
    proxy.faults.share = 0.0
    assert count(platform, "jobs") == 29
    assert agree(platform.lake, platform.warehouse)
    assert sum(proxy.faults.seen[kind] for kind in proxy.faults.kinds) > 5
