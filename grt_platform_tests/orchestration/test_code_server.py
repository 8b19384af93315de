"""The code server's runs are forked from a warm process; an upgrade of Dagster that ends this fails here."""

import inspect
import subprocess
import sys

from dagster._grpc import server

from grt_platform.orchestration.code_server import Forking


def test_dagsters_server_still_asks_the_module_that_is_exchanged_for_the_way_to_start_runs():
    assert "multiprocessing.get_context(" in inspect.getsource(server.DagsterApiServer.__init__)
    assert Forking.get_context("spawn").get_start_method() == "forkserver"


def test_the_warm_process_has_what_a_run_needs_and_opens_nothing():
    code = (
        "import psutil, sys, grt_platform.orchestration.warm; p = psutil.Process();"
        "print('grt_platform.systems.galaxy.assets.table' in sys.modules, len(p.net_connections()), len(p.children()))"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "0", "0"]
