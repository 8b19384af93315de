"""What a start costs: `grt --help`, importing the definitions against Dagster alone, a first and a second `up`.

`python -m benchmarks.startup [--rounds 5]` prints medians of seconds, and the memory of the idle platform (proportional
set size of all its processes, Linux only).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.family import memory_of

GRT = str(Path(sys.executable).parent / "grt")
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "grt --help": [GRT, "--help"],
    "import dagster": [sys.executable, "-W", "ignore", "-c", "import dagster"],
    "import grt_platform.definitions, all systems": [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        "from grt_platform.definitions import defs; defs()",
    ],
}


def seconds(command: list[str], **environment: str) -> float:
    """Wall time of a command that must succeed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    return time.perf_counter() - began


def memory_mb(home: Path) -> float:
    """Proportional set size of the supervisor and everything below it."""
    status = json.loads(
        subprocess.run(
            [GRT, "status", "--json"], capture_output=True, check=True, env={**os.environ, "GRT_HOME": str(home)}
        ).stdout
    )
    return memory_of(status["supervisor_pid"]) / 1e6


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    for name, command in COMMANDS.items():
        print(f"{name}: {statistics.median(seconds(command) for _ in range(rounds)):.2f} s")
    for number in range(max(1, rounds // 2)):
        home = Path(tempfile.mkdtemp(prefix="grt-bench-home-"))
        try:
            first = seconds([GRT, "up", "--detach"], GRT_HOME=str(home))
            time.sleep(20)
            idle = memory_mb(home)
            seconds([GRT, "down"], GRT_HOME=str(home))
            second = seconds([GRT, "up", "--detach"], GRT_HOME=str(home))
            stop = seconds([GRT, "down"], GRT_HOME=str(home))
        finally:
            subprocess.run([GRT, "down"], capture_output=True, check=False, env={**os.environ, "GRT_HOME": str(home)})
            shutil.rmtree(home, ignore_errors=True)
        print(f"up {number + 1}: first {first:.1f} s, second {second:.1f} s, down {stop:.1f} s, idle {idle:.0f} MB")


if __name__ == "__main__":
    main()
