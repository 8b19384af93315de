"""What this person signs in with at which platform: the keyring of the desktop, else a file that only he may read."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from grt_platform.adapters.private_file import write_private
from grt_platform.kernel.errors import BadInputError

_SERVICE = "grt_platform"


@dataclass(slots=True)
class _Kept:
    """The contents of the file: the platform signed in to last, and tokens that no keyring took."""

    url: str = ""
    tokens: dict[str, str] = field(default_factory=dict)


def stored_token(url: str) -> str | None:
    """The token that `grt login` stored for the platform at this address."""
    kept = _read()
    if url in kept.tokens or not kept.url:  # a keyring is slow to ask, and has nothing when nobody ever signed in
        return kept.tokens.get(url)
    import keyring

    try:
        return keyring.get_password(_SERVICE, url)
    except keyring.errors.KeyringError:
        return None


def store_token(url: str, token: str) -> str:
    """The token is kept for the platform at this address, the next one asked; returns where it is, in words."""
    import keyring

    kept = _read()
    kept.url = url
    kept.tokens.pop(url, None)
    where = "the keyring"
    try:
        keyring.set_password(_SERVICE, url, token)
    except keyring.errors.KeyringError:
        kept.tokens[url] = token
        where = str(_file())
    _write(kept)
    return where


def forget_token(url: str) -> None:
    """Nothing is kept for the platform at this address any more."""
    import keyring

    kept = _read()
    kept.tokens.pop(url, None)
    kept.url = "" if kept.url == url else kept.url
    if _file().exists():
        _write(kept)
    try:
        keyring.delete_password(_SERVICE, url)
    except keyring.errors.KeyringError:  # it held nothing, or there is none
        return


def last_url() -> str:
    """Address of the platform that this person signed in to last; empty when he never did."""
    return _read().url


def _file() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "grt" / "login.json"


def _read() -> _Kept:
    path = _file()
    try:
        if path.stat().st_mode & 0o077:
            raise BadInputError(f"{path} holds tokens and others may read it: run `chmod 600 {path}`")
        raw = json.loads(path.read_text())
        return _Kept(str(raw["url"]), {str(url): str(token) for url, token in raw["tokens"].items()})
    except FileNotFoundError:
        return _Kept()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInputError(f"{path} cannot be read ({error}): remove it and run `grt login`") from error


def _write(kept: _Kept) -> None:
    _file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(_file(), json.dumps(asdict(kept), indent=2) + "\n")
