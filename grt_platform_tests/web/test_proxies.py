"""A proxy's word counts only when it is trusted, and only as far as the chain of trusted ones goes."""

import pytest
from starlette.requests import Request

from grt_platform.kernel.errors import BadInputError
from grt_platform.web.proxies import _corrected, origin_address, trusted_networks

TRUSTED = trusted_networks("10.0.0.0/8, 127.0.0.1, fd00::/8")


def scope_of(peer: str, *forwarded: str, proto: str = "") -> dict:
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    return {"type": "http", "client": (peer, 1), "headers": headers, "scheme": "http"}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.1.1.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.1.1.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        ("10.1.1.1", ["1.1.1.1, 203.0.113.9, 10.2.2.2"], "203.0.113.9"),
        ("10.1.1.1", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        ("10.1.1.1", ["unknown"], "10.1.1.1"),
        ("10.1.1.1", ["<script>\xff"], "10.1.1.1"),
        ("10.1.1.1", [], "10.1.1.1"),
        ("10.1.1.1", ["10.2.2.2"], "10.1.1.1"),
        ("10.1.1.1", [",".join(["1.1.1.1"] * 10_000 + ["203.0.113.9"])], "203.0.113.9"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_the_client_is_the_last_that_no_trusted_proxy_vouches_for(peer: str, forwarded: list[str], client: str) -> None:
    assert _corrected(scope_of(peer, *forwarded), TRUSTED)["client"][0] == client


@pytest.mark.parametrize(
    ("peer", "proto", "scheme"),
    [("10.1.1.1", "https", "https"), ("192.0.2.1", "https", "http"), ("10.1.1.1", "javascript", "http")],
)
def test_the_scheme_is_believed_from_a_trusted_proxy_alone(peer: str, proto: str, scheme: str) -> None:
    assert _corrected(scope_of(peer, proto=proto), TRUSTED)["scheme"] == scheme


def test_a_setting_that_names_no_network_is_refused() -> None:
    with pytest.raises(BadInputError, match="GRT_TRUSTED_PROXIES"):
        trusted_networks("10.0.0.0/8, proxy.example.org")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_all_addresses_of_one_ipv6_customer_count_as_one(address: str, counted: str) -> None:
    assert origin_address(Request(scope_of(address))) == counted
