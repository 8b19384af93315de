"""ENA's answers: the good ones row by row, the degraded ones never as if they were good."""

import pytest

from grt_platform.systems.ena.logic.answer import (
    DegradedError,
    Summary,
    Tally,
    read_count,
    read_field_names,
    read_rows,
)
from grt_platform.systems.ena.logic.files import read_files
from grt_platform_tests.systems.ena.logic.samples import sample

WANTED = ("run_accession", "fastq_ftp")
HEADER = b"run_accession\tfastq_ftp\n"


def rows(*lines: bytes):
    return list(read_rows(lines, WANTED))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "empty body"),
        ([b"\n"], "empty body"),
        ([b"<html><body>Service Unavailable</body></html>"], "something else than a table"),
        ([b'[{"run_accession": "SRR1"}]'], "something else than a table"),
        ([b"run_accession\n", b"SRR1\n"], "lacks the columns fastq_ftp"),
        ([HEADER, b"SRR1\ta;b\n", b"SRR2"], "line 3 .* has 1 fields instead of 2"),
        ([HEADER, b"SRR1\ta\tb\n"], "line 2 .* has 3 fields instead of 2"),
        ([HEADER, b"\n"], "line 2"),
    ],
)
def test_a_degraded_answer_is_told_from_a_good_one(lines, told):
    with pytest.raises(DegradedError, match=told):
        rows(*lines)


def test_rows_come_as_they_arrive_in_whatever_order_the_columns_are():
    arriving = read_rows(iter([b"fastq_ftp\tother\trun_accession\r\n", b"a;b\tx\tSRR1\r\n", b"cut"]), WANTED)
    assert next(arriving) == {"fastq_ftp": "a;b", "other": "x", "run_accession": "SRR1"}
    with pytest.raises(DegradedError):
        next(arriving)


def test_fewer_or_more_rows_than_ena_counts_are_degraded():
    tally = Tally()
    list(tally.watch(rows(HEADER, b"SRR1\ta\n")))
    assert tally.summary(1) == Summary(rows=1, blank=0)
    for expected in (0, 2):
        with pytest.raises(DegradedError, match=f"counts {expected}"):
            tally.summary(expected)


@pytest.mark.parametrize(
    ("summary", "doubt"),
    [
        (Summary(0, 0), "no rows"),
        (Summary(1, 1), "1 of 1 runs without files"),
        (Summary(10, 6), "6 of 10 runs without files"),
        (Summary(10, 5), ""),
        (Summary(5000, 8), ""),
    ],
)
def test_an_answer_that_may_be_true_or_degraded_is_doubted(summary, doubt):
    assert summary.doubt == doubt


def test_real_answers_read():
    [row] = read_rows(sample("filereport_known_rows.tsv").splitlines(keepends=True), ("run_accession", "fastq_md5"))
    assert row["run_accession"] == "SRR1972616"
    files = read_files(row, is_paired=True)
    assert [(file.mate, file.size_bytes) for file in files.files] == [(1, 221771), (2, 189518)]
    assert list(read_rows(sample("filereport_unknown_accession.tsv").splitlines(), ("run_accession",))) == []


def test_counts_are_numbers_or_degraded():
    assert read_count(sample("count.tsv")) == 33717
    assert read_count(b"12\n") == 12
    for body in (b"", b"count\n", b"<html>", b"count\n-1", b"count\nmany", "count\n\u0661".encode()):
        with pytest.raises(DegradedError):
            read_count(body)


def test_the_list_of_fields_must_hold_the_runs_accession():
    assert read_field_names(b"columnId\tdescription\nrun_accession\tx\nlat\ty\n") == [
        "columnId",
        "run_accession",
        "lat",
    ]
    with pytest.raises(DegradedError):
        read_field_names(b"<html>")
