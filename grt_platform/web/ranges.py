"""The Range header of HTTP (RFC 9110, section 14) for one range; several at once are answered with the whole."""

import re

_ONE_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,18})-(?P<last>[0-9]{0,18})|-(?P<suffix>[0-9]{1,18}))")


class UnsatisfiableError(Exception):
    """The range begins behind the end."""


def read_range(header: str | None, size_bytes: int) -> range | None:
    """The bytes asked for, None for the whole: without a header, or with one that means nothing to us.

    Raises:
        UnsatisfiableError: When none of the bytes asked for exists.
    """
    found = _ONE_RANGE.fullmatch((header or "").strip())
    if found is None:
        return None
    if found["suffix"] is not None:
        first, last = max(0, size_bytes - int(found["suffix"])), size_bytes - 1
    else:
        first, last = int(found["first"]), min(int(found["last"] or size_bytes - 1), size_bytes - 1)
        if found["last"] and int(found["last"]) < first:
            return None
    if first > last:
        raise UnsatisfiableError
    return range(first, last + 1)
