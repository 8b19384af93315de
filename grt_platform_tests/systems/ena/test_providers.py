"""DigitalOcean by its own client, against a server with its wire format and its faults."""

import pytest

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.systems.ena.providers import MOST_USER_DATA_BYTES, DigitalOcean, Order
from grt_platform_tests.systems.ena.cloud import TOKEN, Cloud, serving

ORDER = Order("grt-t562-0123456789abcdef", "#cloud-config\n")


@pytest.fixture
def cloud():
    cloud = Cloud()
    with serving(cloud) as url:
        cloud.url = url
        yield cloud


def provider(cloud: Cloud, token: str = TOKEN, **change: str) -> DigitalOcean:
    wish = {"region": "fra1", "size": "s-1vcpu-1gb", "image": "debian-12-x64", **change}
    return DigitalOcean(token, cloud.url, "grt-test", **wish)


def test_a_droplet_has_no_address_until_it_is_active(cloud):
    machine = provider(cloud).create(ORDER)
    assert (machine.name, machine.ip, machine.is_active) == (ORDER.name, None, False)
    assert provider(cloud).get(machine.machine_id).ip is None
    active = provider(cloud).get(machine.machine_id)
    assert active.is_active
    assert active.ip.startswith("192.0.2.")
    assert str(active.price_usd_per_h) == "0.00893"


def test_the_same_order_is_one_droplet_even_when_the_first_answer_was_lost(cloud):
    cloud.faults = [("POST", -1)]
    ours = provider(cloud)
    with pytest.raises(UnavailableError, match="did not answer"):
        ours.create(ORDER)
    first = ours.create(ORDER)
    assert ours.create(ORDER).machine_id == first.machine_id
    assert list(cloud.droplets) == [int(first.machine_id)]


def test_all_pages_are_listed_and_only_droplets_of_this_installation(cloud):
    cloud.per_page = 3
    ours = provider(cloud)
    for number in range(8):
        cloud.create({"name": f"m{number}", "size": "s", "tags": ["grt-test"]})
    cloud.create({"name": "stranger", "size": "s", "tags": ["other"]})
    assert [machine.name for machine in ours.list()] == [f"m{number}" for number in range(8)]


def test_a_droplet_that_is_still_new_survives_its_deletion_so_only_looking_tells(cloud):
    ours = provider(cloud)
    machine = ours.create(ORDER)
    ours.destroy(machine.machine_id)
    for _ in range(3):
        assert ours.get(machine.machine_id) is not None
    ours.destroy(machine.machine_id)
    while ours.get(machine.machine_id) is not None:
        pass
    ours.destroy(machine.machine_id)
    assert cloud.droplets == {}


def test_a_wrong_token_is_told_with_its_setting(cloud):
    with pytest.raises(BadInputError, match="GRT_DIGITALOCEAN_TOKEN"):
        provider(cloud, token="wrong").list()


def test_what_digitalocean_refuses_is_told_in_its_words(cloud):
    with pytest.raises(BadInputError, match="valid hostname"):
        provider(cloud).create(Order("not a host", ""))


def test_too_much_user_data_is_refused_before_asking(cloud):
    with pytest.raises(BadInputError, match="user data"):
        provider(cloud).create(Order("m", "x" * (MOST_USER_DATA_BYTES + 1)))
    assert cloud.asked == []


def test_an_error_of_the_server_is_asked_again_then_unavailable(cloud):
    cloud.faults = [("GET", 500)]
    assert provider(cloud).list() == []
    cloud.url = "http://127.0.0.1:1"
    with pytest.raises(UnavailableError, match="did not answer"):
        provider(cloud).list()


def test_the_token_never_goes_over_an_open_line_to_elsewhere():
    with pytest.raises(BadInputError, match="https"):
        DigitalOcean(TOKEN, "http://cloud.example", "t", region="r", size="s", image="i")
