"""What a child gives up cannot be had again, by it or by what it starts."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"}, reason="what only Linux' kernel does"
)
START = (
    "import os, platform, socket, subprocess, sys\nfrom grt_platform.adapters.bcftools.confine import bound, forbid\n"
)


def said(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", START + code], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX"])
def test_no_socket_can_be_opened(family: str) -> None:
    assert said(f"print(socket.socket(socket.{family}).family > 0)") == "True"
    assert "PermissionError" in said(
        f"assert forbid(platform.machine(), programs=False); socket.socket(socket.{family})"
    )


def test_programs_that_may_be_started_open_no_socket_either() -> None:
    inner = "import socket; socket.socket()"
    run = f"print(subprocess.run([sys.executable, '-c', {inner!r}]).returncode)"
    assert said(f"forbid(platform.machine(), programs=False); {run}") == "1"


def test_no_program_can_be_started_where_none_is_needed() -> None:
    assert "PermissionError" in said("forbid(platform.machine(), programs=True); os.execv('/bin/true', ['true'])")


def test_what_is_not_forbidden_goes_on() -> None:
    fork = "pid = os.fork(); pid or os._exit(7); print(os.waitpid(pid, 0)[1] >> 8)"
    assert said(f"forbid(platform.machine(), programs=True); {fork}") == "7"


def test_a_machine_whose_calls_are_not_known_is_told() -> None:
    assert said("print(forbid('sparc', programs=True))") == "False"


def test_bounds_are_set_and_no_core_is_left() -> None:
    code = (
        "bound({'NOFILE': 77}); import resource as r; print(r.getrlimit(r.RLIMIT_NOFILE), r.getrlimit(r.RLIMIT_CORE))"
    )
    assert said(code) == "(77, 77) (0, 0)"


def test_a_bound_above_the_one_there_is_stays_below_it() -> None:
    code = "bound({'NOFILE': 50}); bound({'NOFILE': 500}); import resource as r; print(r.getrlimit(r.RLIMIT_NOFILE))"
    assert said(code) == "(50, 50)"
