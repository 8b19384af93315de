"""Random secrets that are shown once, and the hashes that are kept of them."""

import secrets
from hashlib import sha256

MARK = "grt_"
_SHOWN_LETTERS = len(MARK) + 6
_RANDOM_BYTES = 32


def new_token() -> str:
    """A personal access token: `grt_` and 256 random bits."""
    return MARK + secrets.token_urlsafe(_RANDOM_BYTES)


def new_password() -> str:
    """A first password for a person: 120 random bits in groups that can be typed."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(5))


def new_cookie() -> str:
    """The value of a cookie: 256 random bits."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def shown_prefix(token: str) -> str:
    """What may be shown of a token for ever, so that its owner recognises it; 220 bits stay unknown."""
    return token[:_SHOWN_LETTERS]


def hashed(secret: str) -> str:
    """What is kept of a secret; a plain hash is enough for 256 random bits."""
    return sha256(secret.encode()).hexdigest()
