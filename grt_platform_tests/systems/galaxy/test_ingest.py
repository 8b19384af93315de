"""Ingest under fire: killed, doubled, without Postgres, without disk; the next try ends like an undisturbed one."""

import os
import random
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import psycopg
import pytest

from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.migrate import upgrade
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import Settings
from grt_platform.systems.galaxy.ingest import Ingest
from grt_platform.systems.galaxy.logic.kept import Kept
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.schemas import RAW_TABLES
from grt_platform.systems.galaxy.shelf import Shelf
from grt_platform_tests.fixtures.postgres import free_port
from grt_platform_tests.flows.galaxy import ONE, rows_of_warehouse
from grt_platform_tests.galaxy_archives import Made, make_archive
from grt_platform_tests.systems.galaxy.building import UNAVAILABLE, Order, forkers, ingest

JULY, AUGUST = "2026-07", "2026-08"
FIRST = make_archive("F4d", range(1, 300), generated="1656720000.0")
AGAIN = make_archive("F4d", range(200, 500), generated="1656820000.0", seed=1)
Tables = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Site:
    """Raw, lake and warehouse of a small installation."""

    home: Path
    url: str

    def keep(self, made: Made, month: str, second: int = 0) -> None:
        """Put a report on the shelf of a month, at a second of its 15th day."""
        store = FolderStore(self.home / "raw", "raw", Settings())
        for suffix, data in ((".tar.gz", made.archive), (".json", made.metadata)):
            store.put(f"galaxy/{ONE}/archives/{made.report_id}{suffix}", data)
        Shelf(store).take_in(ONE, month, datetime(2026, int(month[-2:]), 15, second=second, tzinfo=UTC))

    def build(self, *months: str) -> None:
        ingest(self.home, self.url).build(ONE, months)

    def order(self, *months: str) -> Order:
        return Order(str(self.home), self.url, ONE, list(months))

    @property
    def lake(self) -> Lake:
        return Lake(FolderStore(self.home / "lake", "lake", Settings()))

    def files(self) -> dict[str, bytes]:
        """Every object of the lake."""
        store = FolderStore(self.home / "lake", "lake", Settings())
        return {item.key: store.read(item.key) for item in store.list()}

    def rows(self) -> Tables:
        return rows_of_warehouse(Warehouse(self.url), RAW_TABLES)


class Sites:
    """Copies of a site in a given state, each with a database of its own."""

    def __init__(self, server: EmbeddedPostgres, folder: Path) -> None:
        self._server, self._folder = server, folder

    def copy(self, home: Path | None, template: str) -> Site:
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self._server.url(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
        site = Site(self._folder / name, self._server.url(name))
        if home is not None:
            shutil.copytree(home, site.home)
        return site

    def twin(self, site: Site) -> Site:
        """The same once more."""
        return self.copy(site.home, site.home.name)

    def drop(self, site: Site) -> None:
        with psycopg.connect(self._server.url(), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {site.home.name} WITH (FORCE)".encode())
        shutil.rmtree(site.home)


@pytest.fixture
def sites(postgres_server: EmbeddedPostgres, tmp_path: Path) -> Sites:
    return Sites(postgres_server, tmp_path)


@pytest.fixture
def before(sites: Sites, warehouse_template: str) -> Site:
    """July is built; a report of August that names some of its jobs again is on the shelf."""
    site = sites.copy(None, warehouse_template)
    site.keep(FIRST, JULY)
    site.build(JULY)
    site.keep(AGAIN, AUGUST)
    return site


@dataclass(frozen=True)
class States:
    """What readers may see: the state before or the state after, of each table."""

    old_rows: Tables
    new_rows: Tables
    old_files: dict[str, bytes]
    new_files: dict[str, bytes]

    def check(self, site: Site) -> None:
        """The warehouse is old or new as one, each file of the lake by itself."""
        assert site.rows() in (self.old_rows, self.new_rows)
        for key, data in site.files().items():
            if key.split("/")[1] in {table.noun for table in RAW_TABLES}:
                assert data in (self.old_files.get(key), self.new_files[key]), key


@pytest.fixture
def states(sites: Sites, before: Site) -> States:
    after = sites.twin(before)
    after.build(AUGUST)
    assert after.rows() != before.rows()
    return States(before.rows(), after.rows(), before.files(), after.files())


@pytest.mark.slow
def test_a_build_killed_anywhere_shows_old_or_new_and_its_next_try_ends_like_an_undisturbed_one(
    sites: Sites, before: Site, states: States
) -> None:
    chance, outcomes = random.Random(7), {"killed": 0, "finished": 0}
    plain = before.order(AUGUST)
    swaps = [replace(plain, die_at="replace", die_on=n, die_after=n % 2 == 0) for n in range(1, 26)]
    copies = [replace(plain, die_at="copy", die_on=n) for n in range(1, 12)]
    anywhere = [plain] * 8
    with forkers(1) as [forker]:
        for order in [*swaps, *copies, *anywhere]:
            site = sites.twin(before)
            pid = forker.start(replace(order, home=str(site.home), url=site.url))
            if not order.die_at:
                time.sleep(chance.uniform(0, 0.4))
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            code, complaint = forker.wait()
            assert code in (0, -signal.SIGKILL), complaint
            outcomes["killed" if code else "finished"] += 1
            states.check(site)
            site.build(AUGUST)
            assert site.rows() == states.new_rows, order
            assert site.files() == states.new_files, order
            sites.drop(site)
    assert outcomes["killed"] > 30


@pytest.mark.slow
def test_a_build_killed_again_and_again_ends_like_an_undisturbed_one_in_whatever_month_the_last_try_is(
    sites: Sites, before: Site, states: States
) -> None:
    with forkers(1) as [forker]:
        for ends in ([5, 13, 19], [14, 3, 14], [13, 13, 25, 2], [20, 1]):
            site = sites.twin(before)
            for die_on in ends:
                forker.start(replace(site.order(AUGUST), die_at="replace", die_on=die_on))
                forker.wait()
                states.check(site)
            site.build(JULY)
            site.build(AUGUST)
            assert site.rows() == states.new_rows
            assert site.files() == states.new_files
            sites.drop(site)


@pytest.mark.slow
@pytest.mark.parametrize("months", [[[AUGUST], [AUGUST]], [[JULY], [AUGUST]], [[JULY, AUGUST], [AUGUST, JULY]]])
def test_two_processes_that_build_one_instance_at_once_end_like_one_after_the_other(
    sites: Sites, before: Site, states: States, warehouse_template: str, months: list[list[str]]
) -> None:
    with forkers(2) as pair:
        for _ in range(3):
            site = sites.copy(None, warehouse_template)
            shutil.copytree(before.home / "raw", site.home / "raw")
            for forker, each in zip(pair, months, strict=True):
                forker.start(site.order(*each))
            assert [forker.wait() for forker in pair] == [(0, ""), (0, "")]
            site.build(JULY)
            assert site.rows() == states.new_rows
            assert site.files() == states.new_files
            sites.drop(site)


@pytest.mark.slow
def test_a_reader_sees_the_old_or_the_new_rows_while_months_change_over_and_over(before: Site, states: States) -> None:
    looks, is_done = 0, threading.Event()

    def change() -> None:
        for number in range(1, 17):
            jobs = range(200, 500) if number % 2 else range(500, 501)
            before.keep(make_archive("F4d", jobs, generated=AGAIN.report_id, seed=number), AUGUST, number)
            before.build(AUGUST)

    def change_and_tell() -> None:
        try:
            change()
        finally:
            is_done.set()

    thread = threading.Thread(target=change_and_tell)
    thread.start()
    seen = set[int]()
    while not is_done.is_set():
        with Warehouse(before.url).connection() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            jobs = connection.execute("SELECT job_id FROM galaxy.jobs").fetchall()
            metrics = connection.execute("SELECT DISTINCT job_id FROM galaxy.metrics_num").fetchall()
        assert sorted(row["job_id"] for row in jobs) in (
            list(range(1, 300)),
            list(range(1, 500)),
            [*range(1, 300), 500],
        )
        assert {row["job_id"] for row in jobs} == {row["job_id"] for row in metrics}
        july = before.lake.scan(RAW_TABLES[0], {"instance_id": ONE, "received_month": JULY}).collect()
        assert sorted(july["job_id"]) in (list(range(1, 300)), list(range(1, 200)))
        seen.add(july.height)
        looks += 1
    thread.join()
    assert {row[2] for row in before.rows()["jobs"]} == {*range(1, 300), 500}
    assert seen == {299, 199}
    assert looks > 20


class Saboteur(Shelf):
    """A shelf that ends the server when an archive is opened for the n-th time."""

    def __init__(self, home: Path, server: subprocess.Popen[bytes], opening: int) -> None:
        super().__init__(FolderStore(home / "raw", "raw", Settings()))
        self._server, self._openings_left = server, opening

    def open(self, version: Kept) -> BinaryIO:
        """The archive; its reader may find the server gone."""
        self._openings_left -= 1
        if self._openings_left == 0:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(20)
        return super().open(version)


@pytest.mark.slow
def test_postgres_killed_during_a_load_is_told_and_the_next_try_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="grt-test-killed-"))
    server = EmbeddedPostgres(folder / "data", free_port(), secrets.token_hex(8), extra={"fsync": "off"})
    server.initialise()
    process = server.start(folder / "log")
    server.wait_ready()
    try:
        upgrade(server.url())
        site = Site(tmp_path, server.url())
        site.keep(FIRST, JULY)
        site.build(JULY)
        old, told = site.rows(), []
        site.keep(AGAIN, AUGUST)
        for opening in (1, 2, 4, 5):
            shelf = Saboteur(tmp_path, process, opening)
            limits = Limits(small_bytes=0, chunk_bytes=2000)
            building = Ingest(shelf, site.lake, Warehouse(site.url, patience_s=0.5), limits)
            with pytest.raises(UnavailableError, match="Postgres") as caught:
                building.build(ONE, [AUGUST])
            told.append(str(caught.value))
            process = server.start(folder / "log")
            server.wait_ready()
            assert site.rows() == old
        site.build(AUGUST)
        fresh = replace(site, home=tmp_path / "fresh")
        new, files = site.rows(), site.files()
        shutil.copytree(site.home / "raw", fresh.home / "raw")
        fresh.build(JULY, AUGUST)
        assert new == fresh.rows() != old
        assert files == fresh.files()
        assert all("Try again later" in text for text in told), told
    finally:
        server.stop()
        shutil.rmtree(folder)


def test_a_lake_that_cannot_be_written_is_one_clear_error_and_the_old_rows_stay(before: Site, states: States) -> None:
    with forkers(1) as [forker]:
        forker.start(replace(before.order(AUGUST), most_file_bytes=1500))
        code, complaint = forker.wait()
    assert code == UNAVAILABLE, complaint
    assert complaint.startswith("cannot write galaxy/")
    assert complaint.endswith("check the disk and try again")
    assert before.rows() == states.old_rows
    assert {key: data for key, data in before.files().items() if "/unsettled/" not in key} == states.old_files
    nowhere = Ingest(
        Shelf(FolderStore(before.home / "raw", "raw", Settings())),
        Lake(FolderStore(Path("/proc/no lake"), "lake", Settings())),
        Warehouse(before.url),
        Limits(),
    )
    with pytest.raises(UnavailableError, match="cannot write galaxy/"):
        nowhere.build(ONE, [AUGUST])
    assert before.rows() == states.old_rows
    before.build(AUGUST)
    assert before.rows() == states.new_rows
