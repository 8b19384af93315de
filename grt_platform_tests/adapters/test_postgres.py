"""Connections speak UTC, wait for a server that is starting, and tell what is wrong without the password."""

import psycopg
import pytest

from grt_platform.adapters.postgres import available, connect, place
from grt_platform.kernel.errors import UnavailableError


def test_a_connection_speaks_utc_and_gives_uuid_as_text(database_url):
    with connect(database_url) as connection:
        row = connection.execute("SELECT current_setting('TimeZone') AS zone, gen_random_uuid() AS id").fetchone()
    assert row is not None
    assert row["zone"] == "UTC"
    assert isinstance(row["id"], str)


@pytest.mark.parametrize("wrong", [{"password": "s3cret"}, {"dbname": "nowhere"}, {"user": "nobody_here"}])
def test_what_waiting_cannot_heal_is_told_at_once_without_the_password(database_url, wrong):
    url = psycopg.conninfo.make_conninfo(database_url, **wrong)
    with pytest.raises(UnavailableError) as caught:
        connect(url, patience_s=60)
    assert psycopg.conninfo.conninfo_to_dict(url)["password"] not in str(caught.value)


def test_a_place_has_no_role_and_no_password():
    assert place("postgresql://role:s3cret@host:5/base") == "host:5/base"


def test_a_cancelled_statement_is_unavailable_and_a_wrong_one_is_not(database_url):
    with connect(database_url) as connection:
        connection.autocommit = True
        connection.execute("SET statement_timeout = '20ms'")
        with pytest.raises(UnavailableError, match="count now"), available("count"):
            connection.execute("SELECT pg_sleep(5)")
        with pytest.raises(psycopg.errors.SyntaxError), available("count"):
            connection.execute("SELEC 1")
