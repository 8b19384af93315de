"""Pipes between processes: each end is open where it is used and nowhere else."""

import os
from pathlib import Path

from grt_platform.adapters.bcftools.pipes import Pipes
from grt_platform.adapters.bcftools.step import PACK


def opened() -> set[str]:
    """What this process has open, by number."""
    return {path.name for path in Path("/dev/fd").iterdir()}


def test_what_one_step_writes_another_reads_and_nothing_stays_open():
    before = opened()
    pipes = Pipes(["a", "b"])
    writer = os.fork()
    if not writer:
        [*_, target] = pipes.enter(["view", "--output", "a"])
        with Path(target).open("wb") as stream:
            stream.write(b"told" * 50_000)  # more than Linux' pipes hold by themselves: nobody reads yet
        os._exit(0)
    pipes.leave(["view", "--output", "a"])
    reader = os.fork()
    if not reader:
        source = pipes.enter(["index", "a"])[1]
        with Path(source).open("rb") as stream:
            os._exit(stream.read() != b"told" * 50_000)
    pipes.leave(["index", "a"])
    assert [os.waitpid(pid, 0)[1] for pid in (writer, reader)] == [0, 0]
    pipes.close()
    assert opened() == before


def test_a_packer_reads_its_first_and_writes_its_others():
    pipes = Pipes(["plain", "packed"])
    try:
        assert pipes._used([PACK, "plain", "result", "", "packed"]) == [(1, "plain", 0), (4, "packed", 1)]
    finally:
        pipes.close()


def test_a_file_that_is_called_like_nothing_in_the_run_stays_a_file():
    pipes = Pipes([])
    assert pipes.enter(["view", "-o", "pipe-0", "a.bcf"]) == ["view", "-o", "pipe-0", "a.bcf"]
