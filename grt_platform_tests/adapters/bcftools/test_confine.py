"""What a child gives up cannot be had again, by it or by what it starts."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"}, reason="what only Linux' kernel does"
)
START = (
    "import os, platform, socket, subprocess, sys\n"
    "from grt_platform.adapters.bcftools.confine import bound, forbid, write_only_in\n"
)


def said(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", START + code], capture_output=True, text=True, check=False)
    return (done.stdout.strip() or done.stderr.strip()).splitlines()[-1]


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


def has_landlock() -> bool:
    return sys.platform == "linux" and said("print(write_only_in('/'))") == "True"


@pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")
@pytest.mark.parametrize(
    "change",
    [
        "open({0!r} + '/old', 'w')",
        "open({0!r} + '/old', 'ab')",
        "open({0!r} + '/new', 'w')",
        "os.remove({0!r} + '/old')",
        "os.mkdir({0!r} + '/folder')",
        "os.symlink('x', {0!r} + '/link')",
        "os.rename({0!r} + '/old', {0!r} + '/other')",
        "os.rename({0!r} + '/old', 'mine')",
        "open('link', 'w')",
    ],
)
def test_nothing_is_changed_outside_the_own_folder(tmp_path: Path, change: str) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "old").write_text("as it was")
    (inside / "link").symlink_to(outside / "old")
    start = f"os.chdir({str(inside)!r}); print(write_only_in(os.getcwd())); "
    assert said(f"{start} {change.format(str(outside))}; print('changed')") == "True"
    assert [(path.name, path.read_text()) for path in outside.iterdir()] == [("old", "as it was")]


def test_the_own_folder_and_nothing_can_be_written_and_all_be_read(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("read me")
    (tmp_path / "inside").mkdir()
    code = f"os.chdir({str(tmp_path / 'inside')!r}); write_only_in(os.getcwd()); open('a', 'w').write('x'); "
    code += "os.mkfifo('p'); "
    code += "os.rename('a', 'b'); os.remove('b'); open('/dev/null', 'w').write('x'); print(open('../outside').read())"
    assert said(code) == "read me"
