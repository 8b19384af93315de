import psycopg

from grt_platform.adapters.postgres import connect
from grt_platform.adapters.session_lock import give_back, take

KEY = 7_700_000_000


def test_a_lock_is_taken_by_one_session_and_free_when_given_back(warehouse_url):
    with connect(warehouse_url) as ours, connect(warehouse_url) as other:
        assert take(ours, KEY)
        assert not take(other, KEY)
        give_back(ours)
        assert take(other, KEY)


def test_giving_back_over_a_broken_connection_is_no_error_and_the_lock_is_free(warehouse_url):
    broken = connect(warehouse_url)
    assert take(broken, KEY)
    with psycopg.connect(warehouse_url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [broken.info.backend_pid])
    give_back(broken)
    with connect(warehouse_url) as other:
        assert take(other, KEY)
