"""What a service of many machines needs to be told, and what it becomes."""

import subprocess
import sys
from pathlib import Path

import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.serve import Work, served
from grt_platform.runtime.service_commands import SERVICES
from grt_platform.settings import Settings

TOLD = {
    "warehouse_url": "postgresql://me:mine@db/warehouse",
    "dagster_url": "postgresql://me:mine@db/dagster",
    "broker_url": "amqp://me:mine@rabbit//",
    "code_host": "code",
    "code_port": 4000,
    "ui_port": 3000,
    "web_port": 8000,
    "code_listen": "0.0.0.0",
}

LIGHT = Work(("light",), 2)


def become(tmp_path: Path, name: str, work: Work = LIGHT, **told: object) -> list[str]:
    chosen = Settings.model_validate({**TOLD, **told, "home": str(tmp_path)})
    command, environment = served(name, Installation(tmp_path), chosen, work)
    assert command[0] == sys.executable
    assert environment["DAGSTER_HOME"] == str(tmp_path / "dagster")
    assert environment["GRT_DAGSTER_SQLALCHEMY_URL"] == "postgresql+psycopg2://me:mine@db/dagster"
    return list(command[1:])


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_command(tmp_path: Path, name: str) -> None:
    assert become(tmp_path, name)[0] == "-m"


def test_a_worker_takes_the_queues_it_is_told(tmp_path: Path) -> None:
    command = become(tmp_path, "worker", Work(("light", "ena"), 3), queue_systems="ena")
    assert command == ["-m", "grt_platform.orchestration.workers.main", "light,ena", "3"]


@pytest.mark.parametrize(
    ("name", "missing"),
    [("worker", "broker_url"), ("daemon", "dagster_url"), ("web", "warehouse_url"), ("web", "web_port"),
     ("ui", "code_port"), ("ui", "ui_port"), ("code", "code_port"), ("daemon", "code_port")],
)  # fmt: skip
def test_what_is_missing_is_named_before_anything_starts(tmp_path: Path, name: str, missing: str) -> None:
    nothing = 0 if missing.endswith("port") else ""
    with pytest.raises(BadInputError, match=f"set GRT_{missing.upper()} "):
        become(tmp_path, name, **{missing: nothing})


@pytest.mark.parametrize("queues", [(), ("hevay",), ("light", "ena")])
def test_a_worker_without_a_queue_that_exists_is_told_which_there_are(tmp_path: Path, queues: tuple[str, ...]) -> None:
    with pytest.raises(BadInputError, match="--queue light --queue heavy"):
        become(tmp_path, "worker", Work(queues, 1))


def test_a_service_hears_signals_though_it_was_started_in_the_background_of_a_script() -> None:
    service = "from dagster._utils import interrupts as i; import signal; i.setup_interrupt_handlers();"
    service += "print(signal.default_int_handler is signal.getsignal(signal.SIGTERM))"
    code = (
        "import os, sys; from grt_platform.runtime.serve import become;"
        f"become([sys.executable, '-W', 'ignore', '-c', {service!r}], os.environ)"
    )
    shell = ["/bin/sh", "-c", '"$@" & wait', "sh", sys.executable, "-c", code]
    assert subprocess.run(shell, capture_output=True, text=True, check=True).stdout == "True\n"
