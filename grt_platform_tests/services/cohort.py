"""A question that takes a while, over files of several contigs; and its answer by one process."""

import random
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from grt_platform.kernel.bgzf import inflate_blocks, packed_blocks
from grt_platform.systems.variants.engine.answering import Answer
from grt_platform_tests.systems.variants.engine.project import Project
from grt_platform_tests.systems.variants.project import vcf

SLOWLY = "; ".join(["norm -m -any; norm -m +any"] * 4)


def file(name: str) -> bytes:
    """A VCF file of eight contigs."""
    dice = random.Random(name)
    records = [
        f"c{contig} {at} A C,G {' '.join(dice.choices(('0/0', '0/1', '1/2'), k=20))}"
        for contig in range(8)
        for at in range(1, 9000, 3 if name == "a" else 7)
    ]
    return vcf([f"{name}{number}" for number in range(20)], *records)


def told_apart(sharded: bytes, alone: bytes) -> list[str]:
    """How blocks of two BGZF files of the same text differ, and which are packed so again; nothing if equal."""
    differing = []
    for number, (one, other) in enumerate(zip_longest(_blocks(sharded), _blocks(alone), fillvalue=b"")):
        if one != other:
            again = packed_blocks(inflate_blocks(other or one))
            told = [name for name, block in (("sharded", one), ("alone", other)) if block == again]
            differing.append(f"block {number}: {len(one)} and {len(other)} bytes; packed again it is that of {told}")
    return differing if differing or sharded == alone else ["what follows the blocks"]


def _blocks(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 16 : at + 18], "little") + 1
        yield data[at : at + size]
        at += size


def answered_here(folder: Path, files: Mapping[str, bytes], command: str, mark: str) -> Answer:
    """The same question answered by one process of the test."""
    project = Project(folder)
    for name, data in files.items():
        (folder / name).write_bytes(data)
        project.take(folder / name)
    return project.ask(command, mark=mark)
