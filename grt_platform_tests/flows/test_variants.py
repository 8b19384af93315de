"""Variants through a real Dagster and the command line: files arrive, are looked at, asked, and answers come home."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from grt_platform import cli
from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.adapters.job_board import JobBoard
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.serving.demo import DemoPlatform
from grt_platform.settings import settings
from grt_platform.systems.variants.schemas import QUERY_RESULTS
from grt_platform.systems.variants.serving import demo
from grt_platform.systems.variants.serving.demo import FILES, SAMPLE, TABLE
from grt_platform.web.app import create_app
from grt_platform_tests.fixtures.dagster_services import DagsterServices, dagster_services
from grt_platform_tests.fixtures.patience import until
from grt_platform_tests.fixtures.postgres import free_port
from grt_platform_tests.fixtures.web import ADMIN_KEY, now, serving, settings_of
from grt_platform_tests.systems.variants.project import body, vcf

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PATIENCE_S = 120
SIGNING = "a-signing-key-of-the-tests"


@dataclass
class Running:
    """A platform that runs."""

    services: DagsterServices
    warehouse: Warehouse
    folder: Path

    def grt(self, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
        """What `grt variants` answers as JSON."""
        try:
            got = cli.run(["variants", *arguments, "--json"])
        except SystemExit as ended:
            got = int(ended.code or 0)
        shown = capsys.readouterr()
        assert got == code, shown.err
        return json.loads(shown.out) if shown.out else None

    def write(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)


@pytest.fixture(scope="module")
def running(postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One platform for all tests of this file."""
    folder = tmp_path_factory.mktemp("variants")
    home, port = folder / "home", free_port()
    web_url = f"http://127.0.0.1:{port}"
    given = {"systems": "variants", "sensor_interval_s": "1", "web_url": web_url, "signing_key": SIGNING}
    with dagster_services(home, postgres_server.url(), "grt_platform.definitions", **given) as (services, url):
        create_project(Warehouse(url), "alpha", "", KEY_USER_ID, now())
        own = {**given, "ui_port": str(services.ports["ui"]), "project": "alpha", "token": ADMIN_KEY}
        with settings_of(home, url, **own), serving(create_app(), port):
            yield Running(services, Warehouse(url), folder)


@pytest.fixture
def loaded(running: Running, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The sample files in project alpha, looked at by the platform alone."""
    return running.grt(capsys, "load", "alpha", *(str(SAMPLE / name) for name in (*FILES, TABLE)))


def samples_of(path: str) -> Sequence[str]:
    return body(Path(path).read_bytes())[0][9:]


def test_files_are_looked_at_by_the_platform_and_a_bad_one_is_named(running, loaded, capsys):
    assert [(row["state"], row["variants"], row["samples"]) for row in loaded] == [
        ("ready", 17, 10),
        ("ready", 17, 10),
        ("ready", None, 20),
    ]
    bad = running.write("bad.vcf.gz", b"no vcf at all\n")
    good = running.write("good.vcf.gz", vcf(["x"], "1 5 A C 0/1"))
    strange = running.write("strange.exe", b"MZ")
    rows = running.grt(capsys, "load", "alpha", bad, good, strange, "--to", "more", code=3)
    assert [(row["name"], row["state"]) for row in rows] == [
        ("more/bad.vcf.gz", "rejected"),
        ("more/good.vcf.gz", "ready"),
    ]
    assert rows[0]["reason"]
    assert "8_HOM-E57" in running.grt(capsys, "dimensions", "show", "--samples")
    for name in ("more/bad.vcf.gz", "more/good.vcf.gz"):
        running.grt(capsys, "files", "rm", name)


def test_a_question_is_answered_once_and_its_partition_gives_the_same_genotypes_again(
    running, loaded, capsys, tmp_path
):
    question = ("query", "--filter", "Sex:F;Area:Southern Portugal", "--command", "view -c1", "--to", str(tmp_path))
    [answer] = running.grt(capsys, *question, "--wait")
    assert set(samples_of(answer["file"])) == {"5b_HOM-H17", "5b_HOM-H23", "5b_HOM-H25", "5b_HOM-H7"}
    before = body(Path(answer["file"]).read_bytes())
    [again] = running.grt(capsys, *question)
    assert (again["job_id"], again["state"]) == (answer["job_id"], "COMPLETE")
    api = running.services.api
    assets = [QUERY_RESULTS.asset_key, QUERY_RESULTS.served().asset_key]
    backfill = api.launch_backfill(assets, [answer["job_id"]], "the same again")
    until(lambda: api.backfill(backfill).is_finished, PATIENCE_S)
    assert api.backfill(backfill).failed == 0
    [got] = running.grt(capsys, "results", "get", answer["job_id"], "--to", str(tmp_path / "again"))
    assert body(Path(got["file"]).read_bytes()) == before
    told = json.loads(Path(got["files"]["provenance"]).read_text())
    assert [file["name"] for file in told["files"]] == [FILES[0]]  # no other file holds one of them


def test_a_rebuild_of_everything_gives_the_same_rows(running, loaded, capsys):
    tables = ("dimensions", "sample_tables", "samples", "ledger")
    before = {table: running.warehouse.fetch(f"SELECT * FROM variants.{table} ORDER BY 1, 2") for table in tables}
    assert len(before["dimensions"]) >= 2
    with pytest.raises(SystemExit) as ended:
        cli.run(["variants", "rebuild", "--all", "--patience", str(3 * PATIENCE_S)])
    assert (ended.value.code, capsys.readouterr().out.split()[-2:]) == (0, ["0", "failed"])
    assert {
        table: running.warehouse.fetch(f"SELECT * FROM variants.{table} ORDER BY 1, 2") for table in tables
    } == before


def test_a_cancel_ends_every_process_that_worked_and_leaves_nothing(running, capsys):
    records = [f"1 {position} A C {' '.join(['0/1'] * 60)}" for position in range(1, 60_000)]
    names = [f"s{number}" for number in range(60)]
    paths = [
        running.write(f"large{part}.vcf.gz", vcf([f"{name}_{part}" for name in names], *records)) for part in range(2)
    ]
    running.grt(capsys, "load", "alpha", *paths, "--to", "large")
    [job] = running.grt(capsys, "query", "--all", "--command", "; ".join(["norm -m -any; norm -m +any"] * 6))
    board = JobBoard(running.warehouse)
    until(lambda: bcftools_of(job["job_id"]), PATIENCE_S)
    board.cancel(job["job_id"], "a test")
    until(lambda: board.get(job["job_id"]).state.is_ended, PATIENCE_S)
    assert board.get(job["job_id"]).state == "CANCELED"
    until(lambda: not bcftools_of(job["job_id"]), 30)
    left = running.services.home / "scratch" / "variants" / "jobs" / job["job_id"]
    until(lambda: not left.exists(), 60)
    assert not (running.services.home / "products" / "variants" / "alpha" / job["job_id"]).exists()


def test_the_demo_loads_its_files_and_has_its_questions_answered(running, monkeypatch):
    create_project(running.warehouse, "demo", "", KEY_USER_ID, now())
    monkeypatch.setenv("GRT_PROJECT", "demo")
    settings.cache_clear()
    web_url = str(settings().web_url)
    answers = demo.run(DemoPlatform(running.services.home, web_url, running.services.ui_url, ADMIN_KEY, is_ours=False))
    assert "20 samples" in answers[0].answer
    assert answers[1].answer == "7 records of 6 samples, out of 2 files"
    monkeypatch.undo()
    settings.cache_clear()


def bcftools_of(job_id: str) -> list[int]:
    """Processes that work in the folder of the job."""
    found = []
    for process in psutil.process_iter(["pid", "cwd", "cmdline"]):
        about = f"{process.info['cwd']} {' '.join(process.info['cmdline'] or [])}"
        if job_id in about:
            found.append(process.info["pid"])
    return found
