"""A platform of fakes under the real supervisor: `python -m grt_platform_tests.runtime.fake_platform HOME SCENARIO`.

`base` listens; `task` needs it and ends; `leaf` needs the task, listens too and has a child in a session of its own.
Each writes what happens to it to `HOME/events`. Scenarios: `good`; `stubborn` (leaf ignores requests to stop); `broken`
(leaf ends at once).
"""

import sys
from pathlib import Path

from grt_platform.adapters.process import launched
from grt_platform.kernel.errors import GrtError
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.ports import free_port
from grt_platform.runtime.service import Service
from grt_platform.runtime.state import read_state
from grt_platform.runtime.supervisor import Supervisor

_FAKE = """
import os, signal, socket, subprocess, sys, time
name, port, events, is_stubborn = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4] == "stubborn"
def note(text):
    with open(events, "a") as file: file.write(f"{name} {text} {os.getpid()}\\n")
def stop(*_):
    note("stop")
    if not is_stubborn: sys.exit(0)
signal.signal(signal.SIGTERM, stop)
note("start")
if name == "leaf":
    child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    with open(events, "a") as file: file.write(f"child start {child.pid}\\n")
listener = socket.create_server(("127.0.0.1", port))
while True: listener.accept()[0].close()
"""
_BROKEN = "import sys; sys.exit('ValueError: the leaf is broken')"


def fake(name: str, home: Path, port: int, *, needs: tuple[str, ...] = (), scenario: str = "good") -> Service:
    if scenario == "broken":
        command = [sys.executable, "-I", "-S", "-c", _BROKEN]
    else:
        command = [sys.executable, "-I", "-S", "-c", _FAKE, name, str(port), str(home / "events"), scenario]
    return Service(name, tuple(launched(command)), address=f"tcp://127.0.0.1:{port}", needs=needs)


def main(home: Path, scenario: str) -> None:
    installation = Installation(home)
    installation.create()
    base, leaf = free_port(set()), free_port(set())
    # In the order of the alphabet a leaf that waited for nothing would start first.
    services = [
        fake("leaf", home, leaf, needs=("task",), scenario=scenario),
        Service("task", tuple(launched(["/bin/true"])), needs=("base",), is_task=True),
        fake("base", home, base),
    ]
    try:
        with installation.lock() as lock:
            Supervisor(installation, read_state(installation), services, {}, print).run(lock)
    except GrtError as error:
        sys.exit(f"grt: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
