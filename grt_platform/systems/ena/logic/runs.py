"""The table of a taxon's runs from ENA's answers: of each run the newest answer counts, with the verdict on it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

import polars as pl

from grt_platform.systems.ena.logic.answer import read_rows
from grt_platform.systems.ena.logic.choose import choose
from grt_platform.systems.ena.logic.fields import FIELDS, Value
from grt_platform.systems.ena.logic.wanted import Wanted
from grt_platform.systems.ena.schemas import RUN, RUNS

ROWS_AT_ONCE = 2_000
_ACCESSION = re.compile(r"[DES]RR[0-9]{6,12}")
_SCHEMA = pl.Schema({name: kind for name, kind in RUNS.polars_schema().items() if name not in RUNS.partition_by})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of ENA: its name, the day it was given, UTC, and its lines."""

    source: str
    given_on: date
    lines: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Stray:
    """A row that names no run."""

    source: str
    line_number: int
    reason: str
    raw: str


@dataclass(slots=True)
class Counts:
    """What became of the rows of one answer; `older` are rows of runs that a newer answer tells of."""

    rows: int = 0
    runs: int = 0
    older: int = 0
    strays: int = 0


def runs(
    answers: Iterable[Answer], wanted: Wanted, aside: Callable[[Stray], None], counts: Callable[[str], Counts]
) -> Iterator[pl.DataFrame]:
    """The runs of a taxon, `ROWS_AT_ONCE` rows at a time.

    Args:
        answers: Whole answers, the newest first.
        wanted: The rules of the taxon.
        aside: Takes the rows that name no run.
        counts: The counts of an answer by its source, which grow as its rows pass.

    Returns:
        Rows of `ena/table/runs` without the partition's column. Memory: the accessions of all runs and one batch.
    """
    rows = _newest(answers, wanted, aside, counts)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield pl.DataFrame(batch, schema=_SCHEMA, orient="row")


def _newest(
    answers: Iterable[Answer], wanted: Wanted, aside: Callable[[Stray], None], counts: Callable[[str], Counts]
) -> Iterator[tuple[Value | bool, ...]]:
    seen: set[str] = set()
    for answer in answers:
        tally = counts(answer.source)
        for number, row in enumerate(read_rows(answer.lines, (RUN.name,)), start=2):
            tally.rows += 1
            accession = row[RUN.name].strip()
            if not _ACCESSION.fullmatch(accession):
                tally.strays += 1
                aside(
                    Stray(
                        answer.source, number, f"{accession[:40]!r} is no accession of a run", "\t".join(row.values())
                    )
                )
            elif accession in seen:
                tally.older += 1
            else:
                seen.add(accession)
                tally.runs += 1
                yield _judged({**row, RUN.name: accession}, wanted, answer.given_on)


def _judged(row: Mapping[str, str], wanted: Wanted, given_on: date) -> tuple[Value | bool, ...]:
    values = {field.name: field.read(row.get(field.name, "")) for field in FIELDS}
    choice = choose(values, wanted)
    size = None if choice.files.is_fault else choice.files.size_bytes
    return (*values.values(), choice.is_excluded, choice.reason or None, size, given_on)


def reasons(table: pl.LazyFrame) -> pl.LazyFrame:
    """How many runs each rule excluded: columns reason (NULL for the runs that are fetched) and runs, most first."""
    return table.group_by("reason").agg(runs=pl.len()).sort(["runs", "reason"], descending=[True, False])


def accession_list(table: pl.LazyFrame, ips: Mapping[str, str]) -> pl.LazyFrame:
    """The `<taxon>.csv` of the microfetch procedure: run_accession_number, excluded, droplet_ip, and our reason.

    Args:
        table: Rows of `ena/table/runs`.
        ips: Addresses of the machines that hold a run, by its accession.
    """
    ip = pl.col(RUN.name).replace_strict(ips, default=None, return_dtype=pl.String) if ips else pl.lit(None, pl.String)
    return table.sort(RUN.name).select(
        run_accession_number=RUN.name,
        excluded=pl.when("is_excluded").then(pl.lit("True")).otherwise(pl.lit("False")),
        droplet_ip=ip,
        reason="reason",
    )
