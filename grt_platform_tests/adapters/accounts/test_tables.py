"""What the database itself promises: the reader sees no hash, the audit only grows."""

import secrets
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from grt_platform.adapters.accounts.audit import Event, Origin, list_events, record
from grt_platform.adapters.accounts.tokens import create_token, list_tokens, revoke_token
from grt_platform.adapters.accounts.users import add_user
from grt_platform.adapters.warehouse import Warehouse, grant_reader
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.identity import KEY_PRINCIPAL, KEY_USER_ID, Role, TokenLimits
from grt_platform.kernel.schemas import platform_tables

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANY = TokenLimits(Role.MANAGE)


@pytest.fixture
def reader(warehouse_url: str):
    role = f"reader_{secrets.token_hex(4)}"
    grant_reader(warehouse_url, role, password="x")
    yield psycopg.conninfo.make_conninfo(warehouse_url, user=role, password="x")
    with psycopg.connect(warehouse_url, autocommit=True) as admin:
        admin.execute(f"DROP OWNED BY {role}".encode())
        admin.execute(f"DROP ROLE {role}".encode())


@pytest.mark.parametrize("table", platform_tables(), ids=lambda table: table.name)
def test_the_reader_reads_every_column_but_the_secret_ones(reader: str, table) -> None:
    with psycopg.connect(reader, autocommit=True) as connection:
        for column in table:
            question = f'SELECT "{column.name}" FROM "{table.system}"."{table.noun}"'.encode()
            if column.is_secret:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(question)
            else:
                connection.execute(question)


def test_every_hash_is_a_secret_column() -> None:
    named = {c.name for table in platform_tables() for c in table if "hash" in c.name or c.name in SECRETS}
    secret = {c.name for table in platform_tables() for c in table if c.is_secret}
    assert {"password_hash", "token_sha256", "session_sha256"} <= secret
    assert named <= secret


SECRETS = {"token_sha256", "session_sha256"}


def test_the_reader_does_not_see_a_table_of_the_platform_that_nobody_described(warehouse_url: str, reader: str) -> None:
    with psycopg.connect(warehouse_url, autocommit=True) as admin:
        admin.execute("CREATE TABLE identity.new_secrets (secret text)")
    with psycopg.connect(reader) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM identity.new_secrets")


@pytest.mark.parametrize(
    "change", ["UPDATE identity.audit SET name = 'x'", "DELETE FROM identity.audit", "TRUNCATE identity.audit"]
)
def test_rows_of_the_audit_are_only_ever_added(warehouse: Warehouse, change: str) -> None:
    record(warehouse, Event("token.create", "t"), Origin("::1", "r"), NOW, who=KEY_PRINCIPAL)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), warehouse.transaction() as connection:
        connection.execute(change.encode())
    [row] = list_events(warehouse, limit=10)
    assert (row["name"], row["action"], row["outcome"]) == ("admin-key", "token.create", "ok")


def test_the_audit_takes_hostile_text_and_bounds_it(warehouse: Warehouse) -> None:
    record(warehouse, Event("sign_in", "x\0y" + "z" * 10_000), Origin(""), NOW, claimed="\0" + "n" * 10_000)
    [row] = list_events(warehouse, limit=10)
    assert (len(row["subject"]), len(row["name"])) == (500, 500)


def test_a_token_is_kept_as_a_hash_and_recognised_by_its_prefix(warehouse: Warehouse) -> None:
    made = create_token(warehouse, KEY_USER_ID, "ci", ANY, NOW)
    [row] = list_tokens(warehouse, KEY_USER_ID)
    assert made.token.startswith("grt_")
    assert made.token.startswith(row["prefix"])
    assert len(made.token) - len(row["prefix"]) > 30
    stored = str(warehouse.fetch("SELECT * FROM identity.tokens"))
    assert made.token not in stored
    assert made.token not in repr(made)


def test_a_token_that_was_made_with_another_ends_with_it(warehouse: Warehouse) -> None:
    first = create_token(warehouse, KEY_USER_ID, "first", ANY, NOW, days=1)
    second = create_token(warehouse, KEY_USER_ID, "second", ANY, NOW, days=90, made_with=first.token_id)
    third = create_token(warehouse, KEY_USER_ID, "third", ANY, NOW, days=90, made_with=second.token_id)
    other = create_token(warehouse, KEY_USER_ID, "other", ANY, NOW, days=90)
    assert second.expires_at == third.expires_at == NOW + timedelta(days=1)
    assert revoke_token(warehouse, KEY_USER_ID, first.token_id, NOW)
    ended = {row["title"] for row in list_tokens(warehouse, KEY_USER_ID) if row["revoked_at"]}
    assert ended == {"first", "second", "third"}
    assert other.token_id in {row["token_id"] for row in list_tokens(warehouse, KEY_USER_ID)}


def test_nobody_revokes_the_token_of_somebody_else(warehouse: Warehouse) -> None:
    ann = add_user(warehouse, "ann", NOW)
    made = create_token(warehouse, ann, "hers", ANY, NOW)
    assert not revoke_token(warehouse, KEY_USER_ID, made.token_id, NOW)
    assert not revoke_token(warehouse, ann, "no uuid", NOW)
    assert list_tokens(warehouse, ann)[0]["revoked_at"] is None


@pytest.mark.parametrize(("what_for", "days"), [("", 1), ("x" * 201, 1), ("a\nb", 1), ("ok", 0), ("ok", 367)])
def test_a_token_has_a_title_and_a_bounded_life(warehouse: Warehouse, what_for: str, days: float) -> None:
    with pytest.raises(BadInputError):
        create_token(warehouse, KEY_USER_ID, what_for, ANY, NOW, days=days)


def test_two_people_cannot_have_one_name_however_it_is_written(warehouse: Warehouse) -> None:
    add_user(warehouse, "Ann", NOW)
    with pytest.raises(BadInputError, match="already"):
        add_user(warehouse, "aNN", NOW)
    with pytest.raises(BadInputError, match="already"):
        add_user(warehouse, "admin-key", NOW)
