"""The commands of the services, for the supervisor of one machine and for a container of each."""

from collections.abc import Sequence
from pathlib import Path

SERVICES = ("prepare", "code", "daemon", "ui", "web", "worker")
_JSON_LOG = ("--log-format", "json")


def code(host: str, port: int) -> Sequence[str]:
    """Dagster's code server, whose children the runs are."""
    where = ("-m", "grt_platform.definitions", "-h", host, "-p", str(port))
    return ("-m", "grt_platform.orchestration.code_server", "api", "grpc", *where, *_JSON_LOG)


def daemon(workspace: Path) -> Sequence[str]:
    """Dagster's daemon: sensors, schedules, queue of runs."""
    return ("-m", "grt_platform.orchestration.daemon", "run", "-w", str(workspace), *_JSON_LOG)


def ui(host: str, port: int, workspace: Path, path: str = "") -> Sequence[str]:
    """Dagster's UI, which asks nobody who he is; `path` is where it is behind a proxy, such as `/dagster`."""
    prefix = ("--path-prefix", path) if path else ()
    return ("-m", "dagster_webserver", "-h", host, "-p", str(port), *prefix, "-w", str(workspace), *_JSON_LOG)


def web(host: str, port: int) -> Sequence[str]:
    """The HTTP API; whom to believe about addresses, GRT_TRUSTED_PROXIES says."""
    server = ("grt_platform.web.app:create_app", "--factory", "--host", host, "--port", str(port))
    return ("-m", "uvicorn", *server, "--no-access-log", "--no-server-header", "--no-proxy-headers")


def worker(queues: Sequence[str], slots: int) -> Sequence[str]:
    """Takes steps from the queues, so many at once."""
    return ("-m", "grt_platform.orchestration.workers.main", ",".join(queues), str(slots))


def prepare(*parts: str) -> Sequence[str]:
    """Databases and tables are as the code expects them; a task that ends."""
    return ("-m", "grt_platform.runtime.prepare", *parts)
