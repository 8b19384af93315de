"""One service of a platform on many machines, as the process of a container."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grt_platform.adapters.refusal import refuse_bad_settings
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.queues import queue_names
from grt_platform.runtime import service_commands
from grt_platform.runtime.dagster_home import write_dagster_home
from grt_platform.runtime.environment import server_environment
from grt_platform.runtime.installation import Installation
from grt_platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker takes: steps of these queues, so many at once."""

    queues: Sequence[str] = ()
    slots: int = 1


def served(
    name: str, installation: Installation, chosen: Settings, work: Work
) -> tuple[Sequence[str], Mapping[str, str]]:
    """The command of one service and its environment; DAGSTER_HOME is written.

    Args:
        name: One of `service_commands.SERVICES`.
        installation: Where this machine keeps what is its own.
        chosen: The settings of all services.
        work: What a worker takes.

    Raises:
        BadInputError: A setting is missing that the service cannot do without, or is refused.
    """
    _check(name, chosen, work)
    refuse_bad_settings(chosen)
    installation.create()
    workspace = write_dagster_home(installation, chosen, chosen.code_port)
    commands = {
        "prepare": service_commands.prepare("storage"),
        "code": service_commands.code(chosen.code_listen, chosen.code_port),
        "daemon": service_commands.daemon(workspace),
        "ui": service_commands.ui(chosen.ui_host, chosen.ui_port, workspace, chosen.ui_path),
        "web": service_commands.web(chosen.web_host, chosen.web_port),
        "worker": service_commands.worker(work.queues, work.slots),
    }
    return [sys.executable, *commands[name]], server_environment(installation, chosen)


def _check(name: str, chosen: Settings, work: Work) -> None:
    needed = ["warehouse_url", "dagster_url", *(["broker_url"] if name == "worker" else [])]
    ports = {"code": ["code_port"], "daemon": ["code_port"], "ui": ["code_port", "ui_port"], "web": ["web_port"]}
    missing = [each for each in needed if not getattr(chosen, each).get_secret_value()]
    missing += [each for each in ports.get(name, []) if not getattr(chosen, each)]
    if missing:
        names = ", ".join(f"GRT_{each.upper()}" for each in missing)
        raise BadInputError(f"`grt serve {name}` is one service of many machines: set {names} (`grt up` needs none)")
    known = queue_names(chosen.queue_systems)
    unknown = [queue for queue in work.queues if queue not in known]
    if name == "worker" and (unknown or not work.queues):
        raise BadInputError(
            f"Name the queues of this worker: --queue {' --queue '.join(known)}; others come by GRT_QUEUE_SYSTEMS"
        )


def become(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """This process is the service from here on, so that signals reach it.

    A shell that starts something in the background of a script has it ignore SIGINT. Dagster's services do with SIGTERM
    what they do with SIGINT, so they would end by SIGKILL alone.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execve(command[0], list(command), dict(environment))  # noqa: S606
