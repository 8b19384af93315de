"""Secrets of one machine, made again from the installation's key whenever they are needed, so they are kept nowhere."""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def callback_token(key: bytes, batch_id: str, attempt: int) -> str:
    """The token that one attempt of a batch reports with: 64 digits, as good as random to who has not the key."""
    return _derived(key, "callback", batch_id, attempt).hex()


def is_token(given: str, key: bytes, batch_id: str, attempt: int) -> bool:
    """Whether `given` is that token, told in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), callback_token(key, batch_id, attempt).encode())


def host_key(key: bytes, batch_id: str) -> tuple[str, str]:
    """The ssh host key of a batch's machine: private in OpenSSH's form, and public as `ssh-ed25519 AAAA...`."""
    pair = Ed25519PrivateKey.from_private_bytes(_derived(key, "host key", batch_id, 0))
    private = pair.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    return private, pair.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def _derived(key: bytes, purpose: str, batch_id: str, attempt: int) -> bytes:
    words = (b"grt ena 1", purpose.encode(), batch_id.encode(), str(attempt).encode())
    return hmac.new(key, b"".join(b"%d:%s" % (len(word), word) for word in words), hashlib.sha256).digest()
