"""The warehouse swaps partitions in one step, hands out locks that die with their holder, and says when it is away."""

import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager
from decimal import Decimal

import polars as pl
import psycopg
import pytest

from grt_platform.adapters.copying import clear, copy
from grt_platform.adapters.warehouse import Warehouse, grant_reader
from grt_platform.kernel.errors import UnavailableError
from grt_platform.systems.galaxy import schemas
from grt_platform_tests.adapters.tables import OWNER
from grt_platform_tests.fixtures.frames import fetch_frame

TABLE = schemas.METRICS_TXT.served()
HERE = {"instance_id": OWNER, "received_month": "2026-01"}
SPAWN = multiprocessing.get_context("spawn")


def metrics(value, rows=1000):
    return pl.DataFrame({"job_id": range(rows), "plugin": "core", "name": "n", "value": value})


def values(warehouse):
    return {row["value"] for row in warehouse.fetch("SELECT DISTINCT value FROM galaxy.metrics_txt")}


def test_replacing_a_partition_leaves_its_neighbours_alone(warehouse):
    warehouse.replace(TABLE, {**HERE, "received_month": "2025-12"}, metrics("neighbour"))
    assert warehouse.replace(TABLE, HERE, metrics("old")) == 1000
    assert warehouse.replace(TABLE, HERE, [metrics("new", 3), metrics("new", 2)]) == 5
    assert values(warehouse) == {"neighbour", "new"}


def test_a_fault_in_the_second_frame_leaves_the_old_rows(warehouse):
    warehouse.replace(TABLE, HERE, metrics("old"))
    with pytest.raises(TypeError, match="lacks the column"):
        warehouse.replace(TABLE, HERE, [metrics("new"), metrics("new").drop("name")])
    assert values(warehouse) == {"old"}


def test_readers_see_the_old_or_the_new_partition_and_never_a_mixture(warehouse):
    warehouse.replace(TABLE, HERE, metrics("0"))
    seen, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            rows = warehouse.fetch("SELECT count(*) AS n, min(value) AS a, max(value) AS b FROM galaxy.metrics_txt")
            seen.add((rows[0]["n"], rows[0]["a"] == rows[0]["b"]))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(1, 30):
        warehouse.replace(TABLE, HERE, metrics(str(turn)))
    stop.set()
    reader.join()
    assert seen == {(1000, True)}


def hold_half_a_replacement(url, ready):
    with Warehouse(url).transaction() as connection:
        clear(connection, TABLE, HERE)
        copy(connection, TABLE, HERE, metrics("new"))
        ready.set()
        threading.Event().wait()


def hold_a_lock(url, ready):
    with Warehouse(url).lock("galaxy", OWNER):
        ready.set()
        threading.Event().wait()


@contextmanager
def killed_while(what, url):
    ready = SPAWN.Event()
    process = SPAWN.Process(target=what, args=(url, ready), daemon=True)
    process.start()
    assert ready.wait(60)
    yield
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def test_a_writer_killed_in_mid_replace_leaves_the_old_partition_and_its_rerun_converges(warehouse, warehouse_url):
    warehouse.replace(TABLE, HERE, metrics("old"))
    with killed_while(hold_half_a_replacement, warehouse_url):
        assert values(warehouse) == {"old"}
    assert values(warehouse) == {"old"}
    warehouse.replace(TABLE, HERE, metrics("new"))
    assert values(warehouse) == {"new"}


def test_two_replacements_of_one_partition_at_once_leave_one_of_them(warehouse):
    threads = [threading.Thread(target=warehouse.replace, args=(TABLE, HERE, metrics(str(n)))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warehouse.fetch("SELECT count(*) AS n, count(DISTINCT value) AS v FROM galaxy.metrics_txt") == [
        {"n": 1000, "v": 1}
    ]


def test_a_lock_keeps_others_out_until_its_holder_is_killed(warehouse, warehouse_url):
    with killed_while(hold_a_lock, warehouse_url):
        with warehouse.lock("galaxy", "another"), warehouse.lock("galaxy/" + OWNER):
            pass
        with pytest.raises(UnavailableError, match=f"galaxy/{OWNER}"), warehouse.lock("galaxy", OWNER, patience_s=0.1):
            pytest.fail("two hold one lock")
    with warehouse.lock("galaxy", OWNER, patience_s=10):
        pass


def test_a_lock_is_free_again_after_its_block_even_when_that_failed(warehouse):
    with pytest.raises(KeyError), warehouse.lock("a"):
        raise KeyError
    with warehouse.lock("a", patience_s=0.5):
        pass


def test_a_lock_that_the_server_let_go_of_is_told_at_the_end(warehouse):
    with pytest.raises(UnavailableError, match="nobody else worked on galaxy/x"), warehouse.lock("galaxy", "x"):
        warehouse.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE locktype = 'advisory' AND d.datname = current_database()"
        )


def test_a_lost_connection_is_unavailable_and_the_next_call_goes_through(warehouse):
    def lose_the_connection():
        with warehouse.connection() as connection:
            warehouse.fetch("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
            connection.execute("SELECT 1")

    with pytest.raises(UnavailableError):
        lose_the_connection()
    assert warehouse.fetch("SELECT 1 AS one") == [{"one": 1}]


def test_a_server_that_is_away_is_unavailable_and_the_message_keeps_the_password():
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1/x") as caught:
        Warehouse("postgresql://grt:s3cret@127.0.0.1:1/x", patience_s=0.1).fetch("SELECT 1")
    assert "s3cret" not in str(caught.value)


def test_a_faulty_query_is_not_called_unavailable(warehouse):
    with pytest.raises(psycopg.errors.UndefinedTable):
        warehouse.fetch("SELECT * FROM nothing")


def test_a_frame_of_rows_has_types_without_rows_too(warehouse):
    sql = "SELECT 1::bigint AS i, 1.5::numeric AS d, now() AS t, 'x' AS s, '{}'::jsonb AS j, %s::uuid AS u WHERE %s"
    full, empty = (fetch_frame(warehouse, sql, [OWNER, wanted]) for wanted in (True, False))
    assert full.select("i", "d", "s", "j", "u").row(0) == (1, Decimal("1.5"), "x", "{}", OWNER)
    assert [full.schema[name] for name in "its"] == [empty.schema[name] for name in "its"]
    assert empty.height == 0


def test_the_reader_reads_every_table_and_writes_none(warehouse, warehouse_url):
    warehouse.replace(TABLE, HERE, metrics("x", 2))
    role = "reader_of_test"
    grant_reader(warehouse_url, role, password="it's")
    grant_reader(warehouse_url, role, password="it's")
    reader = Warehouse(psycopg.conninfo.make_conninfo(warehouse_url, user=role, password="it's"))
    assert reader.fetch("SELECT count(*) AS n FROM galaxy.metrics_txt") == [{"n": 2}]
    for statement in ("DELETE FROM galaxy.reports RETURNING 1", "SELECT * FROM public.grt_migrations"):
        with pytest.raises((psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)):
            reader.fetch(statement)
    with reader.connection() as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM galaxy.reports")


def test_the_reader_sees_a_table_of_a_system_without_its_secret_columns(warehouse, warehouse_url):
    role = "reader_of_secrets"
    for _ in range(2):
        grant_reader(warehouse_url, role, password="x", guarded=(*schemas.TABLES, schemas.INSTANCES))
        reader = Warehouse(psycopg.conninfo.make_conninfo(warehouse_url, user=role, password="x"))
        assert reader.fetch("SELECT instance_id, key_made_at FROM galaxy.instances") == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.fetch("SELECT key_sha256 FROM galaxy.instances")
