"""The controller killed at every step: it converges, no machine is doubled, forgotten, or gone early."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from grt_platform.adapters.process import launched
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.settings import settings
from grt_platform.systems.ena.logic.stages import Status
from grt_platform.systems.ena.serving.rehearsal import TAXON, rehearsal
from grt_platform.systems.ena.serving.stand_in import Fault, StandIn
from grt_platform.systems.ena.serving.stand_in import serving as serving_ena
from grt_platform.systems.ena.tracker import Tracker
from grt_platform.systems.ena.workshop import Workshop
from grt_platform_tests.fixtures.postgres import free_port
from grt_platform_tests.fixtures.sshd import make_key, refuse_without_programs
from grt_platform_tests.systems.ena import controller
from grt_platform_tests.systems.ena.cloud import TOKEN, Cloud
from grt_platform_tests.systems.ena.cloud import serving as serving_cloud
from grt_platform_tests.systems.ena.rented import Hall
from grt_platform_tests.systems.ena.shop import settings_of, settle

pytestmark = pytest.mark.slow

BAD = "ERR9000002_1.fastq.gz"


@pytest.fixture
def cloud(tmp_path):
    """A stand-in for DigitalOcean whose droplets run, each behind a real sshd with the host key it was made with."""
    refuse_without_programs()
    hall = Hall(tmp_path / "hall", free_port())
    cloud = Cloud(hall=hall)
    try:
        with serving_cloud(cloud) as url:
            cloud.url = url
            yield cloud
    finally:
        hall.close()


@pytest.fixture
def rented(tmp_path, cloud, live_web):
    """The settings of an installation that rents droplets, which report to a real web door."""
    make_key(tmp_path / "key")
    user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
    return {
        "ena_provider": "digitalocean",
        "digitalocean_url": cloud.url,
        "digitalocean_token": TOKEN,
        "ena_ssh_key": str(tmp_path / "key"),
        "ena_ssh_port": cloud.hall.port,
        "ena_ssh_user": user,
        "ena_callback_url": live_web.url,
        "ena_poll_s": 2,
        "ena_nextflow": False,
    }


def wrong_at_first(stand_in: StandIn) -> Callable[[str, int], Fault | None]:
    """The first worker of one batch gets wrong bytes of the right size, so that a person must look."""
    [path] = [path for path in stand_in.files if path.endswith(BAD)]
    wrong = bytes(len(stand_in.files[path]))
    return lambda asked, number: Fault(body=wrong) if asked.endswith(BAD) and number <= 2 else None


def walk(home: Path, warehouse_url: str, url: str, **change: object) -> dict:
    """What the program of dying controllers tells in the end."""
    Tracker(Warehouse(warehouse_url)).add([str(TAXON)], datetime.now(UTC))
    program = [sys.executable, "-m", controller.__name__, str(home), warehouse_url, url, json.dumps(change)]
    done = subprocess.run(launched(program), capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def assert_whole(told: dict, provider: str, home: Path, warehouse_url: str, stand_in: StandIn) -> None:
    assert told["wrong"] == []
    assert (told["code"], told["attention"], told["is_complete"]) == (0, "", True)
    assert set(told["died"]) == controller.places(provider)
    assert any(BAD in reason for reason in told["reasons"])
    rows = warehouse_rows(warehouse_url)
    assert len(rows) == 11
    reads = home / "ena" / "reads" / str(TAXON)
    by_name = {path.rsplit("/", 1)[1]: body for path, body in stand_in.files.items()}
    assert all((reads / row["path"]).read_bytes() == by_name[Path(row["path"]).name] for row in rows)
    states = Warehouse(warehouse_url).fetch("SELECT DISTINCT state FROM ena.machines")
    assert [row["state"] for row in states] == ["destroyed"]


def test_killed_at_every_step_with_workers_here_everything_comes_home_and_none_is_left(tmp_path, warehouse_url):
    stand_in = rehearsal()
    stand_in.fault = wrong_at_first(stand_in)
    with serving_ena(stand_in) as url:
        told = walk(tmp_path, warehouse_url, url, ena_provider="local")
        left = Workshop(settings_of(tmp_path, warehouse_url, url)).kit("local").provider.list()
    assert_whole(told, "local", tmp_path, warehouse_url, stand_in)
    assert left == []


@pytest.mark.service
def test_killed_at_every_step_droplets_bring_everything_home_and_each_is_confirmed_gone(
    tmp_path, live_web, cloud, rented
):
    stand_in, warehouse_url = rehearsal(), settings().warehouse_url.get_secret_value()
    stand_in.fault = wrong_at_first(stand_in)
    cloud.faults = [("POST", -1), ("GET", 500), ("DELETE", 503), ("DELETE", -1)]
    with serving_ena(stand_in) as url:
        told = walk(tmp_path, warehouse_url, url, **rented)
    assert_whole(told, "digitalocean", tmp_path, warehouse_url, stand_in)
    assert (cloud.faults, cloud.droplets, cloud.hall.machines) == ([], {}, {})
    assert len(cloud.made) == len(set(cloud.made)) == 2
    for number in cloud.numbers:
        said = [each for each in cloud.answered if each[0].endswith(f"/{number}")]
        assert said[-1] == (f"GET /v2/droplets/{number}", 404)
        assert (f"DELETE /v2/droplets/{number}", 204) in said
    quiet, loud = sorted(cloud.hall.logs, key=len)
    assert quiet == ""  # its report was taken
    assert "MD5 sum" in loud
    assert re.search("home did not take the report: status 4(01|09)", loud)  # a restarted droplet has its first token


@pytest.mark.service
def test_who_pretends_to_be_a_droplet_gets_nothing_and_what_costs_is_told_until_a_person_has_looked(
    tmp_path, live_web, cloud, rented
):
    stand_in, warehouse = rehearsal(), settings().warehouse_url.get_secret_value()
    cloud.hall.is_forging = True
    with serving_ena(stand_in) as url:
        shop = Workshop(settings_of(tmp_path, warehouse, url, **{**rented, "ena_callback_url": "http://127.0.0.1:1"}))
        shop.tracker.add([str(TAXON)], datetime.now(UTC))
        settle(shop)
        taxon = shop.tracker.get(TAXON)
        assert "the machine is not the one that was made" in taxon.needs_attention
        assert taxon.droplet_ips[0] in {machine.address for machine in cloud.hall.machines.values()}
        shop.tending().tend()
        assert len(cloud.droplets) == 2
        cloud.create({"name": "forgotten", "size": "s", "tags": ["grt-ena"]})
        report = shop.costs()
        assert (len(report.lines), report.strangers) == (2, ("forgotten",))
        assert report.usd >= 2 * Decimal("0.00893")
        cloud.hall.is_forging = False
        for number in list(cloud.hall.machines):
            cloud.hall.reboot(number)
        shop.tracker.clear(TAXON, datetime.now(UTC))
        settle(shop)
    assert shop.tracker.get(TAXON).last_run_status == Status.COMPLETE
    assert [droplet["name"] for droplet in cloud.droplets.values()] == ["forgotten"]
    assert len(warehouse_rows(warehouse)) == 11


def warehouse_rows(url: str) -> list[dict]:
    return Warehouse(url).fetch("SELECT path, md5 FROM ena.fetched_reads")
