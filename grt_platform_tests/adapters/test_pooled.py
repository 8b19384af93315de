import threading
import time

import psycopg
import pytest

from grt_platform.adapters.pooled import PooledDatabase
from grt_platform.kernel.errors import UnavailableError

PID = "SELECT pg_backend_pid() AS pid"


@pytest.fixture
def pooled(warehouse_url):
    database = PooledDatabase(warehouse_url, most=2, patience_s=10)
    yield database
    database.close()


def test_questions_one_after_another_share_few_connections(pooled):
    assert len({row["pid"] for _ in range(20) for row in pooled.fetch(PID)}) <= 2


def test_times_are_utc_and_uuids_are_text(pooled):
    [row] = pooled.fetch("SELECT current_setting('TimeZone') AS zone, gen_random_uuid() AS id")
    assert row["zone"] == "UTC"
    assert isinstance(row["id"], str)


def test_connections_that_postgres_ended_are_replaced_unseen(pooled, warehouse_url):
    before = {row["pid"] for _ in range(5) for row in pooled.fetch(PID)}
    with psycopg.connect(warehouse_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'grt'")
    after = {row["pid"] for _ in range(5) for row in pooled.fetch(PID)}
    assert after.isdisjoint(before)


def test_a_server_that_was_long_away_is_found_as_soon_as_it_is_back(warehouse_url, postgres_server):
    name = warehouse_url.rsplit("/", 1)[1]
    patient = PooledDatabase(warehouse_url, patience_s=4)
    with psycopg.connect(postgres_server.url(), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))
        waited = [seconds_until_refused(patient) for _ in range(2)]
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    began = time.monotonic()
    assert patient.fetch(PID)
    assert time.monotonic() - began < 1.9
    assert waited[1] < 3 < waited[0]  # it is known to be away by then
    patient.close()


def seconds_until_refused(database):
    began = time.monotonic()
    with pytest.raises(UnavailableError):
        database.fetch(PID)
    return time.monotonic() - began


def test_a_transaction_that_fails_leaves_nothing_and_its_connection_is_good_again(pooled):
    with pytest.raises(psycopg.errors.DivisionByZero), pooled.transaction() as connection:
        connection.execute("CREATE TABLE public.pooled_test AS SELECT 1 / (oid::int * 0) AS one FROM pg_class")
    assert pooled.fetch("SELECT to_regclass('public.pooled_test') AS found") == [{"found": None}]


def test_a_wrong_statement_is_the_callers_error_and_harms_no_later_one(pooled):
    with pytest.raises(psycopg.errors.UndefinedTable):
        pooled.fetch("SELECT * FROM nowhere")
    assert pooled.fetch("SELECT 1 AS one") == [{"one": 1}]


def test_whoever_finds_every_connection_taken_hears_so_in_time(warehouse_url):
    hasty = PooledDatabase(warehouse_url, most=1, patience_s=0.5)
    with hasty.connection(), pytest.raises(UnavailableError, match="Postgres cannot answer now"):
        hasty.fetch("SELECT 1 AS one")
    hasty.close()


def test_many_threads_share_few_connections(pooled):
    pids, errors = [], []

    def ask():
        try:
            pids.extend(row["pid"] for row in pooled.fetch("SELECT pg_backend_pid() AS pid, pg_sleep(0.01)"))
        except UnavailableError as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(pids) == 20
    assert len(set(pids)) <= 2


def test_a_server_that_is_not_there_is_unavailable_and_said_so():
    database = PooledDatabase("postgresql://x:y@127.0.0.1:1/nothing", patience_s=0.3)
    try:
        with pytest.raises(UnavailableError, match="Postgres cannot answer now"):
            database.fetch("SELECT 1 AS one")
    finally:
        database.close()
