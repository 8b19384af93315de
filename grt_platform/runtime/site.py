"""The site of the documentation: built whole or not at all, and shown on this machine."""

import os
import subprocess
import sys
from pathlib import Path

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.runtime.environment import project
from grt_platform.runtime.ports import LOOPBACK, free_port

CONFIGURATION = "deploy/site/mkdocs.yml"


def build(folder: Path) -> int:
    """The site is in the folder, in place of what was there; returns the number of its pages.

    Raises:
        BadInputError: This is not a clone of the project, or a page has a fault: MkDocs' own words say which.
        UnavailableError: MkDocs is not installed.
    """
    done = subprocess.run(
        _mkdocs("build", "--clean", "--site-dir", str(folder.resolve())),
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n".join(line for line in done.stderr.splitlines() if not line.startswith("INFO"))
        raise BadInputError(f"the site is not built:\n{said.strip()}\ncorrect the pages that this names")
    return sum(1 for _ in folder.rglob("*.html"))


def serve(port: int) -> int:
    """Show the site at an address of this machine, built anew with every change of a page, until Ctrl-C."""
    address = f"{LOOPBACK}:{port or free_port(set())}"
    return subprocess.run(_mkdocs("serve", "--dev-addr", address), env=_environment(), check=False).returncode


def _mkdocs(verb: str, *arguments: str) -> list[str]:
    configuration = project() / CONFIGURATION
    if not configuration.is_file():
        raise BadInputError(f"{project()} is not a clone of the project: the site needs its {CONFIGURATION}")
    if not _is_installed():
        raise UnavailableError("MkDocs is not installed: run `./grt docs` in a clone of the project")
    return [sys.executable, "-m", "mkdocs", verb, "--strict", "--config-file", str(configuration), *arguments]


def _is_installed() -> bool:
    from importlib.util import find_spec

    return find_spec("mkdocs") is not None and find_spec("material") is not None


def _environment() -> dict[str, str]:
    # The theme's authors announce their next program at each start.
    return {**os.environ, "DISABLE_MKDOCS_2_WARNING": "true", "NO_MKDOCS_2_WARNING": "true"}
