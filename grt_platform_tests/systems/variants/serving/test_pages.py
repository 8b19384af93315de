"""The pages of variants in a real browser: from the upload to the downloaded answer, hostile cells, bad questions."""

import csv
import io
from datetime import UTC, datetime

import pytest

from grt_platform.adapters.accounts.projects import set_member
from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.chromium import Tab, beside
from grt_platform_tests.fixtures.job_runs import upload
from grt_platform_tests.fixtures.web import LiveWeb, Person
from grt_platform_tests.systems.variants.project import body, project_of, vcf

pytestmark = pytest.mark.service
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
TABLE = f"#Sample_ID\tArea\tWeight\t{HOSTILE}\nS1\tNorth\t12.1\ta\nS2\tEast\t18.8\tb\nS3\tWest\t15.0\t{HOSTILE}\n"
FIRST = vcf(["S1", "S2"], "1 5 A C 0/1 1/1", "1 9 A C 0/1 1/1", "2 3 A C 0/1 1/1")
SECOND = vcf(["S3"], "1 5 A C 0/1", "3 7 A C 0/1")


@pytest.fixture
def manager(live_web: LiveWeb) -> Person:
    """Who made project alpha."""
    return live_web.person("mia", alpha=Role.MANAGE)


def look(live_web: LiveWeb, manager: Person) -> None:
    """Somebody has looked at all files of alpha."""

    def looking() -> None:
        with project_of(live_web, manager.headers) as project:
            project.look()

    beside(looking)


def fill(live_web: LiveWeb, manager: Person) -> None:
    """Alpha has two good files, a bad one and a table, all looked at."""
    for name, data in (("a.vcf.gz", FIRST), ("b.vcf.gz", SECOND), ("c.vcf.gz", b"no VCF"), ("t.tsv", TABLE.encode())):
        upload(live_web.warehouse, "alpha", name, data)
    look(live_web, manager)


def enter(tab: Tab, role: Role) -> None:
    """Ann has signed in, a member of alpha in this role."""
    set_member(tab.live_web.warehouse, "alpha", tab.sign_in(), role, datetime.now(UTC))


def done(live_web: LiveWeb, manager: Person, job_id: str) -> None:
    """The job of a question has ended."""

    def doing() -> None:
        with project_of(live_web, manager.headers) as project:
            project.done(job_id)

    beside(doing)


def test_a_question_goes_from_the_samples_over_its_plan_to_the_downloaded_answer(
    live_web: LiveWeb, tab: Tab, manager: Person
) -> None:
    fill(live_web, manager)
    enter(tab, Role.QUERY)
    tab.open("/pages/variants")
    tab.picture("variants-projects")
    tab.follow(tab.page.get_by_role("link", name="alpha"))
    assert [tab.page.locator(f"td .{mark}").count() for mark in ("good", "bad")] == [3, 1]
    tab.picture("variants-files")
    rows = list(csv.DictReader(io.StringIO(tab.download("All of it as CSV"))))
    assert [(row["name"], row["state"], row["variants"]) for row in rows][:2] == [
        ("a.vcf.gz", "ready", "3"),
        ("b.vcf.gz", "ready", "2"),
    ]
    tab.follow(tab.page.get_by_role("link", name="a.vcf.gz"))
    assert tab.page.get_by_role("cell", name="S2").is_visible()
    tab.picture("variants-file")

    tab.follow(tab.page.get_by_role("link", name="Samples", exact=True))
    assert tab.page.locator("tbody tr").count() == 3
    assert tab.page.get_by_role("columnheader", name="<script>").is_visible()
    assert tab.page.locator("main img, main script").count() == 0
    tab.page.get_by_label("Filter").fill("Weight:>13")
    tab.follow(tab.page.get_by_role("button", name="Show"))
    assert "filter=Weight%3A%3E13" in tab.page.url
    assert tab.page.get_by_text("2 samples of 3").is_visible()
    tab.picture("variants-samples")

    tab.follow(tab.page.get_by_role("link", name="Ask about them"))
    assert tab.page.get_by_label("Filter", exact=True).input_value() == "Weight:>13"
    tab.page.get_by_label("Regions").fill("1")
    tab.page.get_by_label("Command").fill("view -i 'POS<9'")
    tab.follow(tab.page.get_by_role("button", name="Count and plan"))
    assert tab.page.locator("dd").all_inner_texts()[:2] == ["2", "2"]
    assert tab.page.get_by_role("row", name="a.vcf.gz").is_visible()
    tab.picture("variants-ask")

    tab.follow(tab.page.get_by_role("button", name="Ask this"))
    job_id = tab.page.url.rpartition("/")[2]
    assert tab.page.get_by_text("QUEUED").is_visible()
    done(live_web, manager, job_id)
    tab.page.get_by_role("heading", name="The answer").wait_for()  # without loading the page again
    tab.picture("variants-answer")
    with tab.page.expect_download() as begun:
        tab.page.get_by_role("link", name="result.vcf.gz", exact=True).click()
    lines = body(begun.value.path().read_bytes())
    assert (lines[0][9:], [line[1] for line in lines[1:]]) == (["S2", "S3"], ["5"])

    tab.open("/pages/variants/answers?project=alpha&mine=true")
    assert tab.page.locator("td .good").inner_text() == "COMPLETE"
    tab.picture("variants-answers")
    tab.open(f"/pages/jobs/{job_id}")
    tab.follow(tab.page.get_by_role("link", name="What came of it"))
    tab.follow(tab.page.get_by_role("link", name="Change it and ask again"))
    assert tab.page.get_by_label("Command").input_value() == "view -i 'POS<9'"
    refuse(tab)


def refuse(tab: Tab) -> None:
    """What is wrong with a question stands beside its form, which keeps what was filled in."""
    wrong = (
        ("samples?project=alpha&filter=Nope:1", 400, "no column 'Nope'"),
        ("ask?project=alpha&show=plan&by=filter&filter=Area North", 400, "cannot be read"),
        ("ask?project=alpha&show=plan&by=samples&samples=S9", 400, "S9"),
        ("ask?project=alpha&show=plan&by=samples", 400, "Name the samples"),
        ("ask?project=alpha&show=plan&by=all&command=view -o /etc/passwd", 400, "-o"),
        ("ask?project=alpha&show=plan&by=all&regions=9", 400, "9"),
        ("ask?project=alpha&show=plan&by=all&at=none", 404, "none"),
    )
    for address, status, told in wrong:
        assert tab.open(f"/pages/variants/{address}").status == status, address
        assert told in tab.page.get_by_role("alert").inner_text(), address
    tab.open("/pages/variants/ask?project=alpha&show=plan&by=all")
    tab.page.evaluate("document.querySelector('form[method=post] [name=command]').value = 'norm -f x'")
    tab.follow(tab.page.get_by_role("button", name="Ask this"))
    assert tab.page.get_by_role("alert").is_visible()
    assert tab.page.get_by_label("Command").input_value() == "norm -f x"
    assert len(tab.refusals) == len(wrong) + 1
    tab.refusals.clear()


def test_files_are_uploaded_from_the_page_and_a_waiting_question_is_canceled(
    live_web: LiveWeb, tab: Tab, manager: Person
) -> None:
    enter(tab, Role.QUERY)
    tab.open("/pages/variants/files?project=alpha")
    tab.upload(
        {"name": "a.vcf.gz", "mimeType": "application/gzip", "buffer": FIRST},
        {"name": "con:trol.vcf.gz", "mimeType": "application/gzip", "buffer": SECOND},
    )
    assert tab.page.locator(".uploads li").all_inner_texts()[0].startswith("a.vcf.gz uploaded")
    assert "cannot name an object" in tab.page.get_by_role("alert").inner_text()
    tab.picture("variants-uploaded")
    look(live_web, manager)
    tab.follow(tab.page.get_by_role("link", name="Show it in the list"))
    assert tab.page.locator("td .good").inner_text() == "ready"
    tab.follow(tab.page.get_by_role("button", name="Look at files now"))
    assert tab.page.get_by_role("heading", name="variants update").is_visible()
    tab.open("/pages/variants/ask?project=alpha&show=plan&by=all")
    tab.follow(tab.page.get_by_role("button", name="Ask this"))
    tab.follow(tab.page.get_by_role("button", name="Cancel this job"))
    assert tab.page.get_by_text("CANCELED", exact=True).is_visible()
    assert tab.refusals == [(400, "/projects/alpha/uploads")]
    tab.refusals.clear()


def test_who_may_only_read_uploads_nothing_and_who_is_no_member_sees_nothing(
    live_web: LiveWeb, tab: Tab, manager: Person
) -> None:
    live_web.person("zoe", beta=Role.MANAGE)
    enter(tab, Role.READ)
    tab.open("/pages/variants/files?project=alpha")
    assert tab.page.get_by_role("button", name="Upload").count() == 0
    tab.open("/pages/variants/ask?project=alpha")
    assert tab.page.get_by_text("asking needs the role QUERY").is_visible()
    pages = ("files", "samples", "ask", "answers", "file?name=a.vcf.gz")
    addresses = [f"/pages/variants/{page}{'&' if '?' in page else '?'}project=beta" for page in pages]
    assert [tab.open(address).status for address in addresses] == [404] * 5
    assert tab.open("/pages/variants/answers/5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207").status == 404
    assert tab.open("/pages/variants/file?project=alpha&name=none.vcf.gz").status == 404
    assert tab.open("/pages/variants/files").status == 422
    assert len(tab.refusals) == 8
    tab.refusals.clear()
