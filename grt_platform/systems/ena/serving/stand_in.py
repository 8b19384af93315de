"""A stand-in for ENA on this machine: the portal API and the files of a few runs, for the demo, tests and rehearsals.

It speaks the real formats (tab-separated answers, ranges of files) and can misbehave as the real one does.
"""

import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

_TAXON = re.compile(r"tax_(?:tree|eq)\((\d+)\)")
_BOUND = re.compile(r"(first_public|last_updated)([<>]=)(\d{4}-\d{2}-\d{2})")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
Run = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """How one request is answered instead: a status with words, a body as it is, or a body that breaks off.

    Attributes:
        status: The status; 0 closes the connection without a word.
        body: Sent instead of the right one; None sends the right one.
        cut_at: The connection ends after so many bytes of the body, though more were promised.
        headers: Sent besides.
        pause_s: Seconds of silence before the answer.
    """

    status: int = 200
    body: bytes | None = None
    cut_at: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    pause_s: float = 0.0


class StandIn:
    """One stand-in: what it knows, and what it was asked.

    Args:
        runs: Rows of `read_run`: texts by field; `tax_id` and `ancestors` (taxon ids, blank-separated) place them.
        files: Bytes of files by their path below the server's root.
        fault: Tells how the n-th request (from 1) of a path is answered, None for rightly.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        files: Mapping[str, bytes],
        fault: Callable[[str, int], Fault | None] | None = None,
    ) -> None:
        self.runs, self.files, self.fault = list(runs), dict(files), fault or _never
        self.asked: list[str] = []
        self._lock, self.at_once, self.most_at_once, self.sent = threading.Lock(), 0, 0, 0
        self.knows_ranges, self.connections = True, 0

    def connect(self) -> None:
        """Somebody has opened a connection."""
        with self._lock:
            self.connections += 1

    def begin(self, path: str) -> int:
        """A request begins; returns which one of its path it is."""
        with self._lock:
            self.asked.append(path)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            return self.asked.count(path)

    def end(self, sent: int) -> None:
        """A request has ended, after so many bytes of a body."""
        with self._lock:
            self.at_once -= 1
            self.sent += sent

    def answer(self, path: str, params: Mapping[str, str]) -> bytes:
        """The right body for a question to the portal."""
        if path.endswith("/returnFields"):
            names = sorted({name for run in self.runs for name in run if name != "ancestors"})
            return "".join(f"{name}\t\n" for name in ["columnId", *names]).encode()
        found = [run for run in self.runs if _is_asked(run, params.get("query", ""))]
        if path.endswith("/count"):
            return f"count\n{len(found)}\n".encode()
        names = params.get("fields", "run_accession").split(",")
        rows = (names, *([run.get(name, "") for name in names] for run in found))
        return "".join("\t".join(row) + "\n" for row in rows).encode()


@contextmanager
def serving(stand_in: StandIn, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of the stand-in while it serves on this machine alone; with `tls` over https, as `localhost`."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"stand_in": stand_in}))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="ena stand-in")
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}" if tls else f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _is_asked(run: Run, query: str) -> bool:
    taxon = _TAXON.search(query)
    places = {run.get("tax_id", ""), *(run.get("ancestors", "").split() if "tax_tree" in query else ())}
    if taxon is None or taxon[1] not in places:
        return False
    alternatives = (part.strip("() ").split(" OR ") for part in query.split(" AND ")[1:])
    return all(any(_holds(run, bound) for bound in each) for each in alternatives)


def _holds(run: Run, bound: str) -> bool:
    match = _BOUND.fullmatch(bound)
    if match is None:
        return False
    value = run.get(match[1], "")
    return value >= match[3] if match[2] == ">=" else value <= match[3]


class _Handler(BaseHTTPRequestHandler):
    """Answers requests as a stand-in tells."""

    stand_in: StandIn
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        """A connection is open."""
        self.stand_in.connect()
        super().setup()

    def do_GET(self) -> None:
        """Answer one request."""
        url = urlsplit(self.path)
        path = unquote(url.path)
        number = self.stand_in.begin(path)
        sent = 0
        try:
            params = {name: values[-1] for name, values in parse_qs(url.query).items()}
            sent = self._answer(path, params, self.stand_in.fault(path, number))
        finally:
            self.stand_in.end(sent)

    def _answer(self, path: str, params: Mapping[str, str], fault: Fault | None) -> int:
        if fault is not None:
            time.sleep(fault.pause_s)
            if not fault.status:
                self.close_connection = True
                return 0
        status, body, headers = self._right(path, params)
        if fault is not None:
            body = body if fault.body is None else fault.body
            status = status if fault.status == HTTPStatus.OK else fault.status
        cut = fault.cut_at if fault is not None else None
        return self._send(status, {**headers, **(fault.headers if fault else {})}, body, cut)

    def _right(self, path: str, params: Mapping[str, str]) -> tuple[int, bytes | memoryview, dict[str, str]]:
        if "/portal/" in path:
            return HTTPStatus.OK, self.stand_in.answer(path, params), {"Content-Type": "text/tab-separated-values"}
        body = self.stand_in.files.get(path.lstrip("/"))
        if body is None:
            return HTTPStatus.NOT_FOUND, b'{"message": "not found"}', {"Content-Type": "application/json"}
        asked = _RANGE.fullmatch(self.headers.get("Range", ""))
        if asked is None or not self.stand_in.knows_ranges:
            return HTTPStatus.OK, body, {"Accept-Ranges": "bytes"}
        first, last = int(asked[1]), min(int(asked[2] or len(body) - 1), len(body) - 1)
        if first > last:
            return HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", {"Content-Range": f"bytes */{len(body)}"}
        told = {"Content-Range": f"bytes {first}-{last}/{len(body)}"}
        return HTTPStatus.PARTIAL_CONTENT, memoryview(body)[first : last + 1], told

    def _send(self, status: int, headers: Mapping[str, str], body: bytes | memoryview, cut_at: int | None) -> int:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:cut_at])
        if cut_at is not None:
            self.close_connection = True
        return len(body[:cut_at])

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: what was asked stands in `StandIn.asked`."""


def _never(_path: str, _number: int) -> Fault | None:
    return None
