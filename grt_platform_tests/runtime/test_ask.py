"""The read-only question: answers, and refuses everything else in one line."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from pydantic import SecretStr

from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.runtime.ask import ask
from grt_platform.runtime.prepare import prepare
from grt_platform.settings import given
from grt_platform_tests.fixtures.postgres import free_port


@pytest.fixture(scope="module")
def urls(postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Owner's and reader's address of a warehouse made by `prepare`."""
    owner = postgres_server.url("asked")
    parts = urlsplit(owner)
    reader = urlunsplit(parts._replace(netloc=f"asker:p%40ss@127.0.0.1:{postgres_server.port}"))
    addresses = {
        "warehouse_url": owner,
        "warehouse_reader_url": reader,
        "dagster_url": postgres_server.url("asked_dagster"),
    }
    secret = {name: SecretStr(url) for name, url in addresses.items()}
    chosen = given().model_copy(update={"home": tmp_path_factory.mktemp("asked"), **secret})
    for _ in range(2):  # every start prepares
        prepare(chosen, is_warehouse_ours=True, is_dagster_ours=True)
    yield owner, reader
    with psycopg.connect(postgres_server.url(), autocommit=True) as admin:
        for database in ("asked", "asked_dagster"):
            admin.execute(f"DROP DATABASE {database} WITH (FORCE)".encode())
        admin.execute("DROP ROLE asker")


def test_a_question_is_answered(urls: tuple[str, str]) -> None:
    assert ask(urls[1], "SELECT 1 AS one, NULL AS none") == [{"one": 1, "none": None}]


def test_a_table_made_after_the_role_can_be_read(urls: tuple[str, str]) -> None:
    with psycopg.connect(urls[0]) as owner:
        owner.execute("CREATE TABLE galaxy.late AS SELECT 7 AS x")
    assert ask(urls[1], "SELECT x FROM galaxy.late") == [{"x": 7}]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t (x int)",
        "CREATE TEMP TABLE t (x int)",
        "DELETE FROM galaxy.ledger",
        "SELECT 1; DELETE FROM galaxy.ledger",
        "WITH gone AS (DELETE FROM galaxy.ledger RETURNING 1) SELECT * FROM gone",
        "COPY galaxy.ledger FROM '/dev/null'",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hosts')",
        "SELECT lo_create(0)",
        "SELECT * FROM pg_authid",
        "SELEKT",
        "SELECT 1/0",
        "DELETE FROM pg_catalog.pg_views",
        "",
    ],
)
def test_anything_but_reading_is_refused_in_one_line(urls: tuple[str, str], statement: str) -> None:
    if not statement:
        assert ask(urls[1], statement) == []
        return
    with pytest.raises(BadInputError) as error:
        ask(urls[1], statement)
    assert "\n" not in str(error.value)


def test_leaving_the_read_only_transaction_does_not_help(urls: tuple[str, str]) -> None:
    unlocked = urls[1] + "?options=-c%20default_transaction_read_only%3Doff"
    with psycopg.connect(unlocked) as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("DELETE FROM galaxy.ledger")


def test_the_reader_cannot_enter_the_storage_of_dagster(urls: tuple[str, str]) -> None:
    with pytest.raises(UnavailableError, match="permission denied for database"):
        ask(urls[1].replace("/asked", "/asked_dagster"), "SELECT 1")


def test_without_a_server_the_answer_is_one_line(urls: tuple[str, str]) -> None:
    nowhere = f"postgresql://grt_reader:x@127.0.0.1:{free_port()}/warehouse"
    with pytest.raises(UnavailableError, match=r"does not answer .*: is the platform up\?"):
        ask(nowhere, "SELECT 1")


def test_before_the_first_start_the_remedy_is_named() -> None:
    with pytest.raises(BadInputError, match="start the platform with `grt up`"):
        ask("", "SELECT 1")
