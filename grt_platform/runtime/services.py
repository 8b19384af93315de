"""The services of the platform in embedded mode: their commands, their order, and how each tells that it answers."""

import shutil
import signal
import sys
from collections.abc import Callable

from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.adapters.process import launched
from grt_platform.kernel.addresses import http_url
from grt_platform.runtime.environment import Addresses, Embedded, project
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.ports import choose_port
from grt_platform.runtime.service import Probe, Service, says
from grt_platform.runtime.state import State
from grt_platform.settings import Settings

_JSON_LOG = ("--log-format", "json")
_DAEMON_IS_UP = "Instance is configured with the following daemons"


def choose_ports(given: Settings, state: State, announce: Callable[[str], None]) -> None:
    """The state holds a free port for everything that listens."""
    hosts = {"web": (given.web_port, given.web_host), "ui": (given.ui_port, given.ui_host), "code": (0, "127.0.0.1")}
    if Embedded.unless_given(given).any:
        hosts["postgres"] = (given.postgres_port, "127.0.0.1")
    for name, (wanted, host) in hosts.items():
        changed = choose_port(name, wanted, state.ports, host)
        if changed:
            announce(changed)


def write_dagster_home(installation: Installation, state: State) -> None:
    """DAGSTER_HOME holds the project's `dagster.yaml` and a workspace that names our code server."""
    shutil.copyfile(project() / "dagster.yaml", installation.dagster / "dagster.yaml")
    (installation.dagster / "workspace.yaml").write_text(
        "load_from:\n  - grpc_server:\n      host: 127.0.0.1\n"
        f"      port: {state.ports['code']}\n      location_name: grt_platform\n"
    )


def platform_services(
    installation: Installation, given: Settings, state: State, where: Addresses, *, with_dagster: bool = True
) -> list[Service]:
    """Every service of the installation, in no particular order."""
    embedded = Embedded.unless_given(given)
    postgres = [_postgres(installation, state)] if embedded.any else []
    dagster = [_code(state, postgres), *_dagster(installation, given, state, where)] if with_dagster else []
    return [*postgres, _prepare(embedded), *dagster, _web(given, state, where)]


def _postgres(installation: Installation, state: State) -> Service:
    server = EmbeddedPostgres(installation.postgres, state.ports["postgres"], state.secret("postgres"))

    def make_ready_to_start() -> None:
        server.initialise()
        server.clear_stale_pid()

    return Service(
        "postgres",
        tuple(server.command()),
        lambda attempt: server.is_ready(attempt.pid),
        before=make_ready_to_start,
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGQUIT,
        address=f"tcp://127.0.0.1:{server.port}",
        url=f"127.0.0.1:{server.port}",
    )


def _prepare(embedded: Embedded) -> Service:
    held = [name for name in ("warehouse", "dagster") if getattr(embedded, name)]
    return _python(
        "prepare",
        ("-m", "grt_platform.runtime.prepare", *held),
        needs=("postgres",) if embedded.any else (),
        is_task=True,
    )


def _code(state: State, postgres: list[Service]) -> Service:
    """Dagster's code server: its runs are below it, and say how they ended when it stops."""
    port = state.ports["code"]
    where = ("-m", "grt_platform.definitions", "-h", "127.0.0.1", "-p", str(port))
    command = ("-m", "grt_platform.orchestration.code_server", "api", "grpc", *where, *_JSON_LOG)
    outlived_by = tuple(service.name for service in postgres)
    return _python("code", command, address=f"tcp://127.0.0.1:{port}", outlived_by=outlived_by)


def _dagster(installation: Installation, given: Settings, state: State, where: Addresses) -> list[Service]:
    workspace = ("-w", str(installation.dagster / "workspace.yaml"))
    ui = ("-h", given.ui_host, "-p", str(state.ports["ui"]), *workspace)
    return [
        _python(
            "daemon",
            ("-m", "dagster._daemon", "run", *workspace, *_JSON_LOG),
            is_ready=says(_DAEMON_IS_UP),
            needs=("code", "prepare"),
        ),
        _python(
            "ui",
            ("-m", "dagster_webserver", *ui, *_JSON_LOG),
            address=f"{http_url(given.ui_host, state.ports['ui'])}/server_info",
            needs=("code", "prepare"),
            url=where.ui,
        ),
    ]


def _web(given: Settings, state: State, where: Addresses) -> Service:
    port = state.ports["web"]
    server = ("grt_platform.web.app:create_app", "--factory", "--host", given.web_host, "--port", str(port))
    quiet = ("--no-access-log", "--no-server-header", "--no-proxy-headers")  # whom to believe, GRT_TRUSTED_PROXIES says
    address = f"{http_url(given.web_host, port)}/health"
    return _python("web", ("-m", "uvicorn", *server, *quiet), address=address, needs=("prepare",), url=where.web)


def _python(
    name: str,
    arguments: tuple[str, ...],
    *,
    is_ready: Probe | None = None,
    address: str = "",
    needs: tuple[str, ...] = (),
    outlived_by: tuple[str, ...] = (),
    is_task: bool = False,
    url: str = "",
) -> Service:
    command = tuple(launched([sys.executable, *arguments]))
    return Service(name, command, is_ready, address, needs, outlived_by, is_task=is_task, url=url)
