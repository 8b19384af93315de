"""A stand-in for DigitalOcean's droplets: its wire format, its slowness to start and to delete, its faults.

Where it has a hall, droplets are machines: what they are told runs, and they are signed in to (`rented.py`).
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from grt_platform_tests.fixtures.http_servers import http_server
from grt_platform_tests.systems.ena.rented import Hall

TOKEN = "dop_v1_test"
_ONE = re.compile(r"/v2/droplets/(\d+)(/actions)?")
_HIDDEN = {"looks", "dying", "user_data"}
_GONE = (404, {"id": "not_found", "message": "The resource you requested could not be found."})


class Cloud:
    """Droplets as the API tells of them: new for some looks, then active; deleting one that is new does nothing."""

    def __init__(self, *, looks_until_active: int = 2, looks_until_gone: int = 1, hall: Hall | None = None) -> None:
        self.droplets: dict[int, dict] = {}
        self.hall = hall
        self.made: list[str] = []
        self.numbers: list[int] = []
        self.answered: list[tuple[str, int]] = []
        self.looks_until_active, self.looks_until_gone = looks_until_active, looks_until_gone
        self.asked: list[str] = []
        self.faults: list[tuple[str, int]] = []
        self.per_page = 200
        self._next = 3164444
        self.lock = threading.RLock()

    def create(self, wish: dict) -> dict:
        self._next += 1
        droplet = {
            "id": self._next,
            "name": wish["name"],
            "status": "new",
            "created_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "size_slug": wish["size"],
            "size": {"slug": wish["size"], "price_hourly": 0.00893, "price_monthly": 6.0},
            "networks": {"v4": [], "v6": []},
            "tags": wish["tags"],
            "looks": 0,
            "dying": None,
            "user_data": wish.get("user_data", ""),
        }
        self.droplets[self._next] = droplet
        self.made.append(wish["name"])
        self.numbers.append(self._next)
        return droplet

    def look(self, droplet: dict) -> dict:
        droplet["looks"] += 1
        if droplet["dying"] is not None:
            droplet["dying"] += 1
            if droplet["dying"] > self.looks_until_gone:
                self.droplets.pop(droplet["id"], None)
                if self.hall is not None:
                    self.hall.end(droplet["id"])
        elif droplet["status"] == "new" and droplet["looks"] >= self.looks_until_active:
            droplet["status"] = "active"
            droplet["networks"]["v4"] = [
                {"ip_address": "10.9.0.7", "type": "private"},
                {"ip_address": self._begin(droplet), "type": "public"},
            ]
        return _shown(droplet)

    def _begin(self, droplet: dict) -> str:
        if self.hall is None or not droplet["user_data"]:
            return f"192.0.2.{droplet['id'] % 250}"
        return self.hall.begin(droplet["id"], droplet["user_data"])

    def act(self, droplet: dict, wish: dict) -> tuple[int, dict]:
        if self.hall is not None and wish.get("type") == "reboot":
            self.hall.reboot(droplet["id"])
        return 201, {"action": {"id": 36804636, "status": "in-progress", "type": wish.get("type")}}

    def answer_about(self, droplet: dict, method: str, body: dict, *, is_action: bool) -> tuple[int, dict | None]:
        if is_action:
            return self.act(droplet, body)
        if method == "DELETE":
            if droplet["status"] == "active":
                droplet["dying"] = droplet["dying"] or 0
            return 204, None
        shown = self.look(droplet)
        return (200, {"droplet": shown}) if droplet["id"] in self.droplets else _GONE

    def answer(self, method: str, path: str, query: dict[str, str], body: dict) -> tuple[int, dict | None]:
        one = _ONE.fullmatch(path)
        if one is not None:
            droplet = self.droplets.get(int(one[1]))
            return _GONE if droplet is None else self.answer_about(droplet, method, body, is_action=bool(one[2]))
        if method == "POST":
            if not re.fullmatch(r"[a-zA-Z0-9.-]{1,253}", body.get("name", "")) or body["size"] == "none":
                return 422, {
                    "id": "unprocessable_entity",
                    "message": "Name Only valid hostname characters are allowed.",
                }
            droplet = self.create(body)
            return 202, {"droplet": _shown(droplet), "links": {}}
        tagged = [one for one in list(self.droplets.values()) if query.get("tag_name") in one["tags"]]
        page, size = int(query.get("page", 1)), min(int(query.get("per_page", 20)), self.per_page)
        shown = [self.look(one) for one in tagged[(page - 1) * size : page * size]]
        links = {"pages": {"next": "more"}} if page * size < len(tagged) else {}
        return 200, {"droplets": shown, "links": links, "meta": {"total": len(tagged)}}


def _shown(droplet: dict) -> dict:
    return {name: value for name, value in droplet.items() if name not in _HIDDEN}


@contextmanager
def serving(cloud: Cloud) -> Iterator[str]:
    with http_server(type("Handler", (_Handler,), {"cloud": cloud})) as address:
        yield address


class _Handler(BaseHTTPRequestHandler):
    cloud: Cloud
    protocol_version = "HTTP/1.1"

    def _do(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        with self.cloud.lock:
            self.cloud.asked.append(f"{self.command} {url.path}")
            fault = next((f for f in self.cloud.faults if f[0] == self.command), None)
            if fault is not None:
                self.cloud.faults.remove(fault)
                if fault[1] >= 0:
                    self._say(fault[1], {"id": "server_error", "message": "Unexpected server-side error"})
                    return
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._say(401, {"id": "unauthorized", "message": "Unable to authenticate you."})
                return
            query = {name: values[-1] for name, values in parse_qs(url.query).items()}
            status, answer = self.cloud.answer(self.command, url.path, query, body)
            self.cloud.answered.append((f"{self.command} {url.path}", status))
        if fault is not None:  # it was done, but the answer is lost
            self.close_connection = True
            self.connection.close()
            return
        self._say(status, answer)

    def do_GET(self) -> None:
        self._do()

    def do_POST(self) -> None:
        self._do()

    def do_DELETE(self) -> None:
        self._do()

    def _say(self, status: int, answer: dict | None) -> None:
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
