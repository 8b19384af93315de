"""The table of runs: newest answer wins, every row counted, nothing held whole."""

from collections import defaultdict
from datetime import date

import polars as pl

from grt_platform.systems.ena.logic.fields import FIELDS
from grt_platform.systems.ena.logic.runs import ROWS_AT_ONCE, Answer, Counts, Stray, accession_list, reasons, runs
from grt_platform.systems.ena.logic.wanted import Wanted
from grt_platform.systems.ena.schemas import RUNS

OLD, NEW = date(2026, 1, 1), date(2026, 2, 1)
NAMES = [field.name for field in FIELDS]
GOOD = {
    "library_strategy": "WGS",
    "instrument_platform": "ILLUMINA",
    "library_source": "GENOMIC",
    "library_layout": "PAIRED",
    "country": "Kenya",
    "fastq_ftp": "h/x_1.fastq.gz;h/x_2.fastq.gz",
    "fastq_bytes": "10;20",
    "fastq_md5": f"{'a' * 32};{'b' * 32}",
}


def line(accession: str, **change: str) -> bytes:
    row = {"run_accession": accession, **GOOD, **change}
    return ("\t".join(row.get(name, "") for name in NAMES) + "\n").encode()


def answer(source: str, given_on: date, *lines: bytes) -> Answer:
    return Answer(source, given_on, ["\t".join(NAMES).encode() + b"\n", *lines])


def build(*answers: Answer):
    strays: list[Stray] = []
    counts: dict[str, Counts] = defaultdict(Counts)
    frames = list(runs(answers, Wanted(), strays.append, counts.__getitem__))
    return pl.concat(frames) if frames else pl.DataFrame(), strays, dict(counts)


def test_the_newest_answer_that_tells_of_a_run_counts():
    newer = answer("new", NEW, line("SRR1000001", country="Uganda"))
    older = answer("old", OLD, line("SRR1000001"), line("SRR1000002"))
    table, strays, counts = build(newer, older)
    assert table.select("run_accession", "country", "fetched_on").rows() == [
        ("SRR1000001", "Uganda", NEW),
        ("SRR1000002", "Kenya", OLD),
    ]
    assert counts == {"new": Counts(rows=1, runs=1), "old": Counts(rows=2, runs=1, older=1)}
    assert strays == []
    assert table.schema == pl.Schema({n: k for n, k in RUNS.polars_schema().items() if n != "taxonomy_id"})


def test_rows_that_name_no_run_are_set_aside_with_their_line():
    table, strays, counts = build(answer("a", NEW, line("SRR1000001"), line("../etc"), line("SRX1000001"), line("")))
    assert table["run_accession"].to_list() == ["SRR1000001"]
    assert [(stray.source, stray.line_number) for stray in strays] == [("a", 3), ("a", 4), ("a", 5)]
    assert counts["a"] == Counts(rows=4, runs=1, strays=3)


def test_runs_are_judged_kept_and_counted_by_reason():
    table, _, _ = build(
        answer(
            "a",
            NEW,
            line("SRR1000001"),
            line("SRR1000002", library_layout="SINGLE"),
            line("SRR1000003", fastq_bytes="1"),
        )
    )
    assert table.select("is_excluded", "reason", "files_bytes").rows() == [
        (False, None, 30),
        (True, "library_layout is not PAIRED", 30),
        (True, "file lists disagree: 2 files, 1 sizes, 2 sums", None),
    ]
    assert dict(reasons(table.lazy()).collect().rows()) == {
        None: 1,
        "library_layout is not PAIRED": 1,
        "file lists disagree: 2 files, 1 sizes, 2 sums": 1,
    }


def test_no_answers_are_no_runs():
    assert build()[0].is_empty()
    assert build(answer("a", NEW))[0].is_empty()


def test_the_accession_list_has_the_columns_of_the_procedure():
    table, _, _ = build(answer("a", NEW, line("SRR1000002", library_layout="SINGLE"), line("SRR1000001")))
    told = accession_list(table.lazy(), {"SRR1000001": "192.0.2.1"}).collect().write_csv()
    assert told == (
        "run_accession_number,excluded,droplet_ip,reason\n"
        "SRR1000001,False,192.0.2.1,\n"
        "SRR1000002,True,,library_layout is not PAIRED\n"
    )
    assert accession_list(table.lazy(), {}).collect()["droplet_ip"].to_list() == [None, None]


def test_runs_stream_no_answer_is_held_whole():
    read = 0

    def lines():
        nonlocal read
        yield "\t".join(NAMES).encode() + b"\n"
        for read in range(1, 3 * ROWS_AT_ONCE):
            yield line(f"SRR{read:07}")

    frames = runs([Answer("a", NEW, lines())], Wanted(), print, defaultdict(Counts).__getitem__)
    assert next(frames).height == ROWS_AT_ONCE
    assert read == ROWS_AT_ONCE
    assert sum(frame.height for frame in frames) == 2 * ROWS_AT_ONCE - 1
