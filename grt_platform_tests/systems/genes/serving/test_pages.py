"""The pages of genes in a real browser: uploaded with the form, parsed, found, downloaded, purged; hostile names."""

import csv
import io
from datetime import UTC, datetime

import pytest

from grt_platform.adapters.accounts.projects import create_project, set_member
from grt_platform.adapters.job_board import JobBoard, JobFilter
from grt_platform.kernel.identity import KEY_USER_ID, Role
from grt_platform_tests.fixtures.chromium import Tab, beside
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.genes.running import run

pytestmark = pytest.mark.service
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LONG = "ACGT" * 5000
FASTA = f">LTR one\nACGTACGT\n>{HOSTILE} two\nGGGGCC\n>long three\n{LONG}\n>bad four\nAC1GT\n".encode()


@pytest.fixture
def ann(live_web: LiveWeb, tab: Tab) -> Tab:
    """The tab of a manager of project alpha."""
    now = datetime.now(UTC)
    create_project(live_web.warehouse, "alpha", "", KEY_USER_ID, now)
    set_member(live_web.warehouse, "alpha", tab.sign_in(), Role.MANAGE, now)
    return tab


def test_a_file_of_genes_is_uploaded_parsed_searched_downloaded_and_purged(live_web: LiveWeb, ann: Tab) -> None:
    ann.open("/pages/genes")
    ann.page.get_by_label("Letters are").select_option("dna")
    ann.page.get_by_label("Other letters").select_option("skip")
    ann.upload({"name": "genes.fasta", "mimeType": "text/plain", "buffer": FASTA})
    ann.follow(ann.page.get_by_role("link", name="What came of it"))
    assert ann.page.get_by_text("QUEUED").is_visible()
    [job] = JobBoard(live_web.warehouse).newest(JobFilter(), 1)
    beside(lambda: run(live_web, job.job_id))
    ann.page.get_by_role("heading", name="Genes", exact=True).wait_for()  # without loading the page again
    assert ann.page.get_by_text(HOSTILE).first.is_visible()
    assert ann.page.locator("main img, main script").count() == 0
    assert ann.page.get_by_role("table", name="Records set aside").locator("tbody tr").count() == 1
    ann.picture("genes-upload")

    ann.page.get_by_label("or how it begins").fill("L")
    ann.page.get_by_label("Letters from").fill("2")
    ann.follow(ann.page.get_by_role("button", name="Show", exact=True))
    assert ann.page.get_by_role("table", name="Genes").locator("tbody tr").count() == 1
    assert ann.download("fasta") == ">LTR one\nACGTACGT\n"
    rows = list(csv.DictReader(io.StringIO(ann.download("All of it as CSV"))))
    assert [(row["gene_name"], row["length"]) for row in rows] == [("LTR one", "8")]
    assert '"LTR one"' in ann.download("the result of the whole file")

    ann.open(ann.page.url.removeprefix(ann.url).partition("?")[0] + "?limit=2")
    ann.follow(ann.page.get_by_role("link", name="Next page"))
    ann.follow(ann.page.get_by_role("link", name="3", exact=True))
    assert ann.page.get_by_text("Letters 1 to 6,000 of these are shown").is_visible()
    ann.page.get_by_label("First letter").fill("2")
    ann.page.get_by_label("Last letter").fill("5")
    ann.follow(ann.page.get_by_role("button", name="Show"))
    assert "CGTA" in ann.page.locator("pre").inner_text()
    ann.picture("genes-gene")
    ann.follow(ann.page.get_by_role("link", name="SQ."))
    assert ann.page.locator("tbody tr").count() == 1
    ann.picture("genes-search")

    ann.open("/pages/genes?project=alpha&name=GENES")
    ann.picture("genes-uploads")
    ann.follow(ann.page.get_by_role("link", name="genes.fasta"))
    ann.page.get_by_label("I am sure").check()
    ann.follow(ann.page.get_by_role("button", name="Purge this upload"))
    assert ann.page.get_by_text("No file of genes was uploaded yet.").is_visible()


def test_what_is_wrong_with_a_file_is_told_beside_the_form(live_web: LiveWeb, ann: Tab) -> None:
    ann.open("/pages/genes")
    ann.upload(
        {"name": "genes.docx", "mimeType": "text/plain", "buffer": b"x"},
        {"name": "empty.fasta", "mimeType": "text/plain", "buffer": b""},
    )
    assert "genes.docx" in ann.page.get_by_role("alert").first.inner_text()
    ann.follow(ann.page.get_by_role("link", name="What came of it"))
    [job] = JobBoard(live_web.warehouse).newest(JobFilter(), 1)
    beside(lambda: run(live_web, job.job_id))
    ann.page.get_by_role("button", name="Try again").wait_for()
    assert ann.page.get_by_text("empty").first.is_visible()
    here = ann.page.url.removeprefix(ann.url)
    assert ann.open(f"{here}?min_length=x").status == 422
    assert ann.open(f"{here}/genes/1").status == 409
    assert ann.open(f"{here}/result").status == 404
    assert ann.open("/pages/genes/uploads/nonsense").status == 404
    assert ann.open("/pages/genes?project=beta").status == 404
    assert len(ann.refusals) == 6
    ann.refusals.clear()


def test_search_over_all_uploads_asks_for_a_name_first(ann: Tab) -> None:
    ann.open("/pages/genes/search")
    assert ann.page.get_by_text("Say a name, how it begins, or a digest.").is_visible()
    ann.open("/pages/genes/search?prefix=&name=none&min_length=&max_length=&project=alpha")
    assert ann.page.get_by_text("No gene is called or made so.").is_visible()
