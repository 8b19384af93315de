"""Instances over HTTP: the administrator registers them and rotates keys, everybody sees the list."""

import pytest

from grt_platform.systems.galaxy.serving.instances import Credentials, register_folder
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.galaxy.serving.client import GalaxyClient
from grt_platform_tests.systems.galaxy.serving.rows import put

KNOWN = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"


def test_a_registered_instance_may_upload_with_the_key_that_is_shown_once(live_web: LiveWeb) -> None:
    body = {"title": "usegalaxy", "url": "https://usegalaxy.org/", "description": "Free for all", "instance_id": KNOWN}
    made = live_web.client.post("/galaxy/api/instances", json=body, headers=live_web.admin)
    assert made.status_code == 201
    assert made.json()["instance_id"] == KNOWN
    headers = {"Authorization": f"{KNOWN}:{made.json()['key']}"}
    assert live_web.client.post("/galaxy/api/whoami", headers=headers).json()["galaxy"] == "usegalaxy"
    assert made.json()["key"] not in live_web.client.get("/galaxy/api/instances").text
    again = live_web.client.post("/galaxy/api/instances", json=body, headers=live_web.admin)
    assert (again.status_code, "registered already" in again.json()["detail"]) == (400, True)


def test_a_rotated_key_works_and_the_one_before_does_not(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    known = galaxy.credentials
    address = f"/galaxy/api/instances/{known.instance_id}/rotate-key"
    made = live_web.client.post(address, headers=live_web.admin).json()
    assert galaxy.whoami().status_code == 401
    galaxy.credentials = Credentials(known.instance_id, made["key"])
    assert galaxy.whoami().status_code == 200


def test_the_key_of_an_unknown_instance_cannot_be_rotated(live_web: LiveWeb) -> None:
    answer = live_web.client.post(f"/galaxy/api/instances/{KNOWN}/rotate-key", headers=live_web.admin)
    assert answer.status_code == 404


def test_an_instance_cannot_register_or_rotate(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    known = galaxy.credentials
    for path in ("/galaxy/api/instances", f"/galaxy/api/instances/{known.instance_id}/rotate-key"):
        assert live_web.client.post(path, json={"title": "x"}, headers=galaxy.headers).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "  "},
        {"title": "x" * 257},
        {"title": "a\u0000b"},
        {"title": "a\u202eb"},
        {"title": "x", "url": "javascript:alert(1)"},
        {"title": "x", "url": "https://user:word@example.org/"},
        {"title": "x", "url": "https://"},
        {"title": "x", "instance_id": "12"},
        {"title": "x", "instance_id": KNOWN + "/../x"},
        {"title": "x", "key": "chosen"},
        {"title": ["x"]},
    ],
)
def test_a_bad_registration_is_refused(live_web: LiveWeb, body: dict[str, object]) -> None:
    answer = live_web.client.post("/galaxy/api/instances", json=body, headers=live_web.admin)
    assert answer.status_code in {400, 422}
    assert live_web.client.get("/galaxy/api/instances").json()["items"] == []


def test_the_list_is_public_and_shows_the_busiest_first_and_nothing_of_keys(
    live_web: LiveWeb, server: Credentials
) -> None:
    register_folder(live_web.warehouse, KNOWN)
    put(live_web.warehouse, "instance_activity", {"instance_id": KNOWN, "jobs": 5})
    listed = live_web.client.get("/galaxy/api/instances").json()["items"]
    assert [(row["instance_id"], row["jobs"]) for row in listed] == [(KNOWN, 5), (server.instance_id, None)]
    assert [row["is_self_registered"] for row in listed] == [True, False]
    assert not any("key" in name for name in listed[0])
