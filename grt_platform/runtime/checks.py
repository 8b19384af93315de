"""The checks of the code: run at the same time, told in a fixed order."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grt_platform.kernel.errors import BadInputError
from grt_platform.runtime.environment import project

_COMPOSE = ("--builtin-schema", "vendor.compose-spec")  # the schema is in the tool: no network


@dataclass(frozen=True, slots=True)
class Check:
    """One tool that says yes or no about the code."""

    name: str
    command: tuple[str, ...]


def _checks() -> list[Check]:
    tools = Path(sys.executable).parent
    python = (sys.executable, "-m")
    return [
        Check("format", (*python, "ruff", "format", "--check", "--no-cache", ".")),
        Check("lint", (*python, "ruff", "check", "--no-cache", ".")),
        Check("types", (*python, "mypy")),
        Check("imports", (str(tools / "lint-imports"), "--config", "setup.cfg", "--no-cache")),
        Check("definitions", (*python, "dagster", "definitions", "validate", "-w", "workspace.yaml")),
        Check("dockerfile", (str(tools / "hadolint"), "deploy/Dockerfile")),
        Check("compose", (str(tools / "check-jsonschema"), *_COMPOSE, "deploy/compose.yaml")),
        Check("manifests", (str(tools / "kubernetes-validate"), "--strict", *_manifests())),
    ]


def _manifests() -> list[str]:
    return sorted(str(path) for path in (project() / "deploy" / "kubernetes").glob("*.yaml"))


class _Running:
    """A check at work; its output goes to a file, so that a talkative tool never waits for a reader."""

    def __init__(self, check: Check, folder: Path) -> None:
        self._check, self._output, self._began = check, folder / f"{check.name}.txt", time.monotonic()
        environment = {
            **os.environ,
            "DAGSTER_HOME": str(folder),
            "GRT_HOME": str(folder),
            "DAGSTER_DISABLE_TELEMETRY": "1",
        }
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                check.command, cwd=project(), env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def finish(self, tell: Callable[[str], None]) -> bool:
        """Wait for it and tell what it said; True when it passed."""
        is_good = self._process.wait() == 0
        tell(f"{self._check.name:<12}{'ok' if is_good else 'failed':<8}{time.monotonic() - self._began:.0f} s")
        if not is_good:
            tell(self._output.read_text().rstrip())
        return is_good


def run_checks(tell: Callable[[str], None], checks: Sequence[Check] | None = None) -> bool:
    """Run every check; tells one line each, and the output of those that fail.

    Returns:
        Whether all passed.

    Raises:
        BadInputError: The checks' configuration is not here: this is not a clone of the project.
    """
    if not (project() / "setup.cfg").is_file():
        raise BadInputError(
            f"{project()} is not a clone of the project: the checks need its setup.cfg and pyproject.toml"
        )
    with tempfile.TemporaryDirectory(prefix="grt-check-") as folder:
        (Path(folder) / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        running = [_Running(check, Path(folder)) for check in (_checks() if checks is None else checks)]
        return False not in [check.finish(tell) for check in running]
