"""The three lists of files: each file with its own size and sum, contradictions never guessed away."""

import pytest

from grt_platform.systems.ena.logic.files import DISAGREE, NO_FASTQ, NO_PAIR, read_files
from grt_platform_tests.systems.ena.logic.samples import runs

A, B, C = "a" * 32, "b" * 32, "c" * 32


def row(locations: str | None, sizes: str | None, sums: str | None) -> dict[str, str | None]:
    return {"fastq_ftp": locations, "fastq_bytes": sizes, "fastq_md5": sums}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (row(None, None, None), NO_FASTQ),
        (row("", "  ", ""), NO_FASTQ),
        (row("h/x_1.fastq.gz", "", A), DISAGREE),
        (row("h/x_1.fastq.gz;h/x_2.fastq.gz", "1", f"{A};{B}"), DISAGREE),
        (row("h/x_1.fastq.gz;", "1;", f"{A};"), DISAGREE),
        (row("h/x_1.fastq.gz;h/x_1.fastq.gz", "1;1", f"{A};{B}"), DISAGREE),
        (row("h/../x_1.fastq.gz", "1", A), DISAGREE),
        (row("/etc/passwd", "1", A), DISAGREE),
        (row("h/x 1.fastq.gz", "1", A), DISAGREE),
        (row("h/$(id).gz", "1", A), DISAGREE),
        (row("h/x_1.fastq.gz", "-1", A), DISAGREE),
        (row("h/x_1.fastq.gz", "\u0661", A), DISAGREE),
        (row("h/x_1.fastq.gz", "1", "A" * 31), DISAGREE),
        (row("h/x.fastq.gz", "1", A), NO_PAIR),
        (row("h/x_1.fastq.gz", "1", A), NO_PAIR),
        (row("h/x_1.fastq.gz;h/x.fastq.gz", "1;2", f"{A};{B}"), NO_PAIR),
    ],
)
def test_a_run_without_its_files_says_why(given, reason):
    read = read_files(given, is_paired=True)
    assert read.reason.startswith(reason)
    assert read.is_fault == (reason == DISAGREE)


def test_the_third_file_of_a_pair_keeps_its_own_sum_wherever_it_stands():
    read = read_files(
        row("h/x.fastq.gz;h/x_1.fastq.gz;h/x_2.fastq.gz", "1;20;30", f"{A};{B};{C.upper()}"), is_paired=True
    )
    assert [(file.name, file.mate, file.size_bytes, file.md5) for file in read.files] == [
        ("x.fastq.gz", None, 1, A),
        ("x_1.fastq.gz", 1, 20, B),
        ("x_2.fastq.gz", 2, 30, C),
    ]
    assert (read.reason, read.size_bytes) == ("", 51)


def test_a_single_run_needs_no_pair():
    assert read_files(row("h/x.fastq.gz", "1", A), is_paired=False).reason == ""


def test_real_runs_with_three_files_read():
    for run in runs("mgnify_wgs_three_files.json"):
        sized = {**run, "fastq_bytes": ";".join("1" for _ in run["fastq_ftp"].split(";"))}
        assert [file.mate for file in read_files(sized, is_paired=True).files] == [None, 1, 2]
