"""The whole procedure of a taxon, from its id to verified files at home, with the real worker against the stand-in."""

from datetime import UTC, datetime, timedelta

import pytest

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.systems.ena.logic.machines import State
from grt_platform.systems.ena.logic.stages import Stage, Status
from grt_platform.systems.ena.logic.wanted import Wanted
from grt_platform.systems.ena.procedure import Procedure
from grt_platform.systems.ena.serving.rehearsal import TAXON, rehearsal
from grt_platform.systems.ena.serving.stand_in import Fault, serving
from grt_platform.systems.ena.transport import FolderTransport
from grt_platform.systems.ena.workshop import Workshop
from grt_platform_tests.systems.ena.shop import settings_of, settle

pytestmark = pytest.mark.slow

BEGIN = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def ena():
    stand_in = rehearsal()
    with serving(stand_in) as url:
        stand_in.url = url
        yield stand_in


@pytest.fixture
def shop(ena, tmp_path, warehouse_url):
    made = Workshop(settings_of(tmp_path, warehouse_url, ena.url))
    made.tracker.add([str(TAXON)], BEGIN)
    yield made
    for machine in made.kit("local").provider.list():
        made.kit("local").provider.destroy(machine.machine_id)


def at_home(shop) -> dict[str, bytes]:
    folder = shop.home.folder / str(TAXON)
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_taxon_becomes_verified_files_at_home_and_no_machine_is_left(shop, ena):
    settle(shop)
    taxon = shop.tracker.get(TAXON)
    assert (taxon.stage, taxon.last_run_status, taxon.needs_attention, taxon.droplet_ips) == (
        Stage.UPDATE,
        Status.COMPLETE,
        "",
        (),
    )
    wanted = {f"ERR90000{n:02}{end}.fastq.gz" for n in (1, 2, 3, 4, 5) for end in ("_1", "_2")} | {
        "ERR9000003.fastq.gz"
    }
    assert at_home(shop) == {
        path.rsplit("/", 1)[1]: body for path, body in ena.files.items() if path.rsplit("/", 1)[1] in wanted
    }
    assert {row["state"] for row in shop.register.rows()} == {State.DESTROYED}
    assert shop.kit("local").provider.list() == []
    log = shop.journal.path(TAXON).read_text()
    assert "ENA told of 12 runs" in log
    assert "complete: every machine is gone" in log
    assert "assembly" not in log


def test_every_run_has_its_first_reason(shop):
    settle(shop)
    rows = shop.warehouse.fetch("SELECT run_accession, reason FROM ena.runs WHERE is_excluded ORDER BY 1")
    assert [row["reason"] for row in rows] == [
        "library_strategy is not WGS",
        "instrument_platform is not ILLUMINA",
        "library_source is not GENOMIC",
        "library_layout is not PAIRED",
        "neither location nor collection date",
        "no fastq file",
        "fastq pair incomplete",
    ]


def test_an_update_asks_for_what_is_new_and_fetches_only_that(shop, ena):
    settle(shop)
    before = at_home(shop)
    again = next(run for run in ena.runs if run["run_accession"] == "ERR9000001")
    ena.runs.append(
        {**again, "run_accession": "ERR9000099", "first_public": "2026-12-01", "last_updated": "2026-12-01"}
    )
    later = Workshop(shop._known, clock=lambda: datetime.now(UTC) + timedelta(days=30))
    assert later.tracker.recheck(later.clock(), timedelta(days=7)) == [TAXON]
    ena.asked.clear()
    Procedure(later).go_on(TAXON)
    assert [path for path in ena.asked if "/vol1/" in path and "ERR9000001" not in path] == []
    [check] = later.records.checks(TAXON)[1:]
    assert check.since is not None
    assert check.rows == 1
    settle(later)
    assert before.items() <= at_home(shop).items()
    counts = later.warehouse.fetch("SELECT count(*) AS n FROM ena.runs")
    assert counts[0]["n"] == 13


def test_tables_are_made_again_from_raw_alone_with_the_same_rows(shop):
    settle(shop)
    sql = "SELECT * FROM ena.runs ORDER BY run_accession"
    before = shop.warehouse.fetch(sql), shop.warehouse.fetch("SELECT * FROM ena.ledger")
    Procedure(shop).build(TAXON)
    Procedure(shop).farm(TAXON)
    assert (shop.warehouse.fetch(sql), shop.warehouse.fetch("SELECT * FROM ena.ledger")) == before
    assert shop.tracker.get(TAXON).stage is Stage.UPDATE
    assert shop.warehouse.fetch("SELECT * FROM ena.batches") == []


def test_what_ena_refuses_reaches_a_person_in_its_own_words_and_clearing_resumes_there(shop, ena):
    ena.fault = lambda path, n: Fault(400, b"Invalid fieldName(s) supplied: x") if path.endswith("/search") else None
    with pytest.raises(BadInputError, match="Invalid fieldName"):
        Procedure(shop).go_on(TAXON)
    taxon = shop.tracker.get(TAXON)
    assert "Invalid fieldName(s) supplied: x" in taxon.needs_attention
    assert (taxon.stage, taxon.last_run_status) == (Stage.FETCH, Status.ERROR)
    assert shop.tracker.due(10, datetime.now(UTC), timedelta(0)) == []
    ena.fault = lambda path, n: None
    shop.tracker.clear(TAXON, datetime.now(UTC))
    settle(shop)
    assert shop.tracker.get(TAXON).last_run_status == Status.COMPLETE


def test_an_ena_that_fails_leaves_the_taxon_due_later_and_the_data_as_they_were(shop, ena):
    settle(shop)
    before = shop.warehouse.fetch("SELECT * FROM ena.runs ORDER BY 2"), at_home(shop)
    shop.tracker.recheck(datetime.now(UTC) + timedelta(days=30), timedelta(days=7))
    ena.fault = lambda path, n: Fault(503, b"later")
    with pytest.raises(UnavailableError):
        Procedure(shop).go_on(TAXON)
    taxon = shop.tracker.get(TAXON)
    assert (taxon.needs_attention, taxon.generated_warning) == ("", True)
    now, hour = datetime.now(UTC), timedelta(hours=1)
    assert shop.tracker.due(10, now, hour) == []
    assert [each.taxonomy_id for each, _ in shop.tracker.due(10, now + hour, hour)] == [TAXON]
    assert (shop.warehouse.fetch("SELECT * FROM ena.runs ORDER BY 2"), at_home(shop)) == before
    assert len(shop.records.checks(TAXON)) == 1


def test_a_taxon_without_runs_is_complete_with_none(shop):
    shop.tracker.add(["42"], BEGIN)
    Procedure(shop).go_on(42)
    taxon = shop.tracker.get(42)
    assert (taxon.stage, taxon.last_run_status) == (Stage.UPDATE, Status.COMPLETE)
    assert shop.records.checks(42)[0].rows == 0


def test_a_file_that_cannot_be_had_holds_the_taxon_and_clearing_begins_the_machine_again(shop, ena):
    bad = next(path for path in ena.files if path.endswith("ERR9000002_1.fastq.gz"))
    good = ena.files[bad]
    ena.files[bad] = good[:-1] + bytes([good[-1] ^ 1])
    settle(shop)
    taxon = shop.tracker.get(TAXON)
    assert "ERR9000002_1.fastq.gz" in taxon.needs_attention
    assert taxon.droplet_ips == ("127.0.0.1",)
    assert State.ERROR in {row.state for row in shop.register.living(TAXON)}
    shop.tending().tend()
    assert State.ERROR in {row.state for row in shop.register.living(TAXON)}
    ena.files[bad] = good
    shop.tracker.clear(TAXON, datetime.now(UTC))
    settle(shop)
    assert shop.tracker.get(TAXON).last_run_status == Status.COMPLETE
    assert len(at_home(shop)) == 11


def test_rules_of_a_taxon_are_applied_at_its_next_check(shop):
    shop.tracker.set_wanted(TAXON, Wanted(genome_size=5_000_000, min_depth=100, max_run_bytes=None))
    Procedure(shop).go_on(TAXON)
    reasons = {row["reason"] for row in shop.warehouse.fetch("SELECT reason FROM ena.runs")}
    assert "base_count is below genome size times depth" in reasons
    assert shop.tracker.get(TAXON).last_run_status == Status.COMPLETE


def test_one_machine_at_a_time_where_one_may_exist_and_an_assembly_step_for_each_batch_whose_failure_loses_nothing(
    ena, tmp_path, warehouse_url
):
    step, asked = tmp_path / "assemble", tmp_path / "asked"
    step.write_text(f'#!/bin/sh\n[ -e {asked} ]; known=$?\necho "$@" >>{asked}\n[ $known = 0 ] || exit 3\n')
    step.chmod(0o700)
    change = {"ena_max_machines": 1, "ena_assembly_command": str(step)}
    shop = Workshop(settings_of(tmp_path, warehouse_url, ena.url, **change))
    shop.tracker.add([str(TAXON)], BEGIN)
    Procedure(shop).go_on(TAXON)
    assert (shop.register.existing(), len(shop.register.living(TAXON))) == (1, 2)
    settle(shop)
    assert shop.tracker.get(TAXON).last_run_status == Status.COMPLETE
    batches = {row["batch_id"] for row in shop.register.rows()}
    assert {tuple(line.split(" ", 2)) for line in asked.read_text().splitlines()} == {
        (str(TAXON), batch, str(shop.home.folder / str(TAXON))) for batch in batches
    }
    log = shop.journal.path(TAXON).read_text()
    assert "assembly ended with 3" in log
    assert "assembly is done" in log


def out_of_reach(*_: object, **__: object) -> None:
    raise UnavailableError("no route to host")


def test_a_machine_out_of_reach_past_its_deadline_is_told_once_and_kept_until_a_person_has_looked(
    shop, ena, monkeypatch
):
    ena.fault = lambda path, number: Fault(pause_s=4) if "/vol1/" in path and number == 1 else None
    Procedure(shop).go_on(TAXON)
    machines = {machine.name for machine in shop.kit("local").provider.list()}
    later = Workshop(shop._known, clock=lambda: datetime.now(UTC) + timedelta(hours=25))
    with monkeypatch.context() as patch:
        patch.setattr(FolderTransport, "bring", out_of_reach)
        for _ in range(2):
            later.tending().tend()
    assert "is not done by its deadline" in shop.tracker.get(TAXON).needs_attention
    assert shop.journal.path(TAXON).read_text().count("is not done by its deadline") == 1
    assert "no route to host" in shop.journal.path(TAXON).read_text()
    assert {machine.name for machine in shop.kit("local").provider.list()} == machines
    later.tracker.clear(TAXON, later.clock())
    settle(later)
    assert shop.tracker.get(TAXON).last_run_status == Status.COMPLETE
