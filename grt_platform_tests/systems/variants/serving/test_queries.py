"""Questions over HTTP: pinned when they are asked, answered whole or not at all, the same one answered once."""

import hashlib
import json
from typing import Any

import pytest

from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.variants.project import FIRST, LAST, TABLE, Project, body, project_of, vcf

FEMALES = "Area:West of Ireland,Northern Portugal;Sex:F"


def genotypes(project: Project, job_id: str) -> list[list[str]]:
    return body(project.result(job_id)["result"])


def provenance(project: Project, job_id: str) -> dict[str, Any]:
    return json.loads(project.result(job_id)["provenance"])


def test_a_filter_over_the_sample_table_selects_and_the_answer_says_where_it_comes_from(fish):
    job = fish.answer(filter=FEMALES, command="view -i 'MAF>0'")
    assert job.state == "COMPLETE", job.reason
    files = fish.result(job.job_id)
    assert set(files) == {"result", "index", "provenance", "log"}
    header, *records = body(files["result"])
    chosen = {"5a_HOM-I13", "5a_HOM-I14", "5a_HOM-I20", "5a_HOM-I21", "5a_HOM-I7", "1b_HOM-G58"}
    assert set(header[9:]) == chosen
    assert job.counts["records"] == len(records) > 0
    told = json.loads(files["provenance"])
    assert told["samples"] == header[9:]
    assert {file["name"]: file["sha256"] for file in told["files"]} == {
        "first.vcf.gz": hashlib.sha256(FIRST).hexdigest(),
        "last.vcf.gz": hashlib.sha256(LAST).hexdigest(),
    }
    assert told["sample_table"]["name"] == "fish.tsv"
    assert told["result"][0]["sha256"] == hashlib.sha256(files["result"]).hexdigest() == job.result["sha256"]
    assert told["tools"]


def test_all_samples_of_all_files_are_brought_together(fish):
    header, *records = genotypes(fish, fish.answer(all_samples=True, command="view").job_id)
    assert (len(header[9:]), len(records)) == (20, 17)


@pytest.mark.parametrize("form", ["bcf", "tsv"])
def test_the_answer_can_have_another_form(fish, form):
    command = "query -f '%CHROM\\t%POS[\\t%GT]\\n'" if form == "tsv" else "view -m2"
    job = fish.answer(samples=["8_HOM-E57"], command=command, format=form)
    assert job.state == "COMPLETE", job.reason
    data = fish.result(job.job_id)["result"]
    assert data.startswith(b"\x1f\x8b") if form == "bcf" else data.count(b"\n") == 17


def test_versions_are_pinned_when_it_is_asked(alpha):
    old = alpha.put("a.vcf.gz", vcf(["s"], "1 5 A C 0/1"))
    alpha.look()
    job_id = alpha.ask("POST", "/queries", 202, json={"samples": ["s"], "command": "view -v snps"})["job_id"]
    alpha.put("a.vcf.gz", vcf(["s"], "1 5 A C 1/1"))
    alpha.put("b.vcf.gz", vcf(["t"], "1 5 A C 1/1"))
    alpha.ask("DELETE", "//projects/alpha/objects/a.vcf.gz")
    assert alpha.done(job_id).state == "COMPLETE"
    assert genotypes(alpha, job_id)[1][-1].startswith("0/1")
    assert [file["version_id"] for file in provenance(alpha, job_id)["files"]] == [old.version_id]


def test_the_same_question_over_the_same_versions_is_answered_by_the_finished_result(fish):
    question = {"samples": ["8_HOM-E57", "8_HOM-E59"], "command": "view -i 'QUAL>=0 || QUAL=\".\"'"}
    job_id = fish.ask("POST", "/queries", 202, json=question)["job_id"]
    assert fish.ask("POST", "/queries", 202, json=question)["job_id"] != job_id  # not finished yet
    fish.done(job_id)
    again = fish.ask("POST", "/queries", 200, json={**question, "command": f" {question['command']}  "})
    assert (again["job_id"], again["state"]) == (job_id, "COMPLETE")
    fish.put("other.vcf.gz", vcf(["another"], "9 5 A C 0/1"))
    fish.look()
    assert fish.ask("POST", "/queries", 200, json=question)["job_id"] == job_id  # the new file holds none of them
    assert fish.ask("POST", "/queries", 202, json={**question, "anew": True})["job_id"] != job_id
    fish.ask("POST", "/queries", 202, json={**question, "regions": "1"})
    fish.ask("POST", "/queries", 202, json={**question, "samples": ["8_HOM-E57"]})
    fish.put("first.vcf.gz", vcf(["8_HOM-E57", "8_HOM-E59"], "1 5 A C 0/1 1/1"))
    fish.look()
    fish.ask("POST", "/queries", 202, json=question)


def test_a_question_that_comes_before_the_look_does_it_itself(alpha):
    for name, data in (("first.vcf.gz", FIRST), ("last.vcf.gz", LAST), ("fish.tsv", TABLE)):
        alpha.put(name, data)
    job = alpha.answer(filter=FEMALES, command="view -c1")
    assert job.state == "COMPLETE", job.reason
    assert (job.counts["samples"], job.counts["files"]) == (6, 2)
    assert len(alpha.partitions) == 3
    assert alpha.look() == []
    assert {item["state"] for item in alpha.ask("GET", "/dimensions")["items"]} == {"ready"}


def test_a_lost_index_or_copy_is_made_anew_by_the_question(fish):
    from grt_platform.adapters.store import open_store
    from grt_platform.settings import settings

    open_store(settings().lake, settings()).delete_prefix("derived")
    assert fish.answer(all_samples=True, command="view -c1").state == "COMPLETE"


def test_a_project_version_is_asked_as_it_was(fish):
    fish.ask("POST", "/versions", 201, json={"name": "paper"})
    for name in ("first.vcf.gz", "last.vcf.gz", "fish.tsv"):
        fish.ask("DELETE", f"//projects/alpha/objects/{name}")
    assert "no VCF file" in fish.ask("POST", "/queries", 400, json={"all_samples": True})["detail"]
    job = fish.answer(filter=FEMALES, command="view -c1", project_version="paper")
    assert (job.state, job.counts["samples"]) == ("COMPLETE", 6)


def test_a_result_that_comes_back_as_a_file_is_never_asked(fish):
    result = fish.result(fish.answer(all_samples=True, command="view -c1").job_id)["result"]
    fish.put("again.vcf.gz", result)
    fish.look()
    states = {item["name"]: item["state"] for item in fish.ask("GET", "/dimensions")["items"]}
    assert states["again.vcf.gz"] == "result"
    assert provenance(fish, fish.answer(all_samples=True, command="view -c2").job_id)["counts"]["files"] == 2


def test_making_the_partition_again_gives_the_same_bytes(fish):
    job = fish.answer(all_samples=True, command="view -c1")
    before = fish.result(job.job_id)
    fish.put("first.vcf.gz", vcf(["new"], "1 5 A C 0/1"))
    fish.look()
    assert fish.run("variants_query", job.job_id).success
    again = fish.result(job.job_id)
    assert again["result"] == before["result"]
    assert again["provenance"] == before["provenance"]


def test_a_rejected_file_is_left_out_and_told(fish):
    fish.put("bad.vcf.gz", b"x")
    fish.look()
    job = fish.answer(all_samples=True, command="view -c1")
    assert job.state == "COMPLETE"
    assert [warning.startswith("bad.vcf.gz is left out: ") for warning in job.warnings] == [True]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"all_samples": True, "command": "view -o /tmp/x"}, "-o"),
        ({"all_samples": True, "command": "view --include 'GT=\"@/etc/passwd\"'"}, "@"),
        ({"all_samples": True, "command": "stats"}, "stats"),
        ({"samples": ["nobody"], "command": "view -c1"}, "nobody"),
        ({"filter": "Area:Atlantis", "command": "view -c1"}, "Atlantis"),
        ({"filter": "Nope:1", "command": "view -c1"}, "Nope"),
        ({"filter": "Area:x", "sample_table": "gone.tsv", "command": "view -c1"}, "fish.tsv"),
        ({"command": "view -c1"}, "exactly one"),
        ({"all_samples": True, "samples": ["8_HOM-E57"], "command": "view"}, "exactly one"),
        ({"all_samples": True, "project_version": "nope"}, "nope"),
        ({"all_samples": True, "regions": "no-such-contig"}, "no-such-contig"),
        ({"all_samples": True, "sample_table": "a\0b"}, ""),
        ({"all_samples": True, "project_version": "a\0b"}, ""),
        ({"samples": ["a\0b"]}, ""),
        ({"filter": "a\0b:1"}, ""),
        ({"all_samples": True, "command": "view -i 'ID=\"\0\"'"}, ""),
    ],
)
def test_what_cannot_be_meant_is_told_at_once(fish, question, said):
    answer = fish.web.client.post("/variants/projects/alpha/queries", json=question, headers=dict(fish.headers))
    assert answer.status_code in {400, 404}, answer.text
    assert said in answer.json()["detail"]
    assert fish.ask("GET", "//jobs")["jobs"] == []


def test_a_pinned_version_that_was_purged_fails_the_job_with_the_reason(alpha):
    version = alpha.put("a.vcf.gz", vcf(["s"], "1 5 A C 0/1"))
    alpha.look()
    job_id = alpha.ask("POST", "/queries", 202, json={"all_samples": True, "command": "view -c1"})["job_id"]
    alpha.ask("POST", "//projects/alpha/purges", json={"version_id": version.version_id})
    job = alpha.done(job_id)
    assert (job.state, "purged" in job.reason) == ("EXECUTOR_ERROR", True)
    alpha.ask("GET", f"//variants/results/{job_id}", 409)


def test_a_job_that_was_canceled_or_expired_leaves_nothing(fish, live_web: LiveWeb):
    from grt_platform.adapters.job_board import JobBoard
    from grt_platform.systems.variants.automation import discard_query

    job = fish.answer(all_samples=True, command="view -c1")
    discard_query(JobBoard(live_web.warehouse).get(job.job_id))
    discard_query(job)
    assert live_web.warehouse.fetch("SELECT 1 AS one FROM variants.query_results") == []
    left = [path for folder in ("products", "scratch") for path in (live_web.home / folder).rglob("*")]
    assert [path for path in left if path.is_file() and not path.name.startswith(".")] == []


def test_results_are_for_members_and_questions_for_those_who_may_ask(fish, live_web: LiveWeb):
    job = fish.answer(all_samples=True, command="view -c1")
    with project_of(live_web, live_web.person("rae", alpha=Role.READ).headers) as reader:
        reader.result(job.job_id)
        reader.ask("POST", "/queries", 403, json={"all_samples": True})
    with project_of(live_web, live_web.person("sam", beta=Role.MANAGE).headers) as stranger:
        stranger.ask("GET", f"//variants/results/{job.job_id}", 404)
        stranger.ask("POST", "/queries", 404, json={"all_samples": True})
