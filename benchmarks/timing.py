"""Commands run in turn, each in a process of its own: CPU and wall seconds, peak memory, as ratios."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    cpu: float
    wall: float
    peak_mib: float


def cost(command: str) -> Cost:
    """What one run of a shell command costs, with all its processes."""
    before = time.perf_counter()
    process = subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.DEVNULL, env=as_installed())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"failed: {command}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - before, usage.ru_maxrss / 1024)


def as_installed() -> dict[str, str]:
    """The environment as services have it: Python keeps its bytecode, pyarrow its freed pages, no OpenBLAS."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"MIMALLOC_PURGE_DELAY": "60000", "OPENBLAS_NUM_THREADS": "1"}


def twice(work: Callable[[], object]) -> None:
    """Does the work once, then again, and prints what that took without the start of Python and of the kernels."""
    work()
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall]))


def with_file(work: Callable[[Path], object]) -> None:
    """Does the work with the file that the first argument names, `twice` where `--twice` follows."""
    name, *more = sys.argv[1:]
    if more == ["--twice"]:
        twice(lambda: work(Path(name)))
    else:
        work(Path(name))


def cost_of_second(command: str) -> Cost:
    """What a command says that does its work by `twice`."""
    told = subprocess.run(["/bin/sh", "-c", command], stdout=subprocess.PIPE, check=True, env=as_installed()).stdout
    cpu, wall = json.loads(told.splitlines()[-1])
    return Cost(cpu, wall, 0.0)


def show_old(ours: Sequence[Cost], alone: Sequence[Cost], old: Sequence[Cost], name: str, asked: int) -> None:
    """Prints how many times the CPU seconds of an old program are ours, with our start and without it."""
    theirs, whole, work = (min(run.cpu for run in runs) for runs in (old, ours, alone))
    print(
        f"{name}: {theirs:.2f} CPU s; ours {whole:.2f} s with the start of Python and kernels, {theirs / whole:.1f} x; "
        f"the work alone {work:.2f} s, {theirs / work:.1f} x (asked: {asked} x)"
    )


def compare(commands: Mapping[str, str], rounds: int) -> dict[str, list[Cost]]:
    """Every command once a round, after one round that nobody counts."""
    for command in commands.values():
        cost(command)
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            found[name].append(cost(command))
    return found


def show(found: Mapping[str, Sequence[Cost]], lines: int, targets: Mapping[str, str]) -> None:
    """Prints a table: ratios of the least CPU and wall seconds to those of the first command."""
    base = next(iter(found.values()))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {lines:,} lines")
    for name, runs in found.items():
        rate, peak = lines / min(run.wall for run in runs) / 1e6, max(run.peak_mib for run in runs)
        print(f"{ratios(name, runs, base)}   {rate:6.2f} M lines/s   peak {peak:5.0f} MiB   {targets.get(name, '')}")


def show_alone(alone: Mapping[str, Sequence[Cost]], base: Sequence[Cost], targets: Mapping[str, str]) -> None:
    """Prints the same for work done a second time in one process, as a step does it whose process is forked."""
    print("the work alone, without the start of Python and of the kernels:")
    for name, runs in alone.items():
        print(f"{ratios(name, runs, base)}   {targets.get(name, '')}")


def ratios(name: str, runs: Sequence[Cost], base: Sequence[Cost]) -> str:
    """The least CPU and wall seconds of some runs, and how many times the least of the base they are."""
    cpu, wall = min(run.cpu for run in runs), min(run.wall for run in runs)
    least_cpu, least_wall = min(run.cpu for run in base), min(run.wall for run in base)
    return f"{name:34} CPU {cpu:7.2f} s {cpu / least_cpu:6.2f} x   wall {wall:7.2f} s {wall / least_wall:6.2f} x"


def igzip() -> str:
    """The command of ISA-L's gzip: Debian's package `isal`, else Python's binding, which is named in the output."""
    if shutil.which("igzip"):
        return "igzip"
    print("igzip is not installed (Debian: apt install isal); the baseline is python -m isal.igzip")
    return f"{sys.executable} -m isal.igzip"


def me(module: str, *arguments: str | Path) -> str:
    """A command that runs one way of a benchmark."""
    return " ".join([sys.executable, "-m", module, "--one", *map(str, arguments)])
