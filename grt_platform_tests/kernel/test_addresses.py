"""Addresses of our own services."""

import pytest

from grt_platform.kernel.addresses import http_url


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("grt.example", "http://grt.example:80"), ("::1", "http://[::1]:80")],
)
def test_an_ipv6_address_stands_in_brackets(host: str, url: str) -> None:
    assert http_url(host, 80) == url
