"""Which names objects may have: the same in every kind of store."""

import re

from grt_platform.kernel.errors import BadInputError

MAX_KEY_BYTES = 900
MAX_PART_BYTES = 255
MAX_PARTS = 100
HIDDEN = ".grt-partial"
"""First part of the keys that stores keep for themselves: never listed, never given out."""

_ILLEGAL = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")


def check_key(key: str) -> str:
    """Returns `key` when it can name an object.

    Raises:
        BadInputError: When it is empty, absolute, too long, or has a part or a character that no key may have.
    """
    fault = _fault(key)
    if fault:
        raise BadInputError(f"{key[:200]!r} cannot name an object: {fault}; use parts of plain text joined by '/'")
    return key


def check_prefix(prefix: str) -> str:
    """Returns `prefix` without a closing slash when it can name a folder; the empty one is the whole store.

    Raises:
        BadInputError: When no key can lie below it.
    """
    return check_key(prefix.removesuffix("/")) if prefix else ""


def is_part(name: str, longest: int = MAX_PART_BYTES) -> bool:
    """Whether `name` can be one part of a key, and has at most `longest` bytes."""
    return not _part_fault(name) and (len(name) * 4 <= longest or len(name.encode()) <= longest)


def _fault(key: str) -> str:
    if key.startswith("/"):
        return "it begins with '/'"
    if len(key.encode(errors="surrogatepass")) > MAX_KEY_BYTES:
        return f"it is longer than {MAX_KEY_BYTES} bytes"
    parts = key.split("/")
    if len(parts) > MAX_PARTS:
        return f"it has more than {MAX_PARTS} parts"
    if parts[0] == HIDDEN:
        return f"{HIDDEN!r} belongs to the store itself"
    return next((fault for part in parts if (fault := _part_fault(part))), "")


def _part_fault(part: str) -> str:
    if not part:
        return "a part is empty"
    if part in {".", ".."}:
        return f"{part!r} is not a name"
    if _ILLEGAL.search(part):
        return "it has a control character, a backslash or a character that is not text"
    if len(part) * 4 > MAX_PART_BYTES and len(part.encode()) > MAX_PART_BYTES:
        return f"a part is longer than {MAX_PART_BYTES} bytes"
    return ""
