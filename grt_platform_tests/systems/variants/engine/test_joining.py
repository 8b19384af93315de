"""Answers for some contigs each, put together, are the answer for all: byte for byte, whatever the cut."""

from pathlib import Path

import pytest

from grt_platform.kernel.shards import cut
from grt_platform.systems.variants.engine.answering import Answer
from grt_platform.systems.variants.engine.joining import joined
from grt_platform.systems.variants.logic.command import parse_command
from grt_platform.systems.variants.logic.cutting import can_be_cut, is_in_order, weighed
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.planning import PlanLimits, plan
from grt_platform_tests.systems.variants.engine.project import Project
from grt_platform_tests.systems.variants.engine.test_oracle import COMMANDS, Made

FORMS = (ResultFormat.VCF, ResultFormat.BCF, ResultFormat.TSV)
QUERY = "query -f '%CHROM:%POS[\\t%GT]\\n'"


def parts_of(project: Project, command: str, form: ResultFormat, most: int) -> list[list[str]]:
    """The contigs of each shard."""
    parsed = parse_command(command, form)
    files = project.dimensions
    contigs = weighed(plan(files, None, parsed.regions, PlanLimits()), files, parsed)
    names = list(contigs)
    return [[names[at] for at in part] for part in cut(list(contigs.values()), most)]


def together(project: Project, command: str, form: ResultFormat, parts: list[list[str]]) -> tuple[Path, int, bool]:
    """The joined result, the duplicates left out, and whether the cut was in the order of the result."""
    answers = [project.ask(command, form=form, contigs=part) for part in parts]
    folder = project.folder / f"joined {project.asked}"
    folder.mkdir()
    files = [folder / f"part-{number}" for number in range(len(answers))]
    for answer, file in zip(answers, files, strict=True):
        answer.result.rename(file)
    whole = joined(files, folder, project.tool, form, lambda: None)
    assert whole.records == sum(answer.records for answer in answers)
    is_right = all(is_in_order(parts, answer.contigs) for answer in answers)
    return whole.result, sum(answer.duplicates for answer in answers), is_right


def same(whole: Answer, result: Path) -> None:
    assert result.read_bytes() == whole.result.read_bytes()
    if whole.index is not None:
        assert Path(f"{result}.csi").read_bytes() == whole.index.read_bytes()


@pytest.mark.parametrize("seed", range(12))
def test_any_cut_of_hostile_files_gives_the_bytes_of_none(tmp_path: Path, seed: int) -> None:
    form = FORMS[seed // 2 % len(FORMS)]
    made, project = Made(seed, is_shared=seed % 4 == 0), Project(tmp_path, files_at_once=2 if seed % 3 == 0 else 50)
    for number in range(3):
        samples, records, contigs = made.file(is_ordered=seed % 2 == 0)
        if samples:
            project.add(f"{number}.vcf.gz", samples, records, contigs=contigs)
    command = COMMANDS[seed % len(COMMANDS)] + (f"; {QUERY}" if form is ResultFormat.TSV else "")
    whole, tried = project.ask(command, form=form), 0
    for most in (2, 3):
        parts = parts_of(project, command, form, most)
        result, duplicates, is_right = together(project, command, form, parts)
        if is_right:
            same(whole, result)
            assert duplicates == whole.duplicates
            tried += 1
    assert tried == 2 or seed % 2, "files that agree in the order of contigs are always cut rightly"


@pytest.mark.parametrize("command", ["view", "norm -m-any -d all; sort", "filter -g 5 -s near; view -i 'AC>0'", QUERY])
def test_one_two_and_five_shards_of_many_blocks_give_the_same_bytes(tmp_path: Path, command: str) -> None:
    form = ResultFormat.TSV if command == QUERY else ResultFormat.BCF if "norm" in command else ResultFormat.VCF
    contigs, project = [f"c{number}" for number in range(9)], Project(tmp_path)
    for file, step in (("a", 3), ("b", 7)):
        records = [
            f"{contig} {at} A C,G {' '.join(['0/1', '1/2', './.'][(at + n) % 3] for n in range(12))}"
            for contig in contigs
            for at in range(1, 900, step)
        ]
        project.add(f"{file}.vcf.gz", [f"{file}{n}" for n in range(12)], records, contigs=contigs)
    whole = project.ask(command, form=form)
    assert form is ResultFormat.TSV or len(whole.result.read_bytes()) > 20_000
    for shards in (1, 2, 5):
        parts = parts_of(project, command, form, shards)
        assert len(parts) == shards
        result, _, is_right = together(project, command, form, parts)
        assert is_right
        same(whole, result)


def test_a_cut_against_the_order_of_the_result_is_noticed() -> None:
    assert is_in_order([["1"], ["2", "3"]], ["1", "x", "2", "3"])
    assert not is_in_order([["2"], ["1"]], ["1", "2"])
    assert not is_in_order([["1"], ["4"]], ["1", "2"])


def test_a_table_with_a_head_is_not_cut() -> None:
    assert can_be_cut(parse_command(QUERY, ResultFormat.TSV), ResultFormat.TSV)
    assert not can_be_cut(parse_command(f"{QUERY} -H", ResultFormat.TSV), ResultFormat.TSV)
    assert can_be_cut(parse_command("view", ResultFormat.VCF), ResultFormat.VCF)


def test_contigs_that_nobody_asks_for_are_in_no_shard(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.vcf.gz", ["s"], [f"{contig} 1 A C 0/1" for contig in "12"], contigs=["1", "2", "3"])
    assert parts_of(project, "view", ResultFormat.VCF, 3) == [["1"], ["2"]]
    assert parts_of(project, "view -r 2,3", ResultFormat.VCF, 3) == [["2"]]
