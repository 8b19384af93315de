"""The line to where files are had: ranges of one file over one connection, and what a server's answer means."""

import http.client
import ssl
import time
from collections.abc import Iterator
from email.utils import mktime_tz, parsedate_tz
from urllib.parse import urlsplit

from .errors import LaterError, RefusedError

BLOCK = 256 << 10
"""Most bytes handled at once: so few that they are still in the processor's cache when they are summed and written."""


def connect(scheme: str, place: str, timeout_s: float) -> http.client.HTTPConnection:
    """A connection, not yet opened."""
    if scheme == "https":
        return http.client.HTTPSConnection(place, timeout=timeout_s, context=ssl.create_default_context())
    return http.client.HTTPConnection(place, timeout=timeout_s)


class Line:
    """One connection to one file, kept open from range to range.

    Args:
        address: Where the file is had.
        size: Its size; a server that has another one is refused.
        timeout_s: Silence after which the connection is given up.
    """

    def __init__(self, address: str, size: int, timeout_s: float) -> None:
        url = urlsplit(address)
        self._path, self._size = url.path, size
        self._connection = connect(url.scheme, url.netloc, timeout_s)
        self._buffer = memoryview(bytearray(BLOCK))

    def close(self) -> None:
        """The connection is closed."""
        self._connection.close()

    def blocks(self, at: int, end: int) -> Iterator[memoryview]:
        """The file's bytes from `at` to `end` in order, each block good until the next; fewer where the server ends.

        Raises:
            RefusedError: The server has no such file, or other bytes.
            LaterError: It cannot now.
        """
        self._connection.request("GET", self._path, headers={"Range": f"bytes={at}-{end - 1}", "User-Agent": "grt"})
        answer = self._connection.getresponse()
        place = _begins(answer, at, end, self._size)
        while place < end and (read := answer.readinto(self._buffer)):
            first, last = max(at - place, 0), min(read, end - place)
            place += read
            if first < last:
                yield self._buffer[first:last]
        if not answer.isclosed():  # the rest of the body would stand before the next answer
            self._connection.close()


def _begins(answer: http.client.HTTPResponse, at: int, end: int, size: int) -> int:
    """The byte that the body begins with: where we asked for, or 0 where the server knows no ranges."""
    if answer.status == 206:
        if answer.headers.get("Content-Range", "") != f"bytes {at}-{end - 1}/{size}":
            raise RefusedError(f"the server has other bytes: {answer.headers.get('Content-Range')}, expected of {size}")
        return at
    if answer.status == 200:
        if answer.headers.get("Content-Length", str(size)) != str(size):
            raise RefusedError(f"the server has {answer.headers.get('Content-Length')} bytes, ENA lists {size}")
        return 0
    told = f"the server answered {answer.status} {answer.reason}"
    if answer.status in {408, 425, 429} or answer.status >= 500:
        raise LaterError(told, retry_after_s(answer.headers.get("Retry-After", "")))
    raise RefusedError(told)


def retry_after_s(text: str) -> float:
    """Seconds that `Retry-After` asks for, as a number or a date (RFC 9110, 10.2.3); 0 where it says nothing."""
    if text.isascii() and text.isdecimal():
        return float(text)
    moment = parsedate_tz(text)
    try:
        return 0.0 if moment is None else mktime_tz((*moment[:9], moment[9] or 0)) - time.time()
    except (ValueError, OverflowError):
        return 0.0
