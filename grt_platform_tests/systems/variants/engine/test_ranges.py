"""Files that lie elsewhere: only the byte ranges that the regions need are read, and the answer is the same."""

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.variants.engine.sources import Source
from grt_platform_tests.systems.variants.engine.project import Project
from grt_platform_tests.systems.variants.engine.test_answering import lines

SAMPLES = [f"s{number}" for number in range(80)]


class Counting(io.FileIO):
    """A file elsewhere that counts what is read of it."""

    def __init__(self, path: Path, reads: list[int]) -> None:
        super().__init__(path)
        self.reads = reads

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.reads.append(len(data))
        return data


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    choice = random.Random(3)
    project = Project(tmp_path_factory.mktemp("ranges"))
    for name, samples in (("a.vcf.gz", SAMPLES[:40]), ("b.vcf.gz", SAMPLES[40:])):
        records = [
            f"{contig} {position} {'A' * choice.choice([1, 1, 1, 40])} C "
            + " ".join(choice.choices(["0/0", "0/1", "1/1", "./."], k=40))
            for contig in ("1", "2", "3")
            for position in range(1, 990_000, 100)
        ]
        project.add(name, samples, records, contigs=("1", "2", "3"))
    return project


def elsewhere(project: Project, reads: list[int], *, is_text: bool = False) -> Callable[[str], Source]:
    def source(name: str) -> Source:
        made = project.made[name]
        path, index = (project.folder / name, made.csi) if is_text else (made.bcf, made.bcf_csi)

        def opened() -> BinaryIO:
            return Counting(path, reads)

        return Source(name, None, index, opened)

    return source


@pytest.mark.parametrize("is_text", [False, True], ids=["copy", "text"])
@pytest.mark.parametrize("regions", ["2:700000-720000", "1:1-200,3:989000-", "2:700020-700120", "3"])
def test_a_region_of_files_elsewhere_is_the_same_as_of_files_here(
    project: Project, regions: str, is_text: bool
) -> None:
    reads: list[int] = []
    here, there = (
        project.ask(f"view -r {regions}"),
        project.ask(f"view -r {regions}", source=elsewhere(project, reads, is_text=is_text)),
    )
    assert lines(there) == lines(here)
    assert len(lines(here)) > 1
    assert there.fetched_bytes == sum(reads)
    assert here.fetched_bytes == 0


def test_a_small_region_needs_a_small_part_of_the_bytes(project: Project) -> None:
    reads: list[int] = []
    given = project.ask("view -r 2:700000-720000", source=elsewhere(project, reads))
    whole = sum(made.bcf.stat().st_size for made in project.made.values())
    assert whole > 1_500_000
    assert given.fetched_bytes < whole / 2


def test_without_regions_everything_is_read_once(project: Project) -> None:
    reads: list[int] = []
    given = project.ask("view -c 1", source=elsewhere(project, reads))
    assert given.fetched_bytes == sum(made.bcf.stat().st_size for made in project.made.values())
    assert lines(given) == lines(project.ask("view -c 1"))


def test_an_index_of_another_file_is_told_and_gives_no_answer(project: Project, tmp_path: Path) -> None:
    other = Project(tmp_path)
    other.add("a.vcf.gz", ["s0"], [f"1 {position} A C 0/1" for position in range(1, 990_000, 50)])
    wrong = other.made["a.vcf.gz"].bcf_csi

    def source(name: str) -> Source:
        return Source(name, None, wrong, lambda: project.made[name].bcf.open("rb"))

    with pytest.raises(BadSourceError, match=r"vcf\.gz"):
        project.ask("view -r 1:700000-720000", ["s3"], source=source)


def test_a_source_that_is_nowhere_is_named(project: Project) -> None:
    with pytest.raises(BadSourceError, match=r"^a\.vcf\.gz: it is neither here"):
        project.ask("view", ["s1"], source=lambda name: Source(name, None, project.made[name].bcf_csi))
