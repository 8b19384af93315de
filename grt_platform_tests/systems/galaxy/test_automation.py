"""What galaxy does by itself: the sensor among very many archives, and the partitions that automation asks for."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import dagster as dg
import pytest

from grt_platform.adapters import folder_listing
from grt_platform.adapters.store import StoredObject
from grt_platform.kernel.arriving import MOST_ANNOUNCED, READING_NAMES
from grt_platform.settings import settings
from grt_platform.systems.galaxy.logic.arrivals import read_inbox
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.galaxy import (
    AUGUST,
    JULY,
    ONE,
    SENSOR,
    SEPTEMBER,
    TWO,
    count,
    ledger,
    receive,
    send,
    tiny,
)
from grt_platform_tests.galaxy_archives import make_archive

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = dg.AssetKey(["galaxy", "table", "jobs"])


@dataclass
class Listing:
    """A store that can only be listed, and stands for the handle to it, too."""

    objects: dict[str, list[StoredObject]] = field(default_factory=dict)

    def add(self, instance: str, number: int) -> None:
        """An archive and its metadata."""
        folder = f"galaxy/{instance}/archives/"
        facts = [
            StoredObject(f"{folder}{number}{end}", 1000 + number, LONG_AGO, f"e{number}")
            for end in (".json", ".tar.gz")
        ]
        self.objects.setdefault(folder, []).extend(facts)

    def raw(self) -> "Listing":
        return self

    def folders(self, prefix: str) -> list[str]:
        return sorted(name.split("/")[1] for name in self.objects)

    def local_path(self, key: str) -> None:
        return None

    def steps(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        return (item for item in self.objects.get(prefix, []) if item.key > after)


def instance_of(number: int) -> str:
    return str(UUID(int=number))


def make_known(platform: Platform, listing: Listing) -> int:
    """Put every archive of the listing into the ledger; returns how many they are."""
    arrivals = read_inbox(fact for facts in listing.objects.values() for fact in facts).arrivals
    columns = (
        "instance_id, received_month, source, version, etag, size_bytes, sha256, received_at, status, "
        "rows_in, rows_loaded, rows_quarantined, rows_duplicate, rows_superseded"
    )
    copying = f"COPY galaxy.ledger ({columns}) FROM STDIN".encode()
    with (
        platform.warehouse.transaction() as connection,
        connection.cursor() as cursor,
        cursor.copy(copying) as sink,
    ):
        for arrival in arrivals:
            instance, source, etag = arrival.identity
            sink.write_row((instance, "2026-01", source, "v", etag, 1, "s", LONG_AGO, "loaded", 1, 1, 0, 0, 0))
    return len(arrivals)


def announced(platform: Platform) -> list[str]:
    """The instances and months that one look of the sensor announces."""
    seen = platform.look(SENSOR)
    return [str(event.partition) for event in getattr(seen, "asset_events", None) or []]


@pytest.mark.slow
def test_a_look_over_100_000_known_archives_of_2_000_instances_is_quick_and_announces_only_what_is_new(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRT_LOOK_OBJECTS", "400000")
    monkeypatch.setenv("GRT_LOOK_S", "60")
    settings.cache_clear()
    listing = Listing()
    for number in range(100_000):
        listing.add(instance_of(number % 2000), number)
    assert make_known(platform, listing) == 100_000
    platform.fakes["stores"] = listing
    started = time.process_time()
    assert announced(platform) == []
    assert time.process_time() - started < 10, "of this process; a busy machine is no fault of the look"
    for number in range(450):
        listing.add(instance_of(number), 1_000_000 + number)
    looks = [announced(platform) for _ in range(6)]
    counts = [len(look) for look in looks]
    assert [count for count in counts if count] == [MOST_ANNOUNCED, MOST_ANNOUNCED, 50]
    assert counts[-2:] == [0, 0], "a whole round, of two looks"
    assert {key.split("|")[0] for look in looks for key in look} == {instance_of(n) for n in range(450)}


@pytest.mark.slow
def test_one_instance_of_very_many_archives_is_looked_through_in_short_looks_and_announced_once(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRT_LOOK_OBJECTS", "20000")
    monkeypatch.setenv("GRT_LOOK_S", "60")
    settings.cache_clear()
    listing = Listing()
    for number in range(100_000, 150_000):
        listing.add(ONE, number)
    listing.add(TWO, 1)
    platform.fakes["stores"] = listing
    platform.at("2026-07-15T12:00:00+00:00")
    looks = [announced(platform) for _ in range(6)]
    assert looks == [[f"{TWO}|2026-07"], [], [], [], [], [f"{ONE}|2026-07"]]
    assert make_known(platform, listing) == 50_001
    assert [told for _ in range(6) for told in announced(platform)] == []
    listing.add(ONE, 150_000)
    assert [told for _ in range(6) for told in announced(platform)] == [f"{ONE}|2026-07"]


def test_looks_whose_time_is_over_while_names_are_read_say_so_and_the_report_is_announced_once_they_are_read(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRT_LOOK_S", "1e-9")
    settings.cache_clear()
    monkeypatch.setattr(folder_listing, "STEP", 1)
    send(platform, make_archive())
    platform.at("2030-07-15T12:00:00+00:00")
    looks = [platform.look(SENSOR) for _ in range(8)]
    assert [getattr(look, "skip_message", "") for look in looks[:2]] == [READING_NAMES] * 2
    told = [str(event.partition) for look in looks for event in getattr(look, "asset_events", None) or []]
    assert told == [f"{ONE}|2030-07"]


def test_what_did_not_succeed_is_announced_again_after_a_while_that_grows(platform: Platform) -> None:
    send(platform, make_archive())
    cell = [f"{ONE}|2026-07"]
    told = []
    for minute in (0, 1, 2, 9, 12, 13, 30, 33, 34):
        platform.at(f"2026-07-15T12:{minute:02}:00+00:00")
        told.append(announced(platform))
    assert told == [[], cell, [], [], cell, [], [], cell, []]


def test_archives_that_were_kept_but_not_loaded_are_announced_for_the_month_they_are_kept_in(
    platform: Platform,
) -> None:
    send(platform, make_archive("F6", range(1, 6)))
    platform.at(JULY)
    platform.look(SENSOR)
    platform.look(SENSOR)
    (platform.home / "lake").write_text("in the way")
    asked = platform.requested("galaxy")
    while asked:
        for partition, keys in asked.items():
            assert not platform.materialize(keys, partition, raise_on_error=False).success
        asked = platform.requested("galaxy")
    assert count(platform, "ledger") == 0
    (platform.home / "lake").unlink()
    platform.at(AUGUST)
    send(platform, make_archive("F6", range(10, 16), generated="1656820000.0"))
    platform.settle(SENSOR)
    months = {row["source"]: (row["received_month"], row["status"]) for row in ledger(platform)}
    assert months == {
        "1656720000.0.tar.gz": ("2026-07", "loaded"),
        "1656820000.0.tar.gz": ("2026-08", "loaded"),
    }
    assert announced(platform) == []


@pytest.mark.slow
def test_a_new_report_asks_for_its_month_then_the_products_of_its_instance_then_those_over_all_once(
    platform: Platform,
) -> None:
    first = make_archive("F6", range(1, 20))
    send(platform, first, instance=TWO)
    receive(platform, JULY, first)
    done = len(platform.runs)
    receive(platform, AUGUST, tiny("1,cat,1,ok,None\n77,cat,1,ok,None\n", generated="1656820000.0"))
    assert partitions_run(platform, done) == [f"{ONE}|2026-08", ONE, None]
    assert count(platform, "jobs", "received_month = '2026-07'") == 18 + 19
    done = len(platform.runs)
    late = dg.AssetMaterialization(["galaxy", "raw", "uploads"], partition=f"{TWO}|2026-07")
    platform.instance.report_runless_asset_event(late)
    platform.at(SEPTEMBER)
    platform.settle(system="galaxy")
    assert partitions_run(platform, done) == [f"{TWO}|2026-07", TWO, None]
    done = len(platform.runs)
    platform.settle(SENSOR)
    assert partitions_run(platform, done) == []


def partitions_run(platform: Platform, since: int) -> list[str | None]:
    """The partitions of the runs, in their order."""
    return [run.dagster_run.tags.get("dagster/partition") for run in platform.runs[since:]]


@pytest.mark.slow
def test_the_automation_asks_for_200_of_2_000_instances_in_little_time(platform: Platform) -> None:
    platform.instance.add_dynamic_partitions("galaxy_instances", [instance_of(n) for n in range(2000)])
    assert not platform.requested("galaxy")
    changed = [f"{instance_of(n)}|2026-07" for n in range(0, 2000, 10)]
    for cell in changed:
        event = dg.AssetMaterialization(["galaxy", "raw", "uploads"], partition=cell)
        platform.instance.report_runless_asset_event(event)
    started = time.process_time()
    asked = platform.requested("galaxy")
    took = time.process_time() - started
    assert sorted(map(str, asked)) == changed
    assert all(TABLES in keys for keys in asked.values())
    assert not platform.requested("galaxy")
    assert took < 10
