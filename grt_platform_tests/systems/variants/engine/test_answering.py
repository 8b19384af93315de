"""Answers of the engine: which records, in which order, from which files; and what a bad end leaves."""

import gzip
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from grt_platform.adapters.bcftools.errors import LimitError, ToolError
from grt_platform.adapters.bcftools.index import index_file
from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.systems.variants.engine.answering import Answer
from grt_platform.systems.variants.engine.sources import Source
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform_tests.adapters.bcftools.test_tool import children
from grt_platform_tests.systems.variants.engine.project import Project
from grt_platform_tests.vcf_files import bgzip


def lines(answer: Answer) -> list[list[str]]:
    """The records, by columns; the header's line of columns first."""
    text = gzip.decompress(answer.result.read_bytes()).decode()
    return [line.split("\t") for line in text.splitlines() if not line.startswith("##")]


def places(answer: Answer) -> list[tuple[str, int]]:
    return [(line[0], int(line[1])) for line in lines(answer)[1:]]


def left(project: Project) -> list[str]:
    return sorted(path.name for path in (project.folder / f"job {project.asked}").iterdir())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_samples_of_several_files_stand_side_by_side(project: Project) -> None:
    project.add("a.vcf.gz", ["s1", "s2"], ["1 10 A C 0/1 0/0", "2 5 G T 1/1 0/0"])
    project.add("b.vcf.gz", ["s3"], ["1 10 A C 1/1", "1 20 C G 0/1"])
    answer = project.ask("view")
    assert lines(answer)[0][9:] == ["s1", "s2", "s3"] == list(answer.samples)
    assert [(line[1], line[9:]) for line in lines(answer)[1:]] == [
        ("10", ["0/1", "0/0", "1/1"]),
        ("20", ["./.", "./.", "0/1"]),
        ("5", ["1/1", "0/0", "./."]),
    ]
    assert (answer.records, answer.duplicates, answer.files) == (3, 0, ("a.vcf.gz", "b.vcf.gz"))
    assert left(project) == ["log.txt", "result.vcf.gz", "result.vcf.gz.csi"]


def test_the_result_is_known_for_a_result_and_tells_none_of_our_places(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1"])
    answer = project.ask("view")
    again = index_file(answer.result, project.folder / "again", project.tool, name="result")
    assert again.is_result
    header = gzip.decompress(answer.result.read_bytes()).decode()
    assert "##grt_variants_result=a test\n" in header
    for text in (header, answer.log.read_text()):
        assert str(project.folder) not in text
        assert "file-0" not in text


def test_the_same_question_gives_the_same_bytes(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1"])
    project.add("b.vcf.gz", ["s2"], ["1 10 A C 0/1"])
    first, second = project.ask("view -c 1"), project.ask("view -c 1")
    assert first.result.read_bytes() == second.result.read_bytes()
    assert first.index.read_bytes() == second.index.read_bytes()


@pytest.mark.parametrize(("form", "head"), [(ResultFormat.BCF, b"BCF\2"), (ResultFormat.VCF, b"##fileformat=VCF")])
def test_a_result_without_records_is_whole(project: Project, form: ResultFormat, head: bytes) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1"])
    answer = project.ask("view -i 'POS>100'", form=form)
    assert gzip.decompress(answer.result.read_bytes()).startswith(head)
    assert answer.result.read_bytes().endswith(bytes(8))
    assert answer.records == 0
    assert index_file(answer.result, project.folder / "again", project.tool, name="result").is_result


def test_a_table_is_what_query_prints(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1", "1 20 A G 1/1"])
    answer = project.ask("view -c 2; query -f '%CHROM:%POS[\\t%GT]\\n'", form=ResultFormat.TSV)
    assert answer.result.read_text() == "1:20\t1/1\n"
    assert (answer.records, answer.index) == (1, None)


def test_segments_run_in_their_order(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C,G 1/2", "1 20 A T 0/1"])
    assert places(project.ask("norm -m-; view -i 'ALT=\"G\"'")) == [("1", 10)]
    assert places(project.ask("view -m2 -M2; norm -m-; sort")) == [("1", 20)]


# --- regions


def test_a_deletion_that_reaches_into_a_region_brings_the_records_it_is_combined_with(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 AC A 0/1", "1 30 A C 0/1"])  # ends before the region
    project.add("b.vcf.gz", ["s2"], ["1 10 ACGTACGTACGT A 0/1"])  # reaches into it
    answer = project.ask("view -r 1:15-25")
    [line] = lines(answer)[1:]
    spelled = [[[line[3], *line[4].split(",")][int(code)] for code in call.split("/")] for call in line[9:]]
    assert (line[:2], spelled) == (["1", "10"], [["ACGTACGTACGT", "AGTACGTACGT"], ["ACGTACGTACGT", "A"]])


def test_records_at_the_edges_of_a_region_are_in_it(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], [f"1 {position} A C 0/1" for position in (9, 10, 20, 21)])
    assert places(project.ask("view -r 1:10-20")) == [("1", 10), ("1", 20)]


def test_regions_asked_for_in_another_order_or_twice_give_each_record_once_in_order(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1", "1 50 A C 0/1", "2 7 A C 0/1"])
    assert places(project.ask("view -r 2,1:40-60,1:1-45,1:5-15")) == [("1", 10), ("1", 50), ("2", 7)]


def test_a_contig_with_a_colon_in_its_name_is_found(project: Project) -> None:
    name = "HLA-A*01:01"
    project.add("a.vcf.gz", ["s1"], [f"{name} 10 A C 0/1", f"{name} 99 A C 0/1"], contigs=("1", name))
    assert places(project.ask("view -r {HLA-A*01:01}:5-50")) == [(name, 10)]


def test_only_files_with_a_selected_sample_and_an_asked_contig_are_opened(project: Project) -> None:
    for number in range(6):
        contig = str(number % 2 + 1)
        project.add(f"{number}.vcf.gz", [f"s{number}", f"t{number}"], [f"{contig} 10 A C 0/1 1/1"])
    opened: list[str] = []

    def source(name: str) -> Source:
        opened.append(name)
        return project.source(name)

    answer = project.ask("view -r 2", ["s0", "s1", "t1", "s3"], source=source)
    assert opened == list(answer.files) == ["1.vcf.gz", "3.vcf.gz"]
    assert lines(answer)[0][9:] == ["s1", "t1", "s3", "s0"]  # s0 has no record there: its genotypes are missing
    assert [line[9:] for line in lines(answer)[1:]] == [["0/1", "1/1", "0/1", "./."]]


# --- files that other systems refuse


def test_files_of_one_contig_each_in_reversed_order_give_a_sorted_result(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["3 10 A C 0/1"], contigs=("1", "2", "3"))
    project.add("b.vcf.gz", ["s1"], ["2 10 A C 0/1"], contigs=("1", "2", "3"))
    project.add("c.vcf.gz", ["s1"], ["1 10 A C 0/1"], contigs=("1", "2", "3"))
    assert places(project.ask("view")) == [("1", 10), ("2", 10), ("3", 10)]


def test_interleaved_files_that_repeat_records_give_each_once_and_the_repeats_are_counted(project: Project) -> None:
    project.add("a.vcf.gz", ["s1", "s2"], ["1 10 A C 0/1 0/0", "1 30 A C 0/1 0/0", "2 10 A C 0/1 0/0"])
    project.add(
        "b.vcf.gz", ["s2", "s1"], ["1 20 A C 0/1 0/0", "1 30 A C 1/1 1/1", "1 30 A G 1/1 1/1", "2 10 A C 0/0 1/1"]
    )
    answer = project.ask("view")
    assert [(line[0], line[1], line[4], line[9:]) for line in lines(answer)[1:]] == [
        ("1", "10", "C", ["0/1", "0/0"]),
        ("1", "20", "C", ["0/0", "0/1"]),
        ("1", "30", "C", ["0/1", "0/0"]),
        ("1", "30", "G", ["1/1", "1/1"]),
        ("2", "10", "C", ["0/1", "0/0"]),
    ]
    assert answer.duplicates == 2


def test_contigs_that_are_spread_over_files_come_together(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1", "3 10 A C 0/1"], contigs=("1", "2", "3"))
    project.add("b.vcf.gz", ["s1"], ["2 10 A C 0/1", "3 5 A C 0/1"], contigs=("1", "2", "3"))
    assert places(project.ask("view")) == [("1", 10), ("2", 10), ("3", 5), ("3", 10)]


def test_files_whose_headers_order_contigs_otherwise_are_merged(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1", "2 10 A C 0/1"], contigs=("1", "2"))
    project.add("b.vcf.gz", ["s2"], ["2 10 A C 1/1", "1 10 A C 1/1"], contigs=("2", "1"))
    project.add("c.vcf.gz", ["s3"], ["4 9 A C 1/1", "1 10 A C 0/0"], contigs=("4", "1"))
    answer = project.ask("view")
    assert [(line[0], line[1], line[9:]) for line in lines(answer)[1:]] == [
        ("1", "10", ["0/1", "1/1", "0/0"]),
        ("2", "10", ["0/1", "1/1", "./."]),
        ("4", "9", ["./.", "./.", "1/1"]),
    ]


def test_streams_that_htslib_takes_for_unsorted_are_merged_by_their_indexes(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["2 10 A C 0/1"])
    project.add("b.vcf.gz", ["s2"], ["2 10 AAAA C 0/1"])
    answer = project.ask("view")
    assert [(line[1], line[3], line[9:]) for line in lines(answer)[1:]] == [
        ("10", "A", ["0/1", "./."]),
        ("10", "AAAA", ["./.", "0/1"]),
    ]
    assert "merged again" in answer.log.read_text()


def test_files_that_overlap_in_some_samples_only_are_no_conflict(project: Project) -> None:
    project.add("a.vcf.gz", ["s1", "s2"], ["1 10 A C 0/1 0/1"])
    project.add("b.vcf.gz", ["s2", "s3"], ["2 10 A C 1/1 1/1"], contigs=("1", "2"))
    answer = project.ask("view")
    calls = [dict(zip(lines(answer)[0][9:], line[9:], strict=True)) for line in lines(answer)[1:]]
    assert calls == [{"s1": "0/1", "s2": "0/1", "s3": "./."}, {"s1": "./.", "s2": "1/1", "s3": "1/1"}]


def test_a_file_of_sites_alone_is_ignored(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1"])
    project.add("b.vcf.gz", [], ["1 20 A C"])
    answer = project.ask("view")
    assert (places(answer), answer.files) == ([("1", 10)], ("a.vcf.gz",))


def test_genotypes_can_be_dropped_from_several_files(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1"])
    project.add("b.vcf.gz", ["s2"], ["1 20 A C 0/1"])
    assert [len(line) for line in lines(project.ask("view -G"))] == [8, 8, 8]


# --- hostile names


def test_names_of_files_and_samples_are_only_names(project: Project) -> None:
    hostile = ["-Ob -o x.vcf.gz", "a b;c.vcf.gz", "$(touch x).vcf.gz", "'\".vcf.gz"]
    names = ["a b", "x,y", "-s", "^z", "ü", "$(id)", "'", '"q"']
    for number, name in enumerate(hostile):
        project.add(name, names[2 * number : 2 * number + 2], ["1 10 A C 0/1 1/1"])
    answer = project.ask("view", names)
    assert sorted(lines(answer)[0][9:]) == sorted(names)
    assert [sorted(line[9:]) for line in lines(answer)[1:]] == [["0/1"] * 4 + ["1/1"] * 4]
    assert not list(project.folder.rglob("x"))


def test_names_that_do_not_fit_on_a_command_line_are_selected(project: Project) -> None:
    names = [f"a rather long name of sample number {number:06}" for number in range(12_500)]
    project.add("a.vcf.gz", names, ["1 10 A C " + " ".join(["0/1"] * 12_500)])
    answer = project.ask("view -c 1", list(reversed(names[:12_000])))
    assert len(lines(answer)[0]) == 12_009


# --- bad ends


def test_a_tag_that_no_file_has_is_told_to_whoever_asked(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1"])
    with pytest.raises(
        ToolError, match=r'asked for by the command.*the tag "NOPE" is not defined.*correct the command'
    ):
        project.ask("view -c 1; view -i 'NOPE>1'")
    assert left(project) == ["log.txt"]
    assert "NOPE" in (project.folder / "job 1" / "log.txt").read_text()


def test_a_file_that_was_damaged_since_is_named(project: Project) -> None:
    for name, sample in (("good.vcf.gz", "s1"), ("bad.vcf.gz", "s2")):
        project.add(name, [sample], [f"1 {position} A C 0/1" for position in range(1, 90_000)])
    copy = project.made["bad.vcf.gz"].bcf
    data = bytearray(copy.read_bytes())
    data[-len(data) // 3] ^= 0xFF
    copy.write_bytes(bytes(data))
    with pytest.raises(BadSourceError, match=r"^bad\.vcf\.gz: "):
        project.ask("view", ["s2"])
    with pytest.raises(BadSourceError, match=r"bad\.vcf\.gz"):
        project.ask("view -c 1")
    assert left(project) == ["log.txt"]


def test_files_that_contradict_each_other_are_told(project: Project) -> None:
    tag = '##FORMAT=<ID=XX,Number=1,Type={},Description="x">\n'
    row = "1\t10\t.\tA\tC\t.\tPASS\t.\tGT:XX\t0/1:{}"
    project.add("a.vcf.gz", ["s1"], [row.format(1)], more=[tag.format("Integer")])
    project.add("b.vcf.gz", ["s2"], [row.format("text")], more=[tag.format("String")])
    with pytest.raises(BadSourceError, match="define XX as different types"):
        project.ask("view")
    assert left(project) == ["log.txt"]


def test_a_cancel_leaves_nothing_and_no_child(project: Project) -> None:
    for name, sample in (("a.vcf.gz", "s1"), ("b.vcf.gz", "s2")):
        project.add(name, [sample], [f"1 {position} A C 0/1" for position in range(1, 60_000)])

    def report(step: str, share: float) -> None:
        if step == "apply the command" and children()[1:]:
            raise RuntimeError("canceled")

    with pytest.raises(RuntimeError, match="canceled"):
        project.ask("view -c 1", report=report)
    assert left(project) == ["log.txt"]
    assert children() == []


def test_progress_only_grows(project: Project) -> None:
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1"])
    project.add("b.vcf.gz", ["s1"], ["1 5 A C 0/1"])
    shares: list[float] = []
    project.ask("view -r 1:2-20", report=lambda _, share: shares.append(share))
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_a_result_that_grows_too_large_is_ended(tmp_path: Path) -> None:
    project = Project(tmp_path, file_bytes=200_000)
    project.add("a.vcf.gz", ["s1"], [f"1 {position} A C 0/{position % 3 % 2}" for position in range(1, 30_000)])
    with pytest.raises(LimitError, match="GRT_VARIANTS_FILE_BYTES"):
        project.ask("query -f '%CHROM %POS %REF %ALT and more text to make it long\\n'", form=ResultFormat.TSV)
    assert left(project) == ["log.txt"]


def test_a_command_for_a_newer_bcftools_is_refused_by_an_older_one(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1"])
    old = tmp_path / "bcftools"
    old.write_text("#!/bin/sh\necho bcftools 1.16\n")
    old.chmod(old.stat().st_mode | stat.S_IXUSR)
    project.tool = Project(tmp_path, bcftools=str(old)).tool
    with pytest.raises(BadInputError, match=r"needs bcftools 1\.18 or newer, this installation has 1\.16"):
        project.ask("view -A")


# --- many files


@pytest.mark.slow
def test_fifteen_hundred_files_are_merged_in_batches(tmp_path: Path) -> None:
    project = Project(tmp_path, open_files=100)
    model = project.add("0000.vcf.gz", ["s0000"], ["1 10 A C 0/1", "2 20 A C 1/1"])
    copy = gzip.decompress(model.bcf.read_bytes())
    for number in range(1, 1500):
        path = tmp_path / f"{number:04}.bcf"
        path.write_bytes(bgzip(copy.replace(b"s0000", b"s%04d" % number)))
        project.made[f"{number:04}.vcf.gz"] = replace(model, samples=(f"s{number:04}",), bcf=path)
    answer = project.ask("view")
    assert [len(line) for line in lines(answer)] == [1509, 1509, 1509]
    assert set(lines(answer)[1][9:]) == {"0/1"}
    assert (answer.records, len(answer.files)) == (2, 1500)


def test_more_files_of_one_sample_than_are_woven_at_once(tmp_path: Path) -> None:
    project = Project(tmp_path, files_at_once=2)
    for number in range(5):
        project.add(f"{number}.vcf.gz", ["s1"], [f"1 {position} A C 0/1" for position in (number + 1, 50)])
    answer = project.ask("view")
    assert places(answer) == [("1", 1), ("1", 2), ("1", 3), ("1", 4), ("1", 5), ("1", 50)]
    assert answer.duplicates == 4


def test_the_folder_of_a_job_may_be_anywhere(tmp_path: Path) -> None:
    folder = tmp_path / "with blanks, and: 'quotes'"
    folder.mkdir()
    project = Project(folder)
    project.add("a.vcf.gz", ["s1"], ["1 10 A C 0/1"])
    assert os.fspath(project.ask("view").result).startswith(str(folder))
