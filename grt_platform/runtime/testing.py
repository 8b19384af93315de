"""All checks and all tests, after the installation of the real services that the tests need."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from grt_platform.adapters.installed import system_names
from grt_platform.runtime.checks import run_checks
from grt_platform.runtime.environment import project

# Debian package -> a program of it: what tests of the floors below the systems need, and of each system.
_FOUNDATION = {
    "slapd": "slapd",
    "bcftools": "bcftools",
    "chromium": "chromium",
    "rabbitmq-server": "rabbitmq-server",
    "faketime": "faketime",
    "nginx-light": "nginx",
}
_SERVICES = {
    "ena": {"openssh-server": "sshd", "rsync": "rsync"},
}
_PARALLEL = ("--dist=loadfile", "--no-loadscope-reorder", "-n")
_APT = ("apt-get", "-o", "DPkg::Lock::Timeout=120")


def missing_packages(systems: Sequence[str], has: Callable[[str], bool]) -> list[str]:
    """The Debian packages that tests of the foundation and of these systems need and this machine lacks."""
    wanted = dict(_FOUNDATION)
    for system in systems:
        wanted |= _SERVICES.get(system, {})
    return sorted(package for package, program in wanted.items() if not has(program))


def run_all(tell: Callable[[str], None], pytest_arguments: Sequence[str]) -> int:
    """Run checks and tests, whatever the checks said; 0 when all passed, else 1."""
    _install(missing_packages(system_names(), _has), tell)
    are_checks_good = run_checks(tell)
    results = project() / "test-output" / "junit.xml"
    command = [sys.executable, "-m", "pytest", *_PARALLEL, str(_workers()), f"--junit-xml={results}", *pytest_arguments]
    tests = subprocess.run(command, cwd=project(), check=False).returncode
    verdict = f"checks {'passed' if are_checks_good else 'FAILED'}, tests {'passed' if tests == 0 else 'FAILED'}"
    tell(f"{verdict}; results of the tests: {results}")
    return 0 if are_checks_good and tests == 0 else 1


def _workers() -> int:
    """More than processors: many tests wait for a platform that they started."""
    cores = os.cpu_count() or 1
    return min(cores + 1, 4)


def _has(program: str) -> bool:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") is not None


def _install(packages: Sequence[str], tell: Callable[[str], None]) -> None:
    if not packages:
        return
    if os.geteuid() != 0 or not Path("/etc/debian_version").exists():
        tell(f"not installed, so their tests skip: {', '.join(packages)}")
        return
    tell(f"installing {', '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (("update", "-q"), ("install", "-q", "-y", "--no-install-recommends", *packages)):
        done = subprocess.run([*_APT, *step], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            tell(f"apt-get {step[0]} failed, tests of what is missing skip: {done.stderr.strip()}")
            return
