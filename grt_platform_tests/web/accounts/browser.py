"""A browser: keeps cookies, says where a request comes from, fills in the forms of a page; follows no redirect."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import httpx

from grt_platform.adapters.accounts.passwords import Passwords
from grt_platform.adapters.accounts.users import add_user
from grt_platform_tests.fixtures.web import LiveWeb

PASSWORD = "correct horse battery staple"
_FIELD = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')


@cache
def hash_of(password: str) -> str:
    """Cheap parameters, so that the first sign-in renews the hash."""
    return Passwords(8, memory_kib=8, rounds=1).hashed(password)


def person_with_password(live_web: LiveWeb, name: str = "ann", *, is_admin: bool = False) -> str:
    """Somebody who signs in with PASSWORD; returns the id."""
    kept = hash_of(PASSWORD)
    return add_user(live_web.warehouse, name, datetime.now(UTC), is_admin=is_admin, password_hash=kept)


class Browser:
    """One browser, signed out at first."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client, self._url = client, url

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self._client.cookies.items())

    @property
    def session(self) -> str:
        """The value of the cookie of the sign-in."""
        return next((value for name, value in self.cookies.items() if "session" in name), "")

    def plant(self, name: str, value: str) -> None:
        """A cookie that somebody else put there."""
        self._client.cookies.set(name, value, domain="127.0.0.1", path="/")

    def forget(self) -> None:
        """All cookies are gone."""
        self._client.cookies.clear()

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._client.get(path, headers={"Sec-Fetch-Site": "none", **named(headers)})

    def token_on(self, path: str) -> str:
        """The token in the forms of a page."""
        found = _FIELD.search(self.get(path).text)
        return found[1] if found else ""

    def post(self, path: str, fields: dict[str, object] | None = None, **headers: str) -> httpx.Response:
        """A form of ours, as a browser sends it."""
        own = {"Origin": self._url, "Sec-Fetch-Site": "same-origin"}
        return self._client.post(path, data=fields or {}, headers={**own, **named(headers)})

    def sign_in(self, name: str = "ann", password: str = PASSWORD, wanted: str = "/account") -> httpx.Response:
        fields = {"name": name, "password": password, "next": wanted, "csrf_token": self.token_on("/sign-in")}
        return self.post("/sign-in", fields)

    def submit(self, path: str, page: str = "/account", **fields: object) -> httpx.Response:
        """Fills in a form of a page and sends it."""
        return self.post(path, {"csrf_token": self.token_on(page), **fields})


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@contextmanager
def browser(live_web: LiveWeb) -> Iterator[Browser]:
    """A fresh browser."""
    accepts = {"Accept": "text/html,application/xhtml+xml", "User-Agent": "TestBrowser/1.0"}
    with httpx.Client(base_url=live_web.url, timeout=30, headers=accepts) as client:
        yield Browser(client, live_web.url)


def events(live_web: LiveWeb) -> list[tuple[str, str, str, str]]:
    """What the audit tells, the oldest first."""
    rows = live_web.warehouse.fetch(
        "SELECT action, name, outcome, coalesce(reason, '') AS reason FROM identity.audit ORDER BY happened_at"
    )
    return [tuple(row.values()) for row in rows]
