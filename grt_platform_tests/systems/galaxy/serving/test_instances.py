"""The registry on the real Postgres."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.page import Page
from grt_platform.systems.galaxy.serving import instances, queries
from grt_platform_tests.fixtures.web import LiveWeb

KNOWN = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"


def test_the_key_has_256_random_bits_and_only_its_hash_is_kept(live_web: LiveWeb) -> None:
    made = instances.register(live_web.warehouse, "Galaxy")
    row = live_web.warehouse.fetch("SELECT * FROM galaxy.instances")[0]
    assert len(made.key) == 43
    assert row["key_sha256"] == sha256(made.key.encode()).hexdigest()
    assert made.key not in str(row)
    assert made.key not in repr(made)


def test_a_folder_registers_itself_once_and_cannot_upload(live_web: LiveWeb) -> None:
    assert instances.register_folder(live_web.warehouse, KNOWN)
    assert not instances.register_folder(live_web.warehouse, KNOWN)
    assert not instances.verify(live_web.warehouse, KNOWN, "")
    assert [row["title"] for row in queries.instances(live_web.warehouse, Page(9))] == [KNOWN]


def test_registering_the_instance_of_a_folder_names_it_and_gives_it_a_key(live_web: LiveWeb) -> None:
    instances.register_folder(live_web.warehouse, KNOWN)
    made = instances.register(live_web.warehouse, "usegalaxy", instance_id=KNOWN)
    assert instances.verify(live_web.warehouse, KNOWN, made.key)
    assert not instances.register_folder(live_web.warehouse, KNOWN)
    (row,) = queries.instances(live_web.warehouse, Page(9))
    assert (row["title"], row["is_self_registered"]) == ("usegalaxy", False)


def test_of_two_registrations_at_once_one_wins_and_its_key_works(live_web: LiveWeb) -> None:
    def register(title: str) -> instances.Credentials | None:
        try:
            return instances.register(live_web.warehouse, title, instance_id=KNOWN)
        except BadInputError:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [one for one in pool.map(register, "abcd") if one is not None]
    assert len(made) == 1
    assert instances.verify(live_web.warehouse, KNOWN, made[0].key)


def test_an_upper_case_id_is_the_same_instance(live_web: LiveWeb) -> None:
    made = instances.register(live_web.warehouse, "Galaxy", instance_id=KNOWN.upper())
    assert made.instance_id == KNOWN


@pytest.mark.parametrize("text", ["", "1", KNOWN[:-1], "{" + KNOWN + "}", "urn:uuid:" + KNOWN, KNOWN.replace("-", "")])
def test_what_is_no_uuid_in_its_usual_form_is_no_instance(live_web: LiveWeb, text: str) -> None:
    with pytest.raises(BadInputError, match="no instance id"):
        instances.register_folder(live_web.warehouse, text)
    assert not instances.verify(live_web.warehouse, text, "key")
