"""The services of the platform in embedded mode: their commands, their order, and how each tells that it answers."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence

from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.adapters.process import launched
from grt_platform.kernel.addresses import http_url
from grt_platform.kernel.queues import workers_of
from grt_platform.runtime import service_commands
from grt_platform.runtime.environment import Addresses, Embedded
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.ports import choose_port
from grt_platform.runtime.service import Probe, Service, says
from grt_platform.runtime.state import State
from grt_platform.settings import Settings

_DAEMON_IS_UP = ("Instance is configured with the following daemons", "this one stands by")
_WORKER_IS_UP = (" ready.",)


def choose_ports(given: Settings, state: State, announce: Callable[[str], None]) -> None:
    """The state holds a free port for everything that listens."""
    hosts = {
        "web": (given.web_port, given.web_host),
        "ui": (given.ui_port, given.ui_host),
        "code": (given.code_port, given.code_listen),
    }
    if Embedded.unless_given(given).any:
        hosts["postgres"] = (given.postgres_port, "127.0.0.1")
    for name, (wanted, host) in hosts.items():
        changed = choose_port(name, wanted, state.ports, host)
        if changed:
            announce(changed)


def platform_services(
    installation: Installation, given: Settings, state: State, where: Addresses, *, with_dagster: bool = True
) -> list[Service]:
    """Every service of the installation, in no particular order."""
    embedded = Embedded.unless_given(given)
    postgres = [_postgres(installation, state)] if embedded.any else []
    dagster = [_code(given, state, postgres), *_dagster(installation, given, state, where)] if with_dagster else []
    workers = [*_workers(given, postgres)] if with_dagster else []
    return [*postgres, _prepare(embedded), *dagster, *workers, _web(given, state, where)]


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
    others = [] if embedded.dagster else ["storage"]
    return _python(
        "prepare",
        service_commands.prepare(*held, *others),
        needs=("postgres",) if embedded.any else (),
        is_task=True,
    )


def _code(given: Settings, state: State, postgres: list[Service]) -> Service:
    """Dagster's code server: its runs are below it, and say how they ended when it stops."""
    port = state.ports["code"]
    outlived_by = tuple(service.name for service in postgres)
    command = service_commands.code(given.code_listen, port)
    return _python("code", command, address=f"tcp://{given.code_host}:{port}", outlived_by=outlived_by)


def _dagster(installation: Installation, given: Settings, state: State, where: Addresses) -> list[Service]:
    workspace, port = installation.dagster / "workspace.yaml", state.ports["ui"]
    return [
        _python(
            "daemon",
            service_commands.daemon(workspace),
            is_ready=says(*_DAEMON_IS_UP),
            needs=("code", "prepare"),
        ),
        _python(
            "ui",
            service_commands.ui(given.ui_host, port, workspace, given.ui_path),
            address=f"{http_url(given.ui_host, port)}{given.ui_path}/server_info",
            needs=("code", "prepare"),
            url=where.ui,
        ),
    ]


def _workers(given: Settings, postgres: list[Service]) -> Iterator[Service]:
    """Where there is a broker: one worker for each queue of GRT_WORKERS."""
    if not given.broker_url.get_secret_value():
        return
    outlived_by = tuple(service.name for service in postgres)
    for queue, slots in workers_of(given.workers, given.queue_systems).items():
        command = service_commands.worker([queue], slots)
        ready = says(*_WORKER_IS_UP)
        yield _python(f"worker-{queue}", command, is_ready=ready, needs=("prepare",), outlived_by=outlived_by)


def _web(given: Settings, state: State, where: Addresses) -> Service:
    port = state.ports["web"]
    address = f"{http_url(given.web_host, port)}/health"
    return _python(
        "web", service_commands.web(given.web_host, port), address=address, needs=("prepare",), url=where.web
    )


def _python(
    name: str,
    arguments: Sequence[str],
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
