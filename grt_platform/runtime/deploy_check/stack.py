"""The compose file started service by service, in the order and with the health checks that it names itself."""

import os
import time
from collections.abc import Callable, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from grt_platform.kernel.errors import UnavailableError
from grt_platform.runtime.deploy_check.podman import Podman, compose_command, told

PROJECT = "grtcheck"
_PATIENCE_S, _POLL_S = 240.0, 2.0
Tell = Callable[[str], None]


class Stack:
    """The services of a compose file.

    Without systemd no container's health is looked at by itself, so `docker compose up --wait` cannot be had: this
    does what it would do.

    Args:
        podman: Runs them.
        folder: A copy of `deploy/`, after `init`.
        variables: What fills the file's variables, beyond its `.env`.
        tell: Told one line for each service.
    """

    def __init__(self, podman: Podman, folder: Path, variables: Mapping[str, str], tell: Tell) -> None:
        self._podman, self._folder, self._tell = podman, folder, tell
        self._environment = {**podman.environment, **variables}
        said = yaml.safe_load((folder / "compose.yaml").read_text())
        self.services: dict[str, dict[str, Any]] = said["services"]
        self._file = folder / "compose.check.yaml"
        self._file.write_text(yaml.safe_dump({**said, "services": _without_health(self.services)}))

    def up(self) -> None:
        """Every service runs and is healthy; every task ended well.

        Raises:
            UnavailableError: One did not; with its last words.
        """
        for name in self.order():
            began = time.monotonic()
            self._compose("up", "-d", "--no-deps", "--no-build", name)
            if self._is_task(name):
                self._wait_for_end(name)
            else:
                self._wait_until_healthy(name)
            self._tell(
                f"{name:<14}{'done' if self._is_task(name) else 'healthy'} after {time.monotonic() - began:.0f} s"
            )

    def down(self) -> None:
        """Nothing of it is left."""
        self._podman.remove_everything_of(PROJECT)

    def order(self) -> list[str]:
        """The services, each after those it depends on."""
        needs = {name: set(each.get("depends_on", ())) for name, each in self.services.items()}
        return list(TopologicalSorter(needs).static_order())

    def ask(self, name: str, *command: str) -> tuple[int, str]:
        """A command inside of a service: its exit code and what it said."""
        done = self._podman.run("exec", _container(name), *command, check=False)
        return done.returncode, (done.stdout + done.stderr).strip()

    def logs(self, name: str) -> str:
        """The last words of a service."""
        return self._podman.logs(_container(name))

    def _is_task(self, name: str) -> bool:
        conditions = [dict(each.get("depends_on", {})).get(name, {}) for each in self.services.values()]
        return any(each.get("condition") == "service_completed_successfully" for each in conditions)

    def _wait_for_end(self, name: str) -> None:
        code = self._podman.run("wait", _container(name)).stdout.strip()
        if code != "0":
            raise UnavailableError(f"{name} ended with {code}:\n{self.logs(name)}")

    def _wait_until_healthy(self, name: str) -> None:
        test = self.services[name].get("healthcheck", {}).get("test", ["CMD", "true"])[1:]
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            code, said = self.ask(name, *map(str, test))
            if code == 0:
                return
            if time.monotonic() > deadline or self._podman.inspect(_container(name), "{{.State.Running}}") != "true":
                raise UnavailableError(f"{name} is not healthy: {said}\n{self.logs(name)}")
            time.sleep(_POLL_S)

    def _compose(self, *arguments: str) -> None:
        options = ("-p", PROJECT, "-f", str(self._file), "--podman-run-args=--no-healthcheck")
        told([*compose_command(), *options, *arguments], self._environment)


def _without_health(services: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The services without what needs systemd's timers: health checks, and waiting for them."""
    left_out = {"healthcheck", "depends_on"}
    return {name: {key: value for key, value in each.items() if key not in left_out} for name, each in services.items()}


def _container(name: str) -> str:
    return f"{PROJECT}_{name}_1"


def variables_of(images: Mapping[str, str], *, http: int, https: int) -> Mapping[str, str]:
    """What fills the variables of compose.yaml for a check on this machine."""
    return {
        **images,
        "GRT_HTTP_PORT": f"127.0.0.1:{http}",
        "GRT_HTTPS_PORT": f"127.0.0.1:{https}",
        "PATH": os.environ["PATH"],
    }
