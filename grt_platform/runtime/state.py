"""What an installation remembers from start to start: its ports, its passwords, and the processes that run now."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from grt_platform.adapters.private_file import write_private
from grt_platform.adapters.process import ProcessId
from grt_platform.kernel.errors import UnavailableError
from grt_platform.runtime.installation import Installation


class Phase(StrEnum):
    """Where a service stands."""

    WAITING = "waiting"
    STARTING = "starting"
    HEALTHY = "healthy"
    DONE = "done"
    BACKING_OFF = "backing off"
    STOPPED = "stopped"


@dataclass(slots=True)
class ServiceState:
    """One service as its supervisor sees it."""

    phase: Phase = Phase.WAITING
    process: ProcessId | None = None
    restarts: int = 0
    url: str = ""
    address: str = ""


@dataclass(slots=True)
class State:
    """The contents of `state.json`; only the supervisor writes it."""

    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    supervisor: ProcessId | None = None
    services: dict[str, ServiceState] = field(default_factory=dict)

    def secret(self, name: str) -> str:
        """The password of that name, made on first use."""
        return self.secrets.setdefault(name, secrets.token_hex(24))

    @property
    def is_supervised(self) -> bool:
        """Whether the supervisor that wrote this still runs."""
        return self.supervisor is not None and self.supervisor.is_alive()

    @property
    def is_healthy(self) -> bool:
        """Whether every service is up."""
        up = {Phase.HEALTHY, Phase.DONE}
        return self.is_supervised and bool(self.services) and all(s.phase in up for s in self.services.values())


def read_state(installation: Installation) -> State:
    """The state of the installation, empty before its first start."""
    path = installation.state_file
    try:
        raw = json.loads(path.read_text())
        services = {name: _service_state(value) for name, value in raw["services"].items()}
        return State(raw["ports"], raw["secrets"], _process(raw["supervisor"]), services)
    except (FileNotFoundError, NotADirectoryError):
        return State()
    except PermissionError as error:
        raise UnavailableError(f"Cannot read {path}: it belongs to another user; run as that user") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnavailableError(
            f"{path} is damaged; it holds the passwords of the databases: bring it back from a backup, "
            "or set GRT_HOME to a fresh folder"
        ) from error


def write_state(installation: Installation, state: State) -> None:
    """The state is on disk as one, readable by its owner alone."""
    write_private(installation.state_file, json.dumps(asdict(state), indent=2) + "\n")


def _process(raw: dict[str, float] | None) -> ProcessId | None:
    return ProcessId(int(raw["pid"]), float(raw["started_at"])) if raw else None


def _service_state(raw: dict[str, object]) -> ServiceState:
    process = raw["process"]
    return ServiceState(
        Phase(str(raw["phase"])),
        _process(process if isinstance(process, dict) else None),
        int(str(raw["restarts"])),
        str(raw["url"]),
        str(raw.get("address", "")),
    )
