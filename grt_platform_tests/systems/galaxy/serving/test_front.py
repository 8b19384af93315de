"""The stable front, spoken to as Galaxy's own upload script does, and by hostile clients."""

import json

import pytest
import requests
import yaml

from grt_platform.systems.galaxy.serving.instances import Credentials
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.galaxy.serving.client import (
    GOOD,
    GalaxyClient,
    archive_of,
    folder_of,
    metadata_of,
    post,
)


def test_a_first_run_sends_every_report_and_a_second_run_none(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    for name in ("1501836597.08", "1543000000.1234567", "1600000000.0"):
        galaxy.make_report(name)
    assert galaxy.run() == {"1501836597.08": 200, "1543000000.1234567": 200, "1600000000.0": 200}
    assert galaxy.run() == {}
    assert galaxy.whoami().json() == {
        "galaxy": "Galaxy of the tests",
        "uploaded_reports": ["1501836597.08", "1543000000.1234567", "1600000000.0"],
    }
    stored = live_web.home / folder_of(galaxy) / "1501836597.08.tar.gz"
    assert stored.read_bytes() == (galaxy.folder / "1501836597.08.tar.gz").read_bytes()


def test_the_same_report_again_is_a_success_that_changes_nothing(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    galaxy.make_report("1.0")
    first, files = galaxy.send("1.0"), live_web.stored()
    again = galaxy.send("1.0")
    assert first.json() == {"state": "success", "report": "1.0", "is_new": True}
    assert again.json() == {"state": "success", "report": "1.0", "is_new": False}
    assert live_web.stored() == files


def test_other_bytes_under_a_held_name_are_a_new_version(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    galaxy.make_report("1.0")
    galaxy.send("1.0")
    first = (live_web.home / folder_of(galaxy) / "1.0.tar.gz").read_bytes()
    other = archive_of("2\tcat\t1.0\tok\t2024-01-01 00:00:00\n")
    galaxy.make_report("1.0", other)
    held = galaxy.send("1.0").json()
    assert held["is_new"]
    assert held["report"].startswith("1.0~")
    assert (live_web.home / folder_of(galaxy) / "1.0.tar.gz").read_bytes() == first
    assert (live_web.home / folder_of(galaxy) / f"{held['report']}.tar.gz").read_bytes() == other
    assert galaxy.send("1.0").json() == {**held, "is_new": False}
    assert galaxy.whoami().json()["uploaded_reports"] == ["1.0"]


def test_other_metadata_of_the_same_archive_are_a_new_version_too(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    galaxy.make_report("1.0")
    galaxy.send("1.0")
    galaxy.make_report("1.0", metadata=metadata_of(archive_of(), galaxy_version="24.2"))
    first = galaxy.send("1.0").json()
    galaxy.make_report("1.0", metadata=metadata_of(archive_of(), galaxy_version="25.0"))
    second = galaxy.send("1.0").json()
    assert first["is_new"]
    assert second["is_new"]
    assert len({"1.0", first["report"], second["report"]}) == 3
    assert len(live_web.stored()) == 6


def test_a_report_that_a_killed_server_left_half_is_completed_by_the_next_upload(
    live_web: LiveWeb, galaxy: GalaxyClient
) -> None:
    galaxy.make_report("1.0")
    galaxy.send("1.0")
    (live_web.home / folder_of(galaxy) / "1.0.json").unlink()
    assert galaxy.whoami().json()["uploaded_reports"] == []
    assert galaxy.run() == {"1.0": 200}
    assert live_web.stored() == [f"{folder_of(galaxy)}/1.0.json", f"{folder_of(galaxy)}/1.0.tar.gz"]


def test_a_report_of_a_later_format_is_held_too(galaxy: GalaxyClient) -> None:
    galaxy.make_report("1.0", metadata=metadata_of(archive_of(), version=4, jobs="of another kind"))
    assert galaxy.run() == {"1.0": 200}


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "nocolon",
        ":",
        "{id}:",
        "{id}:wrong",
        ":{key}",
        "{key}:{id}",
        "1:{key}",
        "{id}:{key}x",
        "Bearer {key}",
        "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207:{key}",
        "' OR 1=1 --:{key}",
        "{id}\t:{key}",
        "9" * 300,
    ],
)
def test_wrong_credentials_are_refused_without_saying_which_part(
    live_web: LiveWeb, galaxy: GalaxyClient, authorization: str | None
) -> None:
    known = galaxy.credentials
    value = (authorization or "").replace("{id}", known.instance_id).replace("{key}", known.key)
    headers = {} if authorization is None else {"Authorization": value}
    for path in ("whoami", "v2/upload", "conf.yml"):
        answer = requests.post(f"{galaxy.url}api/{path}", headers=headers, files=GOOD, timeout=30)
        assert answer.status_code == 401
        said = answer.json()
        assert (said["state"], said["message"]) == ("error", "Credentials are missing or wrong.")
    assert live_web.stored() == []


def test_the_key_of_one_instance_does_not_open_another(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    made = live_web.client.post("/galaxy/api/instances", json={"title": "Other"}, headers=live_web.admin).json()
    mixed = Credentials(galaxy.credentials.instance_id, made["key"])
    assert GalaxyClient(galaxy.url, galaxy.folder, mixed).whoami().status_code == 401


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        ".",
        "..",
        "1.2.3",
        "1.",
        ".5",
        "-1",
        "1e9",
        "1" * 300,
        "../../../../etc/passwd",
        "..%2f..%2fx",
        "1/../2",
        "1\x002",
        "1\n",
        " 1",
        "\u0661\u0662",
        "1~0123456789ab",
        "meta",
    ],
)
def test_an_identifier_that_is_no_unix_time_is_refused(
    live_web: LiveWeb, galaxy: GalaxyClient, identifier: str
) -> None:
    answer = post(galaxy, {**GOOD, "identifier": (None, identifier.encode())})
    assert answer.status_code in {413, 422}
    assert answer.json()["state"] == "error"
    assert live_web.stored() == []


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"[]", "object"),
        (b"null", "object"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 200_000, "deep"),
        (b"{}", "version"),
        (metadata_of(b"", report_hash=None), "report_hash"),
        (metadata_of(b"", report_hash="0" * 64), "report_hash"),
        (metadata_of(b"", report_hash="md5:" + "0" * 32), "report_hash"),
        (metadata_of(b"", report_hash="sha256:" + "0" * 63), "report_hash"),
        (metadata_of(b"", report_hash="sha512:" + "0" * 128), "report_hash"),
        (metadata_of(b"", report_hash=7), "report_hash"),
        (metadata_of(b"", version=4, report_hash="md5:1"), "report_hash"),
        (metadata_of(b"another archive"), "sha256"),
        (metadata_of(archive_of(), generated="99999999999"), "2100"),
        (metadata_of(archive_of(), users=[]), "users"),
    ],
)
def test_bad_metadata_are_refused_with_their_reason(
    live_web: LiveWeb, galaxy: GalaxyClient, metadata: bytes, reason: str
) -> None:
    answer = post(galaxy, {**GOOD, "meta": ("x.json", metadata)})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["state"] == "error"
    assert reason in answer.json()["message"]
    assert live_web.stored() == []


def test_a_report_refused_once_is_sent_again_by_the_next_run(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    galaxy.make_report("1.0", metadata=metadata_of(b"another archive"))
    assert galaxy.run() == {"1.0": 422}
    assert galaxy.run() == {"1.0": 422}
    galaxy.make_report("1.0")
    assert galaxy.run() == {"1.0": 200}


def test_a_hash_in_capital_letters_is_the_same_hash(galaxy: GalaxyClient) -> None:
    metadata = json.loads(metadata_of(archive_of()))
    metadata["report_hash"] = "sha256:" + metadata["report_hash"].removeprefix("sha256:").upper()
    assert post(galaxy, {**GOOD, "meta": ("x.json", json.dumps(metadata))}).status_code == 200


@pytest.mark.parametrize("missing", ["identifier", "meta", "data"])
def test_a_form_without_one_of_its_parts_is_refused(live_web: LiveWeb, galaxy: GalaxyClient, missing: str) -> None:
    answer = post(galaxy, {name: part for name, part in GOOD.items() if name != missing})
    assert answer.status_code == 400
    assert missing in answer.json()["message"]
    assert live_web.stored() == []


@pytest.mark.parametrize("extra", ["another", "data", "meta", "identifier", "", "../x", "a\0b"])
def test_a_form_with_a_part_too_many_is_refused(live_web: LiveWeb, galaxy: GalaxyClient, extra: str) -> None:
    answer = post(galaxy, [*GOOD.items(), (extra, ("x", b"more"))])
    assert answer.status_code == 400
    assert live_web.stored() == []


def test_a_file_name_in_a_part_is_never_used(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    files = {**GOOD, "data": ("../../../../tmp/evil.tar.gz", archive_of()), "meta": ("/etc/evil", GOOD["meta"][1])}
    assert post(galaxy, files).status_code == 200
    folder = folder_of(galaxy)
    assert live_web.stored() == [f"{folder}/1700000000.25.json", f"{folder}/1700000000.25.tar.gz"]


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("", b"", 415),
        ("application/json", b"{}", 415),
        ("application/x-www-form-urlencoded", b"identifier=1.0&meta=x&data=y", 415),
        ("multipart/form-data", b"--x\r\n", 415),
        ("multipart/form-data; boundary=", b"--x\r\n", 415),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n", 400),
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"no boundary at all", 400),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nno-header\r\n\r\nbody\r\n--x--\r\n", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nA: " + b"y" * 100_000, 400),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=data\r\n\r\ncut", 400),
    ],
)
def test_what_is_no_form_is_refused(
    live_web: LiveWeb, galaxy: GalaxyClient, content_type: str, body: bytes, status: int
) -> None:
    headers = {**galaxy.headers, "Content-Type": content_type}
    answer = requests.post(f"{galaxy.url}api/v2/upload", data=body, headers=headers, timeout=30)
    assert answer.status_code == status
    assert answer.json()["state"] == "error"
    assert live_web.stored() == []


@pytest.mark.parametrize(("part", "variable"), [("data", "ARCHIVE"), ("meta", "METADATA")])
def test_a_part_over_its_limit_is_refused_while_it_comes(
    live_web: LiveWeb, galaxy: GalaxyClient, part: str, variable: str
) -> None:
    live_web.set(f"GRT_GALAXY_MAX_{variable}_BYTES", "1000")
    answer = post(galaxy, {**GOOD, part: ("x", b"x" * 3_000_000)})
    assert answer.status_code == 413
    assert "1000 bytes" in answer.json()["message"]
    assert live_web.stored() == []


def test_the_configuration_is_the_one_that_the_scripts_read(live_web: LiveWeb, galaxy: GalaxyClient) -> None:
    answer = requests.post(f"{galaxy.url}api/conf.yml", headers=galaxy.headers, timeout=30)
    read = yaml.safe_load(answer.text)
    assert read == {
        "grt": {
            "instance_id": galaxy.credentials.instance_id,
            "api_key": galaxy.credentials.key,
            "url": galaxy.url,
        },
        "sanitization": {"tools": ["__SET_METADATA__", "upload1"]},
    }
    assert answer.headers["Cache-Control"] == "no-store"
