"""Files of a project: looked at when they arrive, each for itself, and told over HTTP."""

from typing import Any

import pytest

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import open_store
from grt_platform.kernel.identity import Role
from grt_platform.settings import settings
from grt_platform.systems.variants.schemas import FILE_TABLES
from grt_platform_tests.fixtures.frames import fetch_frame
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.variants.project import FIRST, LAST, TABLE, Project, project_of, vcf
from grt_platform_tests.vcf_files import bgzip

TWO = ["a", "b"]
AT_5, AT_9 = "1 5 A C 0/1 1/1", "1 9 A C 0/1 1/1"


def states(alpha: Project) -> dict[str, str]:
    return {item["name"]: item["state"] for item in alpha.ask("GET", "/dimensions")["items"]}


def one(alpha: Project, name: str) -> dict[str, Any]:
    [item] = alpha.ask("GET", "/dimensions", params={"name": name})["items"]
    return item


def stored(alpha: Project) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables that are cut by versions, from the lake and from Postgres alike."""
    lake = Lake(open_store(settings().lake, settings()))
    there = {}
    for table in FILE_TABLES:
        names = ", ".join(column.name for column in table)
        served = fetch_frame(alpha.web.warehouse, f"SELECT {names} FROM variants.{table.noun}")
        assert served.height == lake.scan(table).collect().height, table.noun
        there[table.noun] = served.sort(served.columns).rows(named=True)
    return there


def test_files_that_arrive_are_looked_at_in_one_run_of_their_kind_without_anybody_asking(alpha):
    for name, data in (("first.vcf.gz", FIRST), ("deep/last.vcf.gz", LAST), ("fish.tsv", TABLE), ("a.txt", b"x")):
        alpha.put(name, data)
    assert states(alpha) == dict.fromkeys(("deep/last.vcf.gz", "first.vcf.gz", "fish.tsv"), "waiting")
    files, tables = alpha.look()
    assert files.success
    assert tables.success
    assert states(alpha) == dict.fromkeys(("deep/last.vcf.gz", "first.vcf.gz", "fish.tsv"), "ready")
    assert len(alpha.partitions) == 3
    assert alpha.look() == []
    first = one(alpha, "first.vcf.gz")
    assert (first["variants"], first["samples"], first["scaffolds"], len(first["sample_names"])) == (17, 10, 12, 10)
    assert sum(each["records"] for each in first["records"]) == 17
    assert first["sample_names"][0] == "5a_HOM-I7"
    assert one(alpha, "fish.tsv")["samples"] == 20
    totals = alpha.ask("GET", "/dimensions/totals")
    assert (len(totals["samples"]), len(totals["scaffolds"])) == (20, 12)
    assert {row["files"] for row in totals["scaffolds"]} == {2}
    assert sum(row["records"] for row in totals["scaffolds"]) == 34
    [project] = alpha.ask("GET", "//variants/projects")
    assert (project["project"], project["files"], project["files_ready"], project["variants"]) == ("alpha", 2, 2, 34)


def test_each_bad_file_has_its_own_reason_and_its_neighbours_are_ready(alpha):
    good = vcf(TWO, AT_5)
    bad = {
        "text.vcf.gz": b"this is no vcf\n",
        "empty.vcf.gz": b"",
        "cut.vcf.gz": good[:-28],
        "unsorted.vcf.gz": vcf(TWO, AT_9, AT_5),
        "twice.vcf.gz": vcf(["a", "a"], AT_5),
        "plain.vcf": b"##fileformat=VCFv4.2\n",
        "bad.tsv": b"#Sample_ID\tx\na\t1\na\t2\n",
    }
    for name, data in {**bad, "good.vcf.gz": good}.items():
        alpha.put(name, data)
    assert all(run.success for run in alpha.look())
    told = {item["name"]: (item["state"], item["reason"]) for item in alpha.ask("GET", "/dimensions")["items"]}
    assert told.pop("good.vcf.gz") == ("ready", None)
    assert {state for state, _ in told.values()} == {"rejected"}
    reasons = [reason for _, reason in told.values()]
    assert len(set(reasons)) == len(bad)
    assert all(reasons)
    assert not any("/tmp" in reason or str(alpha.web.home) in reason for reason in reasons)
    assert [finding["category"] for finding in one(alpha, "bad.tsv")["findings"]] == ["sample_id_value"]
    assert "a" in told["bad.tsv"][1]


def test_looking_again_gives_the_same_rows_and_what_was_derived_can_be_made_anew(alpha):
    for name, data in (("first.vcf.gz", FIRST), ("fish.tsv", TABLE), ("bad.vcf.gz", b"x")):
        alpha.put(name, data)
    alpha.look()
    before = stored(alpha)
    store = open_store(settings().lake, settings())
    derived = {found.key: store.read(found.key) for found in store.list("derived")}
    assert {key.rsplit("/", 1)[1] for key in derived} == {"index.csi", "copy.bcf", "copy.bcf.csi"}
    store.delete_prefix("derived")
    for version_id in alpha.partitions:
        assert alpha.run("variants_look", version_id).success
    assert stored(alpha) == before
    assert {found.key: store.read(found.key) for found in store.list("derived")} == derived


def test_every_version_is_looked_at_and_only_the_current_one_counts(alpha):
    old = alpha.put("a.vcf.gz", vcf(["old"], "1 5 A C 0/1"))
    alpha.look()
    new = alpha.put("a.vcf.gz", vcf(["new"], "2 5 A C 0/1"))
    assert states(alpha) == {"a.vcf.gz": "waiting"}
    alpha.look()
    assert alpha.ask("GET", "/dimensions/totals")["samples"] == ["new"]
    assert alpha.partitions == {old.version_id, new.version_id}
    alpha.ask("POST", "//projects/alpha/restorations", json={"name": "a.vcf.gz", "version_id": old.version_id})
    assert alpha.ask("GET", "/dimensions/totals")["samples"] == ["old"]
    alpha.ask("DELETE", "//projects/alpha/objects/a.vcf.gz")
    assert alpha.ask("GET", "/dimensions")["items"] == []


def test_a_purge_leaves_nothing_of_a_version(alpha):
    version = alpha.put("a.vcf.gz", FIRST)
    alpha.look()
    alpha.ask("POST", "//projects/alpha/purges", json={"version_id": version.version_id})
    alpha.purges()
    assert all(rows == [] for rows in stored(alpha).values())
    assert alpha.partitions == set()
    assert list(open_store(settings().lake, settings()).list("derived")) == []


def test_an_update_looks_at_new_and_rejected_files_or_at_all(alpha):
    alpha.put("first.vcf.gz", FIRST)
    alpha.put("bad.vcf.gz", bgzip(b"no vcf"))
    job = alpha.done(alpha.ask("POST", "/dimensions/updates", 202)["job_id"])
    assert (job.state, job.progress) == ("COMPLETE", 1)
    assert job.counts == {"files": 2, "unchanged": 0, "ready": 1, "rejected": 1, "results_skipped": 0}
    assert [warning.startswith("bad.vcf.gz: ") for warning in job.warnings] == [True]
    assert len(alpha.partitions) == 2
    job = alpha.done(alpha.ask("POST", "/dimensions/updates", 202)["job_id"])
    assert job.counts == {"files": 2, "unchanged": 1, "ready": 0, "rejected": 1, "results_skipped": 0}
    job = alpha.done(alpha.ask("POST", "/dimensions/updates", 202, json={"again": True})["job_id"])
    assert job.counts == {"files": 2, "unchanged": 0, "ready": 1, "rejected": 1, "results_skipped": 0}


def test_quota_is_enforced_before_anything_comes_in(alpha, live_web: LiveWeb):
    quota = live_web.client.put("/projects/alpha/quota", json={"limit_bytes": 100}, headers=live_web.admin)
    assert quota.status_code == 200, quota.text
    promise = {"name": "first.vcf.gz", "size_bytes": len(FIRST), "sha256": "0" * 64}
    assert "100" in alpha.ask("POST", "//projects/alpha/uploads", 413, json=promise)["detail"]


@pytest.mark.parametrize("path", ["/dimensions", "/dimensions/totals", "/versions"])
def test_what_one_may_not_see_is_not_there(alpha, live_web: LiveWeb, path):
    alpha.put("first.vcf.gz", FIRST)
    with project_of(live_web, live_web.person("sam", beta=Role.MANAGE).headers) as theirs:
        hidden = theirs.ask("GET", path, 404)["detail"]
        theirs.name = "nowhere"
        assert theirs.ask("GET", path, 404)["detail"] == hidden
        assert [row["project"] for row in theirs.ask("GET", "//variants/projects")] == ["beta"]
    with project_of(live_web, live_web.person("rae", alpha=Role.READ).headers) as readers:
        readers.ask("GET", path)
        readers.ask("POST", "/dimensions/updates", 403)
