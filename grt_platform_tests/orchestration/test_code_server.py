"""The code server's runs are forked from a warm process; an upgrade of Dagster that ends this fails here."""

import inspect
import signal
import subprocess
import sys
import time

import psutil
import pytest
from dagster._grpc import server

from grt_platform.orchestration.code_server import Forking
from grt_platform_tests.fixtures.patience import has_ended, until

PATIENCE_S = 30
SERVER = """
import multiprocessing, os, sys
from multiprocessing import forkserver
from grt_platform.orchestration import code_server

def told(pipe):
    pipe.send((os.getppid(), "this" in sys.modules))

if __name__ == "__main__":
    code_server.WARM = "this"  # a module that nobody else imports
    code_server.start_warm()
    print(os.getpid(), forkserver._forkserver._forkserver_pid, flush=True)
    for _ in sys.stdin:
        ours, theirs = multiprocessing.Pipe()
        run = code_server.Forking.get_context("spawn").Process(target=told, args=(theirs,))
        run.start()
        print(*ours.recv(), flush=True)
        run.join()
"""


def test_dagsters_server_still_asks_the_module_that_is_exchanged_for_the_way_to_start_runs():
    assert "multiprocessing.get_context(" in inspect.getsource(server.DagsterApiServer.__init__)
    assert Forking.get_context("spawn").get_start_method() == "forkserver"


def test_the_warm_process_has_what_a_run_needs_and_opens_nothing():
    code = (
        "import psutil, sys, grt_platform.orchestration.warm; p = psutil.Process();"
        "print('grt_platform.systems.galaxy.assets.table' in sys.modules, len(p.net_connections()), len(p.children()),"
        "*{'numba', 'pandas', 'altair', 'vl_convert', 'pysam'}.intersection(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "0", "0"], "or a module that only a run needs costs idle memory"


@pytest.fixture
def server_with_forks(tmp_path):
    """A process that has started its warm one, and runs something at each line it is given."""
    script = tmp_path / "server_with_forks.py"
    script.write_text(SERVER)
    command = [sys.executable, "-W", "error::UserWarning", str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        line = ""
        while not line[:1].isdigit():  # `this` prints a poem
            line = process.stdout.readline()
        yield process, psutil.Process(int(line.split()[1]))
        process.kill()


def ask(process):
    print("run", file=process.stdin, flush=True)
    line = ""
    while not line[:1].isdigit():
        line = process.stdout.readline()
        assert line, "the server has ended"
    parent, has_module = line.split()
    return int(parent), has_module == "True"


def test_the_warm_process_is_a_fork_of_the_server_and_runs_are_forks_of_it(server_with_forks):
    process, warm = server_with_forks
    assert warm.ppid() == process.pid
    assert warm.cmdline() == psutil.Process(process.pid).cmdline()
    assert [ask(process) for _ in range(3)] == [(warm.pid, True)] * 3


def test_when_the_warm_process_is_killed_the_next_run_has_a_new_one(server_with_forks):
    process, warm = server_with_forks
    warm.kill()
    while warm.status() != psutil.STATUS_ZOMBIE:  # its server has not looked after it yet
        time.sleep(0.01)
    parent, has_module = ask(process)
    assert parent not in {warm.pid, process.pid}
    assert has_module


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_warm_process_ends_with_its_server(server_with_forks, how):
    process, warm = server_with_forks
    process.send_signal(how)
    until(lambda: has_ended(warm.pid), PATIENCE_S)
