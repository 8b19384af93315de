"""The engine's answers are those of the slow way: combine everything first, then filter."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform_tests.oracles.combine_first import BCFTOOLS, combine_first, genotypes
from grt_platform_tests.systems.variants.engine.project import Project

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(not Path(BCFTOOLS).exists(), reason="Debian's bcftools is not installed"),
]
FIXTURES = Path(__file__).parents[3] / "data" / "variants" / "fixtures"
HOM = "HOM_20ind_17SNPs"
COMMANDS = [
    "view",
    "view -c 1",
    "view -q 0.2:minor",
    "view -r 1:20-30",
    "view -r 1:20-30,2:1-10 --regions-overlap 2",
    "view -r 2; view -i 'AC>1'",
    "view -t 1:15-40",
    "view -m2 -M2 -v snps",
    "filter -e 'F_MISSING>0.5'; view -r 1:10-35",
    "view -r 1:25 --regions-overlap 0; view -c 1",
    "norm -m-any; view -r 1:10-40",
    "view -U; view -g het",
]


@pytest.mark.parametrize(
    ("command", "records", "missing"), [("view", 17, 19), ("view -c 1", 17, 19), ("view -q 0.2:minor", 8, 9)]
)
def test_a_filter_sees_the_combined_samples(tmp_path: Path, command: str, records: int, missing: int) -> None:
    project = Project(tmp_path)
    for half in ("first", "last"):
        project.take(FIXTURES / f"{HOM}_{half}_10_samples.vcf.gz")
    given = project.ask(command)
    calls = [call for record in genotypes(given.result) for _, call in record[4]]
    assert (given.records, len(calls), calls.count("./.")) == (records, records * 20, missing)
    files = {one.bcf: one.samples for one in project.made.values()}
    assert genotypes(given.result) == genotypes(combine_first(files, given.samples, command, tmp_path / "slow"))


@pytest.mark.parametrize(
    "edit", ["scramble_scaffold_order", "break_merge", "have_different_variants", "have_different_scaffolds"]
)
def test_halves_that_other_systems_stumble_over_are_combined(tmp_path: Path, edit: str) -> None:
    project = Project(tmp_path)
    project.take(FIXTURES / f"{HOM}_first_10_samples.vcf.gz")
    project.take(FIXTURES / f"{HOM}_last_10_samples_with_edit_to_{edit}.vcf.gz")
    given = project.ask("view")
    files = {one.bcf: one.samples for one in project.made.values()}
    assert genotypes(given.result) == genotypes(combine_first(files, given.samples, "view", tmp_path / "slow"))


def letters(choice: random.Random, length: int) -> str:
    return "".join(choice.choices("ACGT", k=length))


class Made:
    """Files whose samples, contigs and records overlap in every way.

    Where files share samples, all have the same alleles at a position: which of two deletions of one sample is put
    beside which of another is a matter of the order in which bcftools sees them.
    """

    def __init__(self, seed: int, *, is_shared: bool) -> None:
        self.choice, self.is_shared = random.Random(seed), is_shared
        self.reference = {contig: letters(self.choice, 90) for contig in ("1", "2", "3")}
        self.samples = [f"s{number}" for number in range(8)]
        self.alleles: dict[tuple[str, int], list[tuple[str, list[str]]]] = {}

    def file(self, *, is_ordered: bool) -> tuple[list[str], list[str], tuple[str, ...]]:
        samples = self.choice.sample(self.samples, min(self.choice.randint(1, 4), len(self.samples)))
        if not self.is_shared:
            self.samples = [sample for sample in self.samples if sample not in samples]
        contigs = ["1", "2", "3"] if is_ordered else self.choice.sample(["1", "2", "3"], 3)
        held = [contig for contig in contigs if self.choice.random() < 0.8]
        records = [line for contig in held for line in self.records(contig, len(samples))]
        return samples, records, tuple(contigs)

    def records(self, contig: str, columns: int) -> Iterator[str]:
        for position in sorted(self.choice.sample(range(1, 60), self.choice.randint(0, 25))):
            there = self.variants(contig, position)
            if self.is_shared:
                there = self.alleles.setdefault((contig, position), there)
            for reference, others in there:
                yield self.line(contig, position, reference, others, columns)

    def variants(self, contig: str, position: int) -> list[tuple[str, list[str]]]:
        reference = self.reference[contig]
        here, whole = reference[position - 1], reference[position - 1 : position + self.choice.randint(1, 11)]
        bases = [letter for letter in "ACGT" if letter != here]
        snp = (here, self.choice.sample(bases, self.choice.choice([1, 1, 2])))
        indel = (whole, [here]) if self.choice.random() < 0.7 else (here, [whole])
        return self.choice.choice([[snp], [snp], [indel], [snp, indel]])

    def line(self, contig: str, position: int, reference: str, others: list[str], columns: int) -> str:
        codes = [".", *map(str, range(len(others) + 1))]
        calls = ["/".join(self.choice.choices(codes, k=2)) for _ in range(columns)]
        return f"{contig} {position} {reference} {','.join(others)} {' '.join(calls)}"


def compared(folder: Path, seed: int, *, is_shared: bool) -> None:
    made, project = Made(seed, is_shared=is_shared), Project(folder, files_at_once=2 if seed % 3 == 0 else 50)
    for number in range(made.choice.randint(2, 5) if is_shared else 3):
        samples, records, contigs = made.file(is_ordered=seed % 2 == 0)
        if samples:
            project.add(f"{number}.vcf.gz", samples, records, contigs=contigs)
    held = sorted({sample for one in project.made.values() for sample in one.samples})
    wanted = made.choice.sample(held, made.choice.randint(min(3, len(held)), len(held)))
    command = COMMANDS[seed % len(COMMANDS)]
    files = {one.bcf: one.samples for one in project.made.values()}
    expected = genotypes(combine_first(files, wanted, command, folder / "slow"))
    assert genotypes(project.ask(command, wanted).result) == expected


@pytest.mark.parametrize("seed", range(12))
def test_files_that_share_samples_give_the_genotypes_of_combining_first(tmp_path: Path, seed: int) -> None:
    compared(tmp_path, seed, is_shared=True)


@pytest.mark.parametrize("seed", range(12))
def test_files_of_different_samples_give_the_genotypes_of_combining_first(tmp_path: Path, seed: int) -> None:
    compared(tmp_path, seed, is_shared=False)


@pytest.mark.parametrize("command", ["view -c 1", "view -r 1:10-40; norm -m-any; sort", "view -r 1:17-30"])
def test_debians_bcftools_and_the_one_inside_pysam_give_the_same(tmp_path: Path, command: str) -> None:
    made, project = Made(5, is_shared=False), Project(tmp_path)
    for number in range(2):
        samples, records, contigs = made.file(is_ordered=True)
        project.add(f"{number}.vcf.gz", samples, records, contigs=contigs)
    inside = project.ask(command)
    project.tool = Bcftools(ToolLimits(bcftools=BCFTOOLS, time_s=60))
    debians = project.ask(command)
    assert genotypes(debians.result) == genotypes(inside.result)
    assert (debians.records, debians.versions["bcftools"]) == (inside.records, project.tool.version())
