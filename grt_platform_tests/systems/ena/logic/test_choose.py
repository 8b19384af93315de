"""The rules: each has an effect, in their order, and the first that fails is the reason."""

from collections import Counter
from datetime import date

import pytest

from grt_platform.systems.ena.logic.choose import choose
from grt_platform.systems.ena.logic.fields import FIELDS
from grt_platform.systems.ena.logic.wanted import Wanted
from grt_platform_tests.systems.ena.logic.samples import runs

GOOD = {
    "run_accession": "SRR1000001",
    "library_strategy": "WGS",
    "instrument_platform": "ILLUMINA",
    "library_source": "GENOMIC",
    "library_layout": "PAIRED",
    "base_count": 5_000_000_000,
    "collection_date": "2019-03",
    "country": None,
    "lat": None,
    "lon": None,
    "fastq_ftp": "h/x_1.fastq.gz;h/x_2.fastq.gz",
    "fastq_bytes": "10;20",
    "fastq_md5": f"{'a' * 32};{'b' * 32}",
}
DEEP = Wanted(genome_size=5_000_000, min_depth=20, max_run_bytes=30)
PLACE = "neither location nor collection date"
DEPTH = "base_count is below genome size times depth"


def test_a_good_run_is_wanted_by_every_rule():
    choice = choose(GOOD, DEEP)
    assert (choice.is_excluded, choice.reason, choice.files.size_bytes) == (False, "", 30)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"library_strategy": "AMPLICON"}, "library_strategy is not WGS"),
        ({"library_strategy": "wgs"}, "library_strategy is not WGS"),
        ({"library_strategy": None}, "library_strategy is not WGS"),
        ({"instrument_platform": "OXFORD_NANOPORE"}, "instrument_platform is not ILLUMINA"),
        ({"library_source": "METAGENOMIC"}, "library_source is not GENOMIC"),
        ({"library_layout": "SINGLE"}, "library_layout is not PAIRED"),
        ({"base_count": 99_999_999}, DEPTH),
        ({"base_count": None}, DEPTH),
        ({"collection_date": None}, PLACE),
        ({"collection_date": "1800-01-01"}, PLACE),
        ({"collection_date": "1000-01-01T00:00:00"}, PLACE),
        ({"collection_date": "1800-01-01", "lat": 1.5}, PLACE),
        ({"fastq_ftp": None, "fastq_bytes": None, "fastq_md5": None}, "no fastq file"),
        ({"fastq_ftp": "h/x.fastq.gz", "fastq_bytes": "1", "fastq_md5": "a" * 32}, "fastq pair incomplete"),
        ({"fastq_bytes": "10"}, "file lists disagree: 2 files, 1 sizes, 2 sums"),
        ({"fastq_bytes": "10;21"}, "31 bytes are over the budget of 30"),
    ],
)
def test_each_rule_excludes_what_it_names(change, reason):
    assert choose({**GOOD, **change}, DEEP).reason == reason


@pytest.mark.parametrize(
    "change",
    [
        {"base_count": 100_000_000},
        {"collection_date": "1800-01-01", "country": "Kenya: Kilifi"},
        {"collection_date": None, "lat": 0.0, "lon": 0.0},
        {"collection_date": "1800-06-01"},
        {"collection_date": "1801"},
    ],
)
def test_what_just_meets_a_rule_is_wanted(change):
    assert choose({**GOOD, **change}, DEEP).reason == ""


def test_the_first_rule_that_fails_is_the_reason():
    bad = {**GOOD, "library_source": "METAGENOMIC", "library_layout": "SINGLE", "base_count": 1, "fastq_ftp": None}
    assert choose(bad, DEEP).reason == "library_source is not GENOMIC"


@pytest.mark.parametrize(
    "wanted", [Wanted(), Wanted(genome_size=5), Wanted(min_depth=5), Wanted(genome_size=0, min_depth=1)]
)
def test_a_rule_of_depth_that_is_not_set_is_off_and_says_so(wanted):
    assert choose({**GOOD, "base_count": 1}, wanted).reason == ""
    assert "set the taxon's genome size" in wanted.note
    assert DEEP.note == ""


def test_of_real_runs_the_reasons_are_counted():
    by_name = {field.name: field for field in FIELDS}
    rows = [
        {name: by_name[name].read(text) for name, text in run.items() if name in by_name}
        for run in runs("pysradb_search_read_run_bacteria.json")
    ]
    reasons = Counter(choose(row, Wanted()).reason for row in rows)
    assert sum(reasons.values()) == 76
    assert reasons["library_strategy is not WGS"] == sum(row["library_strategy"] != "WGS" for row in rows)


def test_values_are_read_by_kind_and_nonsense_is_missing():
    read = {field.name: field.read for field in FIELDS}
    assert read["base_count"]("1025325032") == 1025325032
    assert read["first_public"]("2017-08-24") == date(2017, 8, 24)
    assert read["country"](" C&ocirc;te d&#39;Ivoire ") == "Côte d'Ivoire"
    assert read["lat"]("-19.754234") == -19.754234
    for name in ("base_count", "first_public", "lat", "country"):
        assert read[name]("") is None
    for name, text in (("base_count", "1e9"), ("lat", "nan"), ("lat", "181"), ("first_public", "2017")):
        assert read[name](text) is None
