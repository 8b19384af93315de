"""Secrets that everybody could guess: a platform on a server does not start with one."""

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from grt_platform.kernel.errors import BadInputError
from grt_platform.settings import Settings, given

LEAST_LETTERS, LEAST_DIFFERENT = 16, 6
_KNOWN = {"admin", "change-me", "change_me", "changeme", "default", "example", "grt", "guest", "minioadmin", "password",
          "postgres", "root", "secret", "test", "weed"}  # fmt: skip


def is_server() -> bool:
    """Whether this is server mode: somebody named the warehouse's Postgres, nothing of it is embedded."""
    return bool(given().warehouse_url.get_secret_value())


def weak_secrets(chosen: Settings) -> Iterator[str]:
    """A sentence for each secret that is empty, short, simple or well known; never the secret itself."""
    for name in ("admin_key", "signing_key"):
        value = getattr(chosen, name).get_secret_value()
        if len(value) < LEAST_LETTERS or len(set(value)) < LEAST_DIFFERENT or _is_known(value):
            what = "is empty" if not value else "is a well-known word or too short"
            yield f"GRT_{name.upper()} {what}: set {LEAST_LETTERS} or more random characters"
    for name in ("warehouse_url", "warehouse_reader_url", "dagster_url", "broker_url"):
        password = urlsplit(getattr(chosen, name).get_secret_value()).password
        if password is not None and _is_known(unquote(password)):
            yield f"The password in GRT_{name.upper()} is a well-known word: change it on that server and there"
    for name in ("s3_secret_key", "oidc_client_secret", "ldap_bind_password", "metrics_token"):
        if _is_known(getattr(chosen, name).get_secret_value()):
            yield f"GRT_{name.upper()} is a well-known word: change it there and here"


def refuse_weak_secrets(chosen: Settings) -> None:
    """Returns in embedded mode, and in server mode when no secret is weak.

    Raises:
        BadInputError: One is.
    """
    found = list(weak_secrets(chosen)) if is_server() else []
    if found:
        raise BadInputError(f"Refused to start on a server: {'; '.join(found)}")


def _is_known(value: str) -> bool:
    return value.strip().lower() in _KNOWN
