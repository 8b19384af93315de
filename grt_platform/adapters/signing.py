"""Signed URLs of folder stores: who holds one may do one thing to one object for a while."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from grt_platform.kernel.errors import BadInputError

MAX_EXPIRES_S = 3600
_CLOCKS_APART_S = 900  # of two web doors

_NUMBER = re.compile(r"[0-9]{1,15}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Grant:
    """What one URL allows.

    Args:
        method: GET (which covers HEAD) or PUT.
        store: Name of the store.
        key: The object.
        expires: Second of the Unix clock from which on it is void.
        size_bytes: The exact size of a body that is PUT; None allows any.
        sha256: Its hash, in lower-case hexadecimal; None allows any.
        md5: The same for its MD5.
        is_new: Whether a PUT is refused once there is an object.
    """

    method: str
    store: str
    key: str
    expires: int
    size_bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None
    is_new: bool = False


def check_terms(expires_s: int, size_bytes: int | None, sha256: str | None, md5: str | None = None) -> None:
    """Returns when a URL can be signed on these terms.

    Raises:
        BadInputError: When one of them makes no sense.
    """
    if not 0 < expires_s <= MAX_EXPIRES_S:
        raise BadInputError(f"a signed URL lives 1 to {MAX_EXPIRES_S} seconds, not {expires_s}")
    if size_bytes is not None and size_bytes < 0:
        raise BadInputError(f"a file cannot have {size_bytes} bytes")
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise BadInputError(f"{sha256!r} is no sha256: give 64 hexadecimal digits in lower case")
    if md5 is not None and not _MD5.fullmatch(md5):
        raise BadInputError(f"{md5!r} is no MD5: give 32 hexadecimal digits in lower case")


def sign_url(secret: bytes, web_url: str, grant: Grant) -> str:
    """The URL below `web_url` that carries `grant`."""
    query = {"method": grant.method, "expires": str(grant.expires)}
    if grant.size_bytes is not None:
        query["size"] = str(grant.size_bytes)
    if grant.sha256 is not None:
        query["sha256"] = grant.sha256
    if grant.md5 is not None:
        query["md5"] = grant.md5
    if grant.is_new:
        query["new"] = "1"
    query["signature"] = _signature(secret, grant)
    return f"{web_url.rstrip('/')}/objects/{quote(grant.store, safe='')}/{quote(grant.key)}?{urlencode(query)}"


def read_grant(method: str, store: str, key: str, query: Mapping[str, str]) -> Grant:
    """What a request asks for by its own words; nothing of it is proven before `verify`.

    Raises:
        BadInputError: When the query of the URL is not one that `sign_url` makes, or is for another method.
    """
    size, sha256, md5 = query.get("size"), query.get("sha256"), query.get("md5")
    if query.get("method") != method:
        raise BadInputError(f"this URL is not signed for {method}; ask for one that is")
    if not _NUMBER.fullmatch(query.get("expires", "")) or (size is not None and not _NUMBER.fullmatch(size)):
        raise BadInputError("this URL has a damaged query; use it exactly as it was given")
    if (sha256 is not None and not _SHA256.fullmatch(sha256)) or (md5 is not None and not _MD5.fullmatch(md5)):
        raise BadInputError("this URL has a damaged query; use it exactly as it was given")
    size_bytes, is_new = None if size is None else int(size), query.get("new") == "1"
    return Grant(method, store, key, int(query["expires"]), size_bytes, sha256, md5, is_new)


def verify(secret: bytes, grant: Grant, signature: str, *, now: float) -> None:
    """Returns when `signature` is ours, made for exactly this grant, and the grant still holds.

    Raises:
        BadInputError: When one of these is not so. Wrong signatures are told from right ones in constant time.
    """
    if not secret or not hmac.compare_digest(_signature(secret, grant).encode(), signature.encode(errors="replace")):
        raise BadInputError("the signature does not fit this URL; use it exactly as it was given")
    if not now < grant.expires <= now + MAX_EXPIRES_S + _CLOCKS_APART_S:
        raise BadInputError("this URL has expired; ask for a new one")


def _signature(secret: bytes, grant: Grant) -> str:
    size = "" if grant.size_bytes is None else str(grant.size_bytes)
    terms = (size, grant.sha256 or "", grant.md5 or "", "new" if grant.is_new else "")
    words = ("grt2", grant.method, grant.store, grant.key, str(grant.expires), *terms)
    message = b"".join(b"%d:%s" % (len(word), word) for word in (each.encode() for each in words))
    return hmac.new(secret, message, hashlib.sha256).hexdigest()
