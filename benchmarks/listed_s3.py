"""An S3 server that can only list, and makes its keys up: as many as one likes, none of which was ever put.

`python -m benchmarks.listed_s3 PORT ARCHIVES INSTANCES` answers ListObjectsV2 (start-after, continuation, delimiter)
and HEAD about pairs of galaxy archives spread evenly over instances, in bucket `made`; it looks at no signature.
"""

import sys
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "made"
_PAGE = 1000
_FACTS = "<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;made&quot;</ETag><Size>1</Size>"


def instance_of(number: int) -> str:
    """The id of an instance."""
    return f"{number:08x}-20f4-4b1e-8c0d-7d1f4d1e2207"


@dataclass(frozen=True)
class Made:
    """The keys, in order."""

    archives: int
    instances: int

    def key(self, number: int) -> str:
        """One of them."""
        archive, kind = divmod(number, 2)
        instance, report = divmod(archive, self.archives // self.instances)
        suffix = ("json", "tar.gz")[kind]
        return f"galaxy/{instance_of(instance)}/archives/{1_656_720_000 + report}.0.{suffix}"

    def listed(self, prefix: str, after: str) -> str:
        """A page of a listing, as XML."""
        numbers = range(self.archives // self.instances * self.instances * 2)
        first = max(bisect_left(numbers, prefix, key=self.key), bisect_right(numbers, after, key=self.key))
        end = bisect_left(numbers, f"{prefix}\U0010ffff", key=self.key)
        last = min(first + _PAGE, end)
        keys = [self.key(number) for number in range(first, last)]
        more = f"<NextContinuationToken>{escape(keys[-1])}</NextContinuationToken>" if last < end else ""
        found = "".join(f"<Contents><Key>{escape(key)}</Key>{_FACTS}</Contents>" for key in keys)
        return _result(found + more, is_truncated=bool(more))

    def folders(self) -> str:
        """The folders of all instances, as XML, in one page."""
        prefixes = (f"galaxy/{instance_of(number)}/" for number in range(self.instances))
        found = "".join(f"<CommonPrefixes><Prefix>{prefix}</Prefix></CommonPrefixes>" for prefix in prefixes)
        return _result(found, is_truncated=False)

    def has(self, key: str) -> bool:
        """Whether it is one of them."""
        numbers = range(self.archives // self.instances * self.instances * 2)
        found = bisect_left(numbers, key, key=self.key)
        return found < len(numbers) and self.key(found) == key


def _result(inside: str, *, is_truncated: bool) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>{BUCKET}</Name><IsTruncated>{str(is_truncated).lower()}</IsTruncated>{inside}</ListBucketResult>"
    )


class Handler(BaseHTTPRequestHandler):
    """Answers requests about `made`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    made: Made

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        """A listing."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        after = asked.get("continuation-token") or asked.get("start-after", "")
        is_cut = asked.get("delimiter") and asked.get("prefix") == "galaxy/"
        text = self.made.folders() if is_cut else self.made.listed(asked.get("prefix", ""), after)
        self._answer(HTTPStatus.OK, text.encode())

    def do_HEAD(self) -> None:
        """Whether there is such an object."""
        key = unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")
        self._answer(HTTPStatus.OK if self.made.has(key) else HTTPStatus.NOT_FOUND, b"x")

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/xml")
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.send_header("ETag", '"made"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def main() -> None:
    """Serves until it is ended."""
    port, archives, instances = map(int, sys.argv[1:])
    handler = type("MadeHandler", (Handler,), {"made": Made(archives, instances)})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        server.serve_forever()


if __name__ == "__main__":
    main()
