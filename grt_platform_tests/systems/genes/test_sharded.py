"""A large file of genes through Dagster's steps: as in one step, whatever becomes of the shards."""

import gzip
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.job_board import Submission
from grt_platform.adapters.pieces import Pieces
from grt_platform.adapters.store import Store, open_store
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.kernel.job import Job
from grt_platform.settings import settings
from grt_platform.systems.genes import sharded
from grt_platform.systems.genes.assets import parse
from grt_platform.systems.genes.automation import discard
from grt_platform.systems.genes.logic.reading import located_text
from grt_platform.systems.genes.schemas import SERVED_TABLES, TABLES
from grt_platform_tests.fixtures.faults import second_shard_dies
from grt_platform_tests.fixtures.job_runs import done, done_again, steps, upload
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.fixtures.web import now
from grt_platform_tests.systems.genes.logic.test_same_whatever_the_chunks import bgzf

RECORDS = [
    f">gene{number % 61} of {number}\r\n; a comment\r\n{'ACGTN' * (number % 40 + 20)}\r\nacgt {'GT' * (number % 9)}\r\n"
    for number in range(800)
]
LONG = ">long\n" + "ACGTTGCA\n" * 150_000
FASTA = ("\ufeff; a file\r\n" + "".join(RECORDS[:400]) + LONG + "".join(RECORDS[400:])).encode()
BAD = FASTA.replace(b">gene22 of 571\r\n", b">gene22 of 571\r\nAC?GT\r\n")
PLAIN = {"alphabet": "dna", "on_invalid": "fail", "on_repeat": "keep"}


@pytest.fixture
def alpha(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Project alpha, on a platform where every file counts as large."""
    for name, value in (("SHARD_BYTES", "1"), ("CHUNK_BYTES", "4096"), ("TEXT_LETTERS", "1000")):
        monkeypatch.setenv(f"GRT_GENES_{name}", value)
    settings.cache_clear()
    create_project(platform.warehouse, "alpha", "", KEY_USER_ID, now())
    return platform


def products() -> Store:
    return open_store(settings().products, settings())


def submission(platform: Platform, name: str, data: bytes, **options: str) -> Submission:
    version = upload(platform.warehouse, "alpha", name, data)
    asked = {"upload_id": version.version_id, "file_name": name, **PLAIN, **options}
    return Submission("genes", "parse", "alpha", KEY_USER_ID, "ann", asked, {"version_id": version.version_id})


def seen(platform: Platform, job: Job) -> Mapping[str, Any]:
    """All that people see of a job that ended, without what tells it from another one."""

    def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        own = {"job_id", "result_key", "received_at", "version", "upload_id"}
        return [{name: value for name, value in row.items() if name not in own} for row in rows]

    cell, found = {"job_id": job.job_id}, dict[str, Any]()
    for table in TABLES:
        found[table.name] = plain(platform.lake.scan(table, cell).collect().to_dicts())
    for table in SERVED_TABLES:
        sql = f"SELECT * FROM genes.{table.noun} WHERE job_id = %s"
        found[table.name] = sorted(plain(platform.warehouse.fetch(sql, [job.job_id])), key=repr)
    found["result"] = products().read(str(job.result["key"])) if job.result else None
    assert not list(products().list(f"genes/pieces/{job.job_id}")), "no piece is left"
    return {**found, "counts": job.counts, "warnings": job.warnings, "state": job.state, "reason": job.reason}


def both(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, given: tuple[str, bytes], of: int, **options: str
) -> tuple[Mapping[str, Any], list[str]]:
    """What one step makes of a file, which is what several make; and the names of these."""
    whole, _ = done(platform, parse.in_one_step, submission(platform, *given, **options))
    monkeypatch.setattr(parse, "most_shards", lambda: of)
    job, result = done(platform, parse.in_several_steps, submission(platform, *given, **options))
    if job.state != "COMPLETE":
        discard(job)
    expected, found = seen(platform, whole), seen(platform, job)
    for what, told in expected.items():
        assert found[what] == told, what
    return expected, steps(result)


def test_any_number_of_shards_gives_what_one_step_gives(alpha: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharded, "located_text", partial(located_text, group_bytes=5000))
    packed = ("x.fa.gz", bgzf(FASTA, 9000))
    for given, of, least in ((("x.fa", FASTA), 2, 2), (("x.fa", FASTA), 40, 4), (packed, 5, 3)):
        expected, names = both(alpha, monkeypatch, given, of)
        assert (expected["state"], expected["counts"]["genes"]) == ("COMPLETE", 801)
        assert expected["counts"]["genes_repeated"] > 700
        assert least <= len([name for name in names if "genes_shard" in name]) <= of
    job, _ = done(alpha, parse.in_several_steps, submission(alpha, "again.fa", FASTA))
    for key in parse.in_several_steps.keys:
        [event] = alpha.instance.fetch_materializations(key, limit=1).records
        assert event.partition_key == job.job_id


def test_what_becomes_of_bad_and_repeating_records_does_not_show_the_shards(
    alpha: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for data, options, state in (
        (BAD, {"on_invalid": "skip"}, "COMPLETE"),
        (BAD, {"on_invalid": "mask", "on_repeat": "first"}, "COMPLETE"),
        (BAD, {}, "EXECUTOR_ERROR"),
        (FASTA, {"on_repeat": "error"}, "EXECUTOR_ERROR"),
    ):
        expected, names = both(alpha, monkeypatch, ("x.fa", data), 40, **options)
        assert expected["state"] == state
        assert len(names) > 4 or state == "EXECUTOR_ERROR"


def test_what_cannot_be_read_from_its_middle_is_not_cut(alpha: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = b"name,sequence\n" + b"".join(b"gene %d,ACGT\n" % number for number in range(900))
    for given in (("x.csv", rows), ("x.fa.gz", gzip.compress(FASTA[:90_000], 1))):
        _, names = both(alpha, monkeypatch, given, 5)
        assert names == ["genes_one_pass.genes_cut", "genes_one_pass.genes_join"]


def test_a_shard_that_died_is_done_again_and_the_others_are_not(
    alpha: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parse, "most_shards", lambda: 40)
    kept = second_shard_dies(monkeypatch)
    job, _ = done(alpha, parse.in_several_steps, submission(alpha, "x.fa", FASTA))
    assert job.state == "SYSTEM_ERROR"
    job, again = done_again(alpha, parse.in_several_steps, job)
    assert again.success
    of = len(set(kept))
    assert of > 3
    assert (seen(alpha, job)["counts"]["genes"], len(kept), len(set(kept))) == (801, of + 1, of)


def test_a_damaged_piece_has_the_file_parsed_as_a_whole(alpha: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    pour = Pieces.pour

    def damaged(pieces: Pieces, shard: Any, name: str, into: Any) -> None:
        if shard.number == 1 and name == "genes":
            raise BadSourceError("is damaged", "a piece")
        pour(pieces, shard, name, into)

    monkeypatch.setattr(Pieces, "pour", damaged)
    both(alpha, monkeypatch, ("x.fa", FASTA), 3)


def test_nothing_is_left_of_a_job_that_was_given_up(alpha: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "most_shards", lambda: 3)
    monkeypatch.setattr(Pieces, "told", _gone)
    job, _ = done(alpha, parse.in_several_steps, submission(alpha, "x.fa", FASTA))
    assert job.state == "SYSTEM_ERROR"
    assert list(products().list(f"genes/pieces/{job.job_id}"))
    discard(job)
    assert not seen(alpha, job)["result"]


def _gone(*_: object) -> None:
    raise KeyError("gone")
