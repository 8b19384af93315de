"""ENA's pages in a real browser: taxa with stages, one taxon with its runs by reason, machines with what they cost."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from grt_platform.systems.ena.register import Register
from grt_platform.systems.ena.schemas import FETCHED_READS, RUNS
from grt_platform.systems.ena.tracker import Tracker
from grt_platform_tests.fixtures.chromium import Tab
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.lustre.rows import serve

pytestmark = pytest.mark.service
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def filled(live_web: LiveWeb) -> LiveWeb:
    """Two taxa, one of which a person must look at; three runs; a machine that has cost something."""
    warehouse, now = live_web.warehouse, datetime.now(UTC)
    tracker = Tracker(warehouse)
    tracker.add(["562", "570"], now)
    tracker.change(562, lambda taxon: taxon.began(now).failed(f"ENA says {HOSTILE}"), now)
    kept = {"taxonomy_id": 562, "fetched_on": date(2026, 11, 1), "files_bytes": 10**9}
    runs = [
        {"run_accession": "ERR1", "is_excluded": False, "scientific_name": HOSTILE},
        {"run_accession": "ERR2", "is_excluded": True, "reason": "library_strategy is not WGS"},
        {"run_accession": "SRR3", "is_excluded": True, "reason": "library_strategy is not WGS"},
    ]
    empty = {column.name: None for column in RUNS}
    serve(warehouse, RUNS, *({**empty, **kept, **run} for run in runs))
    file = {"taxonomy_id": 562, "run_accession": "ERR1", "path": "562/ERR1/a_1.fastq.gz", "batch_id": "b1"}
    serve(warehouse, FETCHED_READS, {**file, "size_bytes": 10**9, "md5": "0" * 32, "verified_at": now})
    register = Register(warehouse)
    register.plan(562, ["b1"], "digitalocean", now)
    register.begin("b1", 5)
    register.made("b1", "77", Decimal("0.02976"), now - timedelta(hours=30, minutes=1), timedelta(days=1))
    register.failed("b1", "disk full")
    return live_web


def test_taxa_are_added_and_the_one_that_waits_for_a_person_goes_on(filled: LiveWeb, tab: Tab) -> None:
    tab.sign_in("boss", is_admin=True)
    assert tab.page.get_by_role("link", name="Taxon 562 needs a person").is_visible()
    tab.open("/pages/ena")
    assert tab.page.locator("tbody tr").count() == 2
    tab.page.get_by_label("NCBI taxon ids").fill("573\n562, E.coli")
    tab.follow(tab.page.get_by_role("button", name="Track them"))
    told = tab.page.get_by_role("status").inner_text()
    assert ("573: added" in told, "562: already tracked" in told, "invalid" in told) == (True, True, True)
    tab.picture("ena-taxa")
    tab.open("/pages/ena?status=attention&taxon=56")
    tab.follow(tab.page.get_by_role("link", name="562", exact=True))
    assert tab.page.get_by_text("A person must look").is_visible()
    assert tab.page.locator("main img, main script").count() == 0
    tab.picture("ena-taxon")
    tab.page.get_by_label("Priority, higher").fill("7")
    tab.follow(tab.page.get_by_role("button", name="Set it", exact=True))
    tab.page.get_by_text("Rules", exact=True).click()
    tab.page.get_by_label("Bases of one genome").fill("5000000")
    tab.page.get_by_label("Times it must be covered").fill("12.5")
    tab.follow(tab.page.get_by_role("button", name="Set the rules"))
    tab.follow(tab.page.get_by_role("button", name="I have looked"))
    [row] = Tracker(filled.warehouse).rows([562])
    assert (row["needs_attention"], row["priority"], row["genome_size"], row["min_depth"]) == ("", 7, 5_000_000, 12.5)
    tab.page.get_by_text("Stop tracking it").first.click()
    tab.page.get_by_label("I am sure").check()
    tab.follow(tab.page.get_by_role("button", name="Stop tracking it"))
    assert tab.page.get_by_text("leaves once its machines are gone").is_visible()
    actions = {event["action"] for event in filled.client.get("/audit", headers=filled.admin).json()}
    assert {"ena.add", "ena.clear", "ena.set_priority", "ena.set_rules", "ena.remove"} <= actions


def test_runs_are_chosen_by_reason_and_accession_and_machines_tell_their_cost(filled: LiveWeb, tab: Tab) -> None:
    tab.sign_in()
    tab.open("/pages/ena/taxa/562")
    assert tab.page.get_by_role("button", name="I have looked").count() == 0
    tab.follow(tab.page.get_by_role("link", name="library_strategy is not WGS"))
    assert tab.page.get_by_role("combobox", name="Reason").input_value() == "library_strategy is not WGS"
    tab.page.get_by_label("Accession begins with").fill("SRR")
    tab.follow(tab.page.get_by_role("button", name="Show"))
    rows = list(csv.DictReader(io.StringIO(tab.download("All of it as CSV: Runs"))))
    assert [row["run_accession"] for row in rows] == ["SRR3"]
    assert len(tab.download("Accession list").splitlines()) == 4
    tab.open("/pages/ena/machines")
    assert tab.page.get_by_role("cell", name="0.92", exact=True).is_visible()  # 31 hours begun
    tab.picture("ena-machines")
    tab.open("/pages/ena/machines?living=false")
    assert tab.page.get_by_role("cell", name="disk full").is_visible()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/pages/ena/taxa/999", 404),
        ("/pages/ena/taxa/0", 422),
        ("/pages/ena/taxa/562?accession=a'b", 422),
        ("/pages/ena?taxon=x", 422),
        ("/pages/ena?status=lost", 422),
        ("/pages/ena?csv=users", 400),
    ],
)
def test_bad_input_is_a_page_that_says_so(filled: LiveWeb, tab: Tab, path: str, status: int) -> None:
    tab.sign_in()
    assert tab.open(path).status == status
    assert tab.page.get_by_role("alert").is_visible()
    tab.refusals.clear()


def test_only_administrators_change_taxa(filled: LiveWeb) -> None:
    ann = filled.person("ann")
    for path in ("/pages/ena", "/pages/ena/taxa/562/clear", "/pages/ena/taxa/562/remove"):
        answer = filled.client.post(path, headers=ann.headers, data={"taxa": "573", "is_sure": "true"})
        assert answer.status_code == 403
    assert [row["taxonomy_id"] for row in Tracker(filled.warehouse).rows()] == [562, 570]
