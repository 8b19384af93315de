"""FASTA files for benchmarks of genes: many genes, or a few gigabases; the same bytes each time."""

from pathlib import Path

import numpy as np


def make_fasta(path: Path, megabytes: float, mean: int = 1900, width: int = 60) -> None:
    """Genes of `mean` letters, half less or more, in lines of `width`."""
    random = np.random.default_rng(1)
    with path.open("wb") as sink:
        number = 0
        while sink.tell() < megabytes * 1e6:
            letters = random.choice(
                np.frombuffer(b"ACGT", np.uint8), random.integers(mean // 2, mean * 3 // 2)
            ).tobytes()
            lines = [letters[at : at + width] for at in range(0, len(letters), width)]
            sink.write(b">gene_%d of the benchmark\n%s\n" % (number, b"\n".join(lines)))
            number += 1


def make_large(path: Path, gigabytes: float, record: int | None) -> None:
    """One record of so many letters, or many of `record`."""
    line = b"ACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGTTGCAACGT\n"
    with path.open("wb") as sink:
        if record is None:
            sink.write(b">all\n")
            for _ in range(int(gigabytes * 1e9 / len(line) / 10_000)):
                sink.write(line * 10_000)
            return
        for number in range(int(gigabytes * 1e9 / (record + 12))):
            sink.write(b">r%d\n%s\n" % (number, (line * (record // 60))[:record].replace(b"\n", b"")))
