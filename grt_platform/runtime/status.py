"""What runs now: every service with its process, its address and whether it answers."""

from dataclasses import asdict, dataclass
from pathlib import Path

from grt_platform.runtime.installation import ADMIN, Installation
from grt_platform.runtime.service import answers
from grt_platform.runtime.state import Phase, ServiceState, read_state


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service as of now."""

    name: str
    phase: str
    is_up: bool
    pid: int | None
    restarts: int
    url: str
    log: str


@dataclass(frozen=True, slots=True)
class Health:
    """The installation as of now."""

    home: str
    is_running: bool
    is_healthy: bool
    supervisor_pid: int | None
    web_url: str
    ui_url: str
    services: list[ServiceHealth]

    def as_dict(self) -> dict[str, object]:
        """The same as plain values for JSON."""
        return asdict(self)


def health(installation: Installation) -> Health:
    """What the supervisor last said, and whether each process it named still runs."""
    state = read_state(installation)
    services = []
    for name, service in state.services.items():
        is_alive = service.process is not None and service.process.is_alive()
        is_up = service.phase is Phase.DONE or (service.phase is Phase.HEALTHY and is_alive and _answers(service))
        services.append(
            ServiceHealth(
                name,
                str(_shown_phase(service, is_up=is_up) if state.is_supervised else Phase.STOPPED),
                state.is_supervised and is_up,
                service.process.pid if service.process is not None and is_alive else None,
                service.restarts,
                service.url,
                str(installation.logs / f"{name}.log"),
            )
        )
    urls = {service.name: service.url for service in services}
    is_healthy = state.is_healthy and all(service.is_up for service in services)
    supervisor = state.supervisor.pid if state.supervisor is not None and state.is_supervised else None
    return Health(
        str(installation.home),
        state.is_supervised,
        is_healthy,
        supervisor,
        urls.get("web", ""),
        urls.get("ui", ""),
        services,
    )


def _shown_phase(service: ServiceState, *, is_up: bool) -> str:
    return "no answer" if service.phase is Phase.HEALTHY and not is_up else str(service.phase)


def _answers(service: ServiceState) -> bool:
    return not service.address or answers(service.address)


def describe(now: Health) -> str:
    """The same for a person."""
    if not now.is_running:
        return f"the platform in {now.home} is not running; start it with `grt up`"
    word = "up" if now.is_healthy else "not healthy"
    rows = [
        f"  {service.name:<10}{service.phase:<13}{service.pid or '-':<9}{service.url}".rstrip()
        for service in now.services
    ]
    head = f"the platform in {now.home} is {word} (supervisor {now.supervisor_pid})"
    doors = [f"API  {now.web_url}/docs", *([f"UI   {now.ui_url}"] if now.ui_url else [])]
    first = Installation(Path(now.home)).first_sign_in
    if first.exists():
        doors.append(f"sign in at {now.web_url}/sign-in as {ADMIN}, the first password is in {first}")
    return "\n".join([head, *rows, *doors])
