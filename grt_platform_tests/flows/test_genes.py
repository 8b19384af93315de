"""Genes over HTTP: promise, signed PUT, announcement, job, poll, signed GET, questions; every step repeated."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest

from grt_platform.adapters.closings import close_queue, open_queue
from grt_platform.kernel.identity import Role
from grt_platform.kernel.job import Job
from grt_platform.orchestration.resources import ClockResource, ObjectsResource, WarehouseResource
from grt_platform.systems.genes.automation import genes_arrivals
from grt_platform.systems.genes.logic.options import Limits
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.genes.running import run
from grt_platform_tests.systems.genes.sample import SAMPLE

FASTA = (SAMPLE / "demo_file.fasta").read_bytes()


class Person:
    """Somebody of project alpha who loads genes."""

    def __init__(self, web: LiveWeb, headers: Mapping[str, str]) -> None:
        self.web, self.headers = web, dict(headers)

    def ask(self, method: str, path: str, expect: int = 200, **what: Any) -> httpx.Response:
        more = what.pop("headers", {})
        answer = self.web.client.request(method, path, headers={**self.headers, **more}, **what)
        assert answer.status_code == expect, answer.text
        return answer

    def begin(self, data: bytes, name: str = "demo.fasta", expect: int = 201, key: str = "", **options: str) -> Any:
        asked = {
            "project": "alpha",
            "file_name": name,
            "size_bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            **options,
        }
        headers = {"Idempotency-Key": key} if key else {}
        return self.ask("POST", "/genes/uploads", expect, json=asked, headers=headers).json()

    def put(self, upload: Mapping[str, Any], data: bytes) -> None:
        assert httpx.put(upload["put"]["url"], content=data, headers=upload["put"]["headers"]).status_code == 200

    def load(self, data: bytes, name: str = "demo.fasta", **options: str) -> tuple[str, Job]:
        """The whole way; the run is done in this process."""
        upload = self.begin(data, name, **options)
        self.put(upload, data)
        job = self.ask("POST", f"/genes/uploads/{upload['upload_id']}/announce", 202).json()
        return upload["upload_id"], run(self.web, job["job_id"])


@pytest.fixture
def ann(live_web: LiveWeb) -> Person:
    """A manager of project alpha."""
    return Person(live_web, live_web.person("ann", alpha=Role.MANAGE).headers)


def test_the_whole_way_of_a_file_each_step_of_it_twice(ann):
    upload = ann.begin(FASTA, key="once", alphabet="dna")
    assert ann.begin(FASTA, key="once", alphabet="dna")["upload_id"] == upload["upload_id"]
    path = f"/genes/uploads/{upload['upload_id']}"
    assert "not here yet" in ann.ask("POST", f"{path}/announce", 409).json()["detail"]
    ann.put(upload, FASTA)
    job_id = ann.ask("POST", f"{path}/announce", 202).json()["job_id"]
    assert ann.ask("POST", f"{path}/announce", 202).json()["job_id"] == job_id
    assert ann.ask("GET", path).json()["result"] is None
    ann.ask("GET", f"{path}/genes", 409)
    assert run(ann.web, job_id).state == "COMPLETE"
    told = ann.ask("GET", f"/jobs/{job_id}").json()
    assert (told["progress"], told["counts"]["genes"], told["counts"]["letters"]) == (1, 13, 14_725)
    assert ann.ask("POST", f"{path}/announce", 202).json()["state"] == "COMPLETE"
    result = httpx.get(ann.ask("GET", path).json()["result"]["url"])
    assert (len(result.content), len(result.json())) == (16_212, 13)
    assert set(result.json()[0]) == {"line_number", "gene_name", "sequence"}


def test_bytes_that_only_the_bucket_announced_get_their_job_which_a_later_announcement_finds(ann):
    announced, silent = ann.begin(FASTA, "announced.fasta"), ann.begin(FASTA, "silent.fasta")
    ann.put(announced, FASTA)
    uploads = ObjectsResource().uploads()
    uploads.complete("alpha", announced["upload_id"], now=datetime.now(UTC))  # what the notification of a bucket does
    close_queue(ann.web.warehouse, "a new disk", by="root", now=datetime.now(UTC))
    assert look() == "the queue of jobs is closed; 1 uploads wait"
    open_queue(ann.web.warehouse, by="root", now=datetime.now(UTC))
    assert [look(), look()] == ["submitted 1 jobs", "submitted 0 jobs"]
    told = ann.ask("GET", f"/genes/uploads/{announced['upload_id']}").json()
    again = ann.ask("POST", f"/genes/uploads/{announced['upload_id']}/announce", 202).json()
    assert again["job_id"] == told["job_id"]
    assert ann.ask("GET", f"/genes/uploads/{silent['upload_id']}").json()["job_id"] is None
    assert run(ann.web, told["job_id"]).state == "COMPLETE"


def look() -> str | None:
    """One tick of the sensor of arrivals; what it says."""
    with dg.build_sensor_context(resources={"warehouse": WarehouseResource(), "clock": ClockResource()}) as context:
        return genes_arrivals(context).skip_message


def test_genes_are_found_by_name_prefix_length_and_digest_a_page_at_a_time(ann):
    upload_id, job = ann.load(FASTA)
    path = f"/genes/uploads/{upload_id}/genes"
    assert [gene["occurrence"] for gene in ann.ask("GET", path, params={"name": "LTR"}).json()["items"]] == [
        1,
        2,
        3,
        4,
        5,
    ]
    assert {g["name"] for g in ann.ask("GET", path, params={"prefix": "PDI"}).json()["items"]} == {
        "PDI1",
        "PDI2",
        "PDI4",
    }
    twins = ann.ask("GET", path, params={"min_length": 438, "max_length": 438}).json()["items"]
    assert [gene["ordinal"] for gene in twins] == [12, 13]
    assert len(ann.ask("GET", path, params={"digest": twins[0]["digest"]}).json()["items"]) == 2
    seen, after = [], 0
    while after is not None:
        page = ann.ask("GET", path, params={"limit": 5, "after": after}).json()
        seen += [gene["ordinal"] for gene in page["items"]]
        after = page["after"]
    assert seen == list(range(1, 14))
    assert ann.ask("GET", f"/genes/uploads/{job.job_id}/genes").json()["items"][0]["ordinal"] == 1
    found = ann.ask("GET", "/genes/search", params={"digest": twins[0]["digest"]}).json()["items"]
    assert [(gene["upload_id"], gene["ordinal"]) for gene in found] == [(upload_id, 12), (upload_id, 13)]


@pytest.mark.parametrize("form", ["fasta", "csv"])
def test_what_is_downloaded_as_fasta_or_csv_is_read_again_as_the_same_genes(ann, form):
    upload_id, _ = ann.load(FASTA)
    text = ann.ask("GET", f"/genes/uploads/{upload_id}/genes.{form}").content
    again, _ = ann.load(text, f"again.{form}")
    fields = ("gene_name", "digest", "length", "sequence")
    one, other = (
        [[gene[name] for name in fields] for gene in ann.ask("GET", f"/genes/uploads/{each}/genes").json()["items"]]
        for each in (upload_id, again)
    )
    assert one == other


def test_long_sequences_are_streamed_from_the_lake_whole_or_by_region(ann, live_web):
    live_web.set("GRT_GENES_TEXT_LETTERS", "100")
    letters = "ACGGT" * 600_000
    upload_id, _ = ann.load(f">a\nAC\n>long one\n{letters}\n>b\nGG\n".encode())
    path = f"/genes/uploads/{upload_id}"
    assert ann.ask("GET", f"{path}/genes/2/sequence").text == letters
    assert (
        ann.ask("GET", f"{path}/genes/2/sequence", params={"start": 1_048_570, "end": 1_048_590}).text
        == letters[1_048_569:1_048_590]
    )
    assert ann.ask("GET", f"{path}/genes/1/sequence", params={"start": 2, "end": 2}).text == "C"
    ann.ask("GET", f"{path}/genes/9/sequence", 404)
    items = ann.ask("GET", f"{path}/genes.json").json()
    assert [len(gene["sequence"]) for gene in items] == [2, 3_000_000, 2]
    import io

    import polars as pl

    frame = pl.read_parquet(io.BytesIO(ann.ask("GET", f"{path}/genes.parquet").content))
    assert frame["piece"].to_list() == [0, 0, 1, 2, 0]
    assert "".join(frame.filter(ordinal=2)["sequence"]) == letters
    fasta = ann.ask("GET", f"{path}/genes.fasta", params={"prefix": "lo"}).text
    assert fasta.replace("\n", "") == f">long one{letters}"


def test_a_file_that_cannot_be_taken_fails_its_job_with_the_place_and_can_be_looked_up(ann, live_web):
    upload_id, job = ann.load(b">a\nAC\n>b\nA?\n", alphabet="dna")
    assert job.state == "EXECUTOR_ERROR"
    assert "demo.fasta:4: record 2 'b': E_INVALID_LETTER '?' at line 4, column 2" in job.reason
    [row] = live_web.warehouse.fetch("SELECT status, reason FROM genes.ledger")
    assert (row["status"], row["reason"]) == ("rejected", job.reason)
    assert ann.ask("GET", f"/genes/uploads/{upload_id}").json()["job"]["reason"] == job.reason


def test_what_one_may_not_see_is_not_there_and_too_low_a_role_is_told(ann, live_web):
    upload_id, _ = ann.load(FASTA)
    stranger = Person(live_web, live_web.person("sam", beta=Role.MANAGE).headers)
    for path in ("", "/genes", "/genes.fasta", "/genes/1/sequence"):
        nothing = stranger.ask("GET", "/genes/uploads/0199a1f7-20f4-7b1e-8c0d-7d1f4d1e2207" + path, 404).json()
        hidden = stranger.ask("GET", f"/genes/uploads/{upload_id}{path}", 404).json()
        assert hidden["detail"] == nothing["detail"]
    assert stranger.ask("GET", "/genes/search", params={"name": "LTR"}).json()["items"] == []
    stranger.ask("GET", "/genes/uploads", 404, params={"project": "alpha"})
    reader = Person(live_web, live_web.person("rae", alpha=Role.READ).headers)
    reader.ask("GET", f"/genes/uploads/{upload_id}/genes")
    reader.ask("DELETE", f"/genes/uploads/{upload_id}", 403)
    reader.begin(FASTA, expect=403)
    assert live_web.client.get(f"/genes/uploads/{upload_id}").status_code == 401


def test_a_purge_leaves_nothing_of_an_upload(ann, live_web):
    upload_id, job = ann.load(FASTA)
    ann.ask("DELETE", f"/genes/uploads/{upload_id}", 204)
    ann.ask("GET", f"/genes/uploads/{upload_id}", 404)
    for table in ("genes", "ledger", "parses", "quarantine", "uploads"):
        assert live_web.warehouse.fetch(f"SELECT 1 AS one FROM genes.{table}") == []
    left = [path for folder in ("raw", "lake", "products") for path in (live_web.home / folder).rglob("*")]
    assert [path for path in left if path.is_file() and not path.name.startswith(".")] == []
    assert job.state == "COMPLETE"


def test_names_and_options_that_make_no_sense_are_told_at_once(ann):
    assert "is no gene file" in ann.begin(FASTA, "demo.txt", expect=400)["detail"]
    ann.begin(FASTA, expect=422, alphabet="klingon")


def test_no_letter_of_a_sequence_is_logged(ann, caplog):
    caplog.set_level(logging.DEBUG)
    ann.load(FASTA)
    assert "tctagttccatgattc" not in caplog.text.lower()


def test_the_same_file_whatever_the_chunks_gives_the_same_result(ann, live_web, tmp_path: Path):
    live_web.set("GRT_GENES_CHUNK_BYTES", "4096")
    live_web.set("GRT_GENES_WORKERS", "3")
    small, _ = ann.load(FASTA)
    live_web.set("GRT_GENES_CHUNK_BYTES", str(Limits().chunk_bytes))
    large, _ = ann.load(FASTA)
    one, other = (
        httpx.get(ann.ask("GET", f"/genes/uploads/{u}").json()["result"]["url"]).content for u in (small, large)
    )
    assert one == other
