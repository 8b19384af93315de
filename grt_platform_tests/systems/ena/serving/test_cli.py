"""`grt ena`: every argument answered, trackers in and out, one heartbeat in the terminal."""

import json

import pytest
from click.testing import CliRunner, Result

from grt_platform import cli
from grt_platform.settings import settings
from grt_platform.systems.ena.serving.rehearsal import TAXON, rehearsal
from grt_platform.systems.ena.serving.stand_in import Fault, serving
from grt_platform_tests.systems.ena.logic.samples import sample
from grt_platform_tests.systems.ena.shop import KEY

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path, warehouse_url, monkeypatch):
    """An installation that asks a stand-in for ENA, in slices of a few runs; the first search is refused."""
    stand_in = rehearsal()
    refused = Fault(400, b"no such taxon")
    stand_in.fault = lambda path, number: refused if (path[-7:], number) == ("/search", 1) else None
    with serving(stand_in) as url:
        given = {"HOME": tmp_path, "WAREHOUSE_URL": warehouse_url, "SIGNING_KEY": KEY, "WEB_URL": "http://127.0.0.1:1"}
        for name, value in {**given, "ENA_URL": f"{url}/portal/api", "ENA_FILES_URL": url, "ENA_ATTEMPTS": 2}.items():
            monkeypatch.setenv(f"GRT_{name}", str(value))
        monkeypatch.setenv("GRT_ENA_FIRST_PAUSE_S", "0.001")
        monkeypatch.setenv("GRT_ENA_SLICE_RUNS", "5")
        settings.cache_clear()
        yield tmp_path
    settings.cache_clear()


def grt(*arguments: str, expect: int = 0) -> Result:
    done = CliRunner().invoke(cli.grt, ["ena", *arguments])
    assert done.exit_code == expect, done.output
    return done


def status(*taxa: str) -> list[dict]:
    return json.loads(grt("status", *taxa, "--json").output)


def test_a_taxon_is_tracked_prioritised_cleared_and_left(home):
    answered = json.loads(grt("add", "562", "x", "562", "570", "--json", expect=3).output)
    assert [one["outcome"] for one in answered] == ["added", "invalid", "already tracked", "added"]
    assert [row["taxonomy_id"] for row in status()] == [562, 570]
    grt("set-priority", "562", "3")
    grt("set-priority", "--", "570", "-1")
    assert [row["priority"] for row in status("562", "570")] == [3, -1]
    assert "next is to fetch" in grt("clear", "562").output
    assert "not tracked any more" in grt("remove", "562").output
    assert "grt ena add 562" in str(grt("clear", "562", expect=1).exception)


def test_a_tracker_file_goes_in_and_comes_out_without_loss(home):
    first, second = home / "first.csv", home / "second.csv"
    first.write_bytes(sample("microfetch_csv_144a67b.csv"))
    grt("import", str(first))
    grt("export", "tracker", "--out", str(second))
    grt("import", str(second))
    assert grt("export", "tracker").output.encode() == second.read_bytes()


def test_heartbeats_in_the_terminal_bring_a_taxon_home_though_another_waits_for_a_person(home):
    grt("add", "42", str(TAXON))
    grt("set-priority", "42", "5")
    for _ in range(100):
        told = grt("heartbeat", "--once").output
        if status(str(TAXON))[0]["last_run_status"] == "complete":
            break
    assert status(str(TAXON))[0]["stage_name"] == "update accession CSV", told
    assert "no such taxon" in status("42")[0]["needs_attention"]
    assert len(list((home / "raw" / "ena" / str(TAXON)).rglob("answer-*.tsv.gz"))) > 1
    assert "11 of 11 files are as ENA lists them" in grt("verify", str(TAXON)).output
    assert json.loads(grt("machines", "--json").output) == []
    [lost] = (home / "ena" / "reads" / str(TAXON)).rglob("ERR9000003.fastq.gz")
    lost.write_bytes(b"x")
    assert "10 of 11 files" in grt("verify", str(TAXON), expect=1).output
    listed = grt("runs", str(TAXON), "--csv").output.splitlines()
    assert listed[0] == "run_accession_number,excluded,droplet_ip,reason"
    assert len(listed) == 13
