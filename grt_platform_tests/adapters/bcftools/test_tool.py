"""Pipelines of bcftools: confined, bounded, and gone with whoever started them."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from grt_platform.adapters.bcftools.errors import LimitError
from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.bcftools.step import Step
from grt_platform.adapters.bcftools.tool import Bcftools, StepFailedError
from grt_platform.kernel.errors import UnavailableError
from grt_platform_tests.fixtures.patience import has_ended, until
from grt_platform_tests.vcf_files import vcf_text, write_vcf

ENDLESS = Step(("view", "-Ou", "-o", "out.bcf", "never"))  # reads a pipe that nobody writes
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what only Linux' kernel does")


def tool(**limits: object) -> Bcftools:
    return Bcftools(ToolLimits(**{"time_s": 60, **limits}))


def big_vcf(path: Path, records: int = 60_000) -> Path:
    return write_vcf(path, ["a", "b"], (f"1 {position} A C 0/1 0/0" for position in range(1, records)))


def children() -> list[psutil.Process]:
    """Those of ours that run bcftools."""
    below = psutil.Process().children(recursive=True)
    alive = [child for child in below if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if any("bcftools" in word for word in child.cmdline())]


def test_steps_are_connected_by_named_pipes_and_start_after_those_they_need(tmp_path: Path) -> None:
    big_vcf(tmp_path / "a.vcf.gz")
    steps = [
        Step(("view", "-Ou", "-o", "p1", "a.vcf.gz")),
        Step(("view", "-Ob", "-o", "out.bcf", "p1")),
        Step(("index", "-c", "out.bcf"), after=(1,)),
        Step(("query", "-f", "%POS\\n", "-r", "1:59998-", "-o", "last.txt", "out.bcf"), after=(2,)),
    ]
    ended = tool().run(steps, tmp_path, pipes=["p1"])
    assert [(one.step, one.code, one.messages) for one in ended] == [(number, 0, "") for number in range(4)]
    assert (tmp_path / "last.txt").read_text() == "59998\n59999\n"
    assert not (tmp_path / "p1").exists()
    assert children() == []


def test_the_step_that_failed_first_is_named_and_the_others_are_ended(tmp_path: Path) -> None:
    big_vcf(tmp_path / "a.vcf.gz")
    os.mkfifo(tmp_path / "never")
    (tmp_path / "bad.vcf").write_text(vcf_text(["x", "y"], ["1 5 A C 0/1"]))
    steps = [
        Step(("view", "-Ou", "-o", "p1", "a.vcf.gz")),
        Step(("view", "-Ou", "-o", "p2", "bad.vcf")),
        Step(("merge", "--no-index", "-Ou", "-o", "out.bcf", "p1", "p2")),
        ENDLESS,
    ]
    with pytest.raises(StepFailedError, match="does not match the number of samples") as told:
        tool().run(steps, tmp_path, pipes=["p1", "p2"])
    assert told.value.number == 1
    assert children() == []


def test_a_writer_whose_reader_refused_is_not_to_blame(tmp_path: Path) -> None:
    big_vcf(tmp_path / "a.vcf.gz")
    steps = [Step(("view", "-Ou", "-o", "p1", "a.vcf.gz")), Step(("view", "-i", "NOPE>1", "-o", "out", "p1"))]
    with pytest.raises(StepFailedError, match="NOPE") as told:
        tool().run(steps, tmp_path, pipes=["p1"])
    assert told.value.number == 1


def test_messages_do_not_tell_our_places(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError) as told:
        tool().run([Step(("view", str(tmp_path / "missing.bcf")))], tmp_path)
    assert "missing.bcf" in told.value.ended.messages
    assert str(tmp_path) not in str(told.value)


@pytest.mark.parametrize("verb", ["no-such-verb", "__import__"])
def test_a_verb_that_bcftools_lacks_fails(tmp_path: Path, verb: str) -> None:
    with pytest.raises(StepFailedError):
        tool().run([Step((verb,))], tmp_path)


def test_a_pipeline_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "never")
    began = time.monotonic()
    with pytest.raises(LimitError, match=r"more than 1 s, the limit GRT_VARIANTS_TIME_S"):
        tool(time_s=1).run([ENDLESS], tmp_path)
    assert time.monotonic() - began < 10
    assert children() == []


def test_a_child_that_computes_too_long_is_ended(tmp_path: Path) -> None:
    text = vcf_text([], [f"1 {position} A C" for position in range(1, 60_000)])
    (tmp_path / "a.vcf").write_text(text)
    long = " & ".join(f"POS!=-{number}" for number in range(9000))  # 60,000 records times 9000 comparisons
    with pytest.raises(LimitError, match="GRT_VARIANTS_CPU_S"):
        tool(cpu_s=1).run([Step(("view", "-i", long, "-Ou", "-o", "out.bcf", "a.vcf"))], tmp_path)


def test_a_child_that_writes_too_much_is_ended(tmp_path: Path) -> None:
    big_vcf(tmp_path / "a.vcf.gz")
    with pytest.raises(LimitError, match="GRT_VARIANTS_FILE_BYTES"):
        tool(file_bytes=10_000).run([Step(("view", "-Ov", "-o", "out.vcf", "a.vcf.gz"))], tmp_path)


@LINUX
def test_a_child_that_wants_too_much_memory_is_ended(tmp_path: Path) -> None:
    line = f"1\t10\t.\t{'A' * 200_000_000}\tC\t.\tPASS\t.\tGT\t0/1"
    (tmp_path / "a.vcf").write_text(vcf_text(["a"], [line]))
    with pytest.raises(LimitError, match="GRT_VARIANTS_MEMORY_BYTES"):
        tool(memory_bytes=400_000_000).run([Step(("view", "-Ou", "-o", "out.bcf", "a.vcf"))], tmp_path)


def test_more_files_than_a_child_may_open_are_refused(tmp_path: Path) -> None:
    names = [write_vcf(tmp_path / f"{number}.vcf.gz", [f"s{number}"], []).name for number in range(30)]
    with pytest.raises(StepFailedError, match="open"):
        tool(open_files=20).run([Step(("merge", "--no-index", "-o", "out.vcf", *names))], tmp_path)


@LINUX
@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{}/x.vcf.gz", "ftp://127.0.0.1:{}/x", "s3+http://a@127.0.0.1:{}/x"]
)
def test_no_child_reaches_the_network(tmp_path: Path, address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        with pytest.raises(StepFailedError):
            tool().run([Step(("view", address.format(server.getsockname()[1])))], tmp_path)
        with pytest.raises(TimeoutError):
            server.accept()


@LINUX
@pytest.mark.service
def test_no_child_of_a_system_bcftools_reaches_the_network(tmp_path: Path) -> None:
    program = Path("/usr/bin/bcftools")
    if not program.exists():
        pytest.skip("no bcftools on this machine")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        step = Step(("view", f"http://127.0.0.1:{server.getsockname()[1]}/x.vcf.gz"))
        with pytest.raises(StepFailedError):
            tool(bcftools=str(program)).run([step], tmp_path)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_child_sees_none_of_our_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRT_ADMIN_KEY", "secret")
    monkeypatch.setenv("HTS_PATH", "/tmp/x")
    spy = tmp_path / "spy"
    spy.write_text("#!/bin/sh\n/usr/bin/env >&2\nexit 3\n")
    spy.chmod(0o700)
    with pytest.raises(StepFailedError) as told:
        tool(bcftools=str(spy)).run([Step(("view",))], tmp_path)
    names = {line.partition("=")[0] for line in told.value.ended.messages.splitlines()}
    assert names - {"_", "PWD", "SHLVL", "LC_CTYPE"} == {
        "PATH",
        "LC_ALL",
        "HOME",
        "TMPDIR",
        "BCFTOOLS_PLUGINS",
        "ALL_PROXY",
    }


def test_who_watches_may_end_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "never")
    began = time.monotonic()

    def watch() -> None:
        if time.monotonic() - began > 0.5:
            raise RuntimeError("canceled")

    with pytest.raises(RuntimeError, match="canceled"):
        tool().run([ENDLESS], tmp_path, watch=watch)
    assert time.monotonic() - began < 10
    assert children() == []


SCRIPT = """
import os, sys
from pathlib import Path
from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.bcftools.step import Step
from grt_platform.adapters.bcftools.tool import Bcftools, Step
Bcftools(ToolLimits()).run([Step(("view", "-o", f"out{n}", "never")) for n in range(3)], Path(sys.argv[1]))
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_all_children_end_when_their_starter_is_killed(tmp_path: Path, end: signal.Signals) -> None:
    os.mkfifo(tmp_path / "never")
    starter = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], stderr=subprocess.DEVNULL)
    family = grown(starter.pid, 4)
    starter.send_signal(end)
    starter.wait(10)
    gone(family)


def test_all_steps_end_when_their_forker_is_killed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "never")
    starter = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], stderr=subprocess.PIPE)
    family = grown(starter.pid, 4)
    family[0].kill()
    _, errors = starter.communicate(timeout=10)
    assert UnavailableError.__name__ in errors.decode()
    gone(family)


def grown(pid: int, count: int) -> list[psutil.Process]:
    """All processes below it, the forker first, once there are as many."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        family = psutil.Process(pid).children(recursive=True)
        if len(family) == count:
            return sorted(family, key=lambda one: one.ppid() != pid)
        time.sleep(0.02)
    raise AssertionError("the children did not come")


def gone(family: list[psutil.Process]) -> None:
    until(lambda: all(has_ended(one.pid) for one in family), 5)


def test_the_version_names_the_tool() -> None:
    assert tool().version().startswith("bcftools ")


def test_a_program_that_is_no_bcftools_is_told() -> None:
    with pytest.raises(UnavailableError, match="GRT_VARIANTS_BCFTOOLS"):
        tool(bcftools="/bin/true").version()
