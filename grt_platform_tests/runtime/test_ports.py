"""Ports: remembered while they are free, replaced with a word when they are not, never taken from a person's hands."""

import socket
from collections.abc import Iterator

import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.runtime.ports import choose_port, free_port, is_free


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_first_choice_is_free_and_silent() -> None:
    ports: dict[str, int] = {}
    assert choose_port("web", 0, ports) == ""
    assert is_free(ports["web"])


def test_a_remembered_port_is_kept() -> None:
    ports = {"web": free_port(set())}
    before = dict(ports)
    assert choose_port("web", 0, ports) == ""
    assert ports == before


def test_a_remembered_port_in_use_by_others_is_replaced_and_said(busy: int) -> None:
    ports = {"web": busy}
    said = choose_port("web", 0, ports)
    assert ports["web"] != busy
    assert said == f"port {busy} of web is in use by something else, it is {ports['web']} now"


def test_a_port_that_a_person_set_is_never_replaced(busy: int) -> None:
    ports: dict[str, int] = {}
    with pytest.raises(BadInputError, match=rf"Port {busy} on 127\.0\.0\.1 is in use: .* GRT_WEB_PORT"):
        choose_port("web", busy, ports)


def test_a_port_that_a_person_set_wins_over_the_remembered_one() -> None:
    wanted = free_port(set())
    ports = {"web": free_port({wanted})}
    choose_port("web", wanted, ports)
    assert ports == {"web": wanted}


def test_no_port_is_given_twice() -> None:
    ports: dict[str, int] = {}
    for number in range(50):
        choose_port(f"service {number}", 0, ports)
    assert len(set(ports.values())) == 50
