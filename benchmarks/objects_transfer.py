"""Objects there and back: `grt objects` against curl with one signed URL, same server, same loopback, same file.

Run: .venv/bin/python -m benchmarks.objects_transfer [--mib 512] [--rounds 3]
Rounds are interleaved; the ratio is of medians. CPU is that of the client with its children, and of the server.
"""

import argparse
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.server import durable_postgres
from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.migrate import upgrade
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.runtime.ports import free_port

_MIB = 1 << 20
_KEY = "a-key-of-the-benchmark"


def main() -> None:
    """Prints the medians as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="grt-bench-") as name, durable_postgres(Path(name)) as postgres:
        upgrade(postgres.url())
        create_project(Warehouse(postgres.url()), "bench", "", KEY_USER_ID, datetime.now(UTC))
        with _web(Path(name), postgres.url()) as (url, server, env):
            taken = _rounds(Path(name), url, server, env, asked)
    print(json.dumps(_medians(taken, asked.mib), indent=2))


def _rounds(folder: Path, url: str, server: psutil.Process, env: dict[str, str], asked: Any) -> dict[str, list[Any]]:
    taken: dict[str, list[Any]] = defaultdict(list)
    source, copy = folder / "source", folder / "copy"
    grt = [sys.executable, "-m", "grt_platform.cli", "objects"]
    for turn in range(asked.rounds):
        data = random.Random(turn).randbytes(_MIB) * asked.mib
        source.write_bytes(data)
        put = _signed_put(url, f"curl-{turn}", data)
        curl = ["curl", "-sSf", "--fail", "-o", "/dev/null", "-T", str(source), put["url"]]
        taken["curl PUT"].append(_timed(curl, server, env))
        version_id = put["version_id"]
        announce = ["curl", "-sSf", "-o", "/dev/null", "-X", "POST", "-H", f"Authorization: Bearer {_KEY}"]
        taken["announce"].append(
            _timed([*announce, f"{url}/projects/bench/uploads/{version_id}/complete"], server, env)
        )
        name = f"grt-{turn}"
        taken["grt upload"].append(_timed([*grt, "upload", str(source), "--name", name], server, env))
        get = httpx.get(f"{url}/projects/bench/downloads", params={"name": name}, headers=_asking()).json()
        taken["curl GET"].append(_timed(["curl", "-sSf", "-o", str(copy), get["url"]], server, env))
        down = [*grt, "download", name, "--out", str(copy), "--force"]
        taken["grt download"].append(_timed(down, server, env))
        assert copy.read_bytes() == data
    return taken


def _signed_put(url: str, name: str, data: bytes) -> dict[str, Any]:
    body = {"name": name, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    made = httpx.post(f"{url}/projects/bench/uploads", json=body, headers=_asking()).json()
    return {**made["put"], "version_id": made["version_id"]}


def _timed(command: list[str], server: psutil.Process, env: dict[str, str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds of the command, CPU seconds of the server."""
    before, began = server.cpu_times(), time.monotonic()
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as process:
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    wall, after = time.monotonic() - began, server.cpu_times()
    return wall, used.ru_utime + used.ru_stime, after.user + after.system - before.user - before.system


def _medians(taken: dict[str, list[Any]], mib: int) -> dict[str, Any]:
    found: dict[str, Any] = {"mib": mib, "load": os.getloadavg()}
    for name, rounds in taken.items():
        wall, client, server = (statistics.median(column) for column in zip(*rounds, strict=True))
        found[name] = {
            "wall_s": round(wall, 2),
            "mib_per_s": round(mib / wall),
            "client_cpu_s": round(client, 2),
            "server_cpu_s": round(server, 2),
        }
    return found


def _asking() -> dict[str, str]:
    return {"Authorization": f"Bearer {_KEY}"}


@contextmanager
def _web(folder: Path, database_url: str) -> Iterator[tuple[str, psutil.Process, dict[str, str]]]:
    port = free_port(set())
    url = f"http://127.0.0.1:{port}"
    env = {
        **os.environ,
        "GRT_HOME": str(folder / "home"),
        "GRT_WAREHOUSE_URL": database_url,
        "GRT_ADMIN_KEY": _KEY,
        "GRT_SIGNING_KEY": _KEY,
        "GRT_WEB_URL": url,
        "GRT_PROJECT": "bench",
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "grt_platform.web.app:create_app", "--port", str(port)]
    process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                httpx.get(url)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                break
        yield url, psutil.Process(process.pid), env
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
