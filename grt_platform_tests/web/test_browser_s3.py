"""Files that a real browser sends from a page into a bucket, which lets it in by the rule that docs/pages.md names."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from grt_platform.adapters.accounts.projects import create_project, set_member
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.identity import KEY_USER_ID, Role
from grt_platform.web.app import create_app
from grt_platform_tests.fixtures.chromium import Tab, opened_tab
from grt_platform_tests.fixtures.postgres import free_port
from grt_platform_tests.fixtures.seaweed import Seaweed
from grt_platform_tests.fixtures.web import LiveWeb, serving, settings_of

pytestmark = pytest.mark.service
PAGE = "/pages/variants/files?project=alpha"
LARGE = bytes(range(256)) * 40_000  # 10 MB, so that it is read and sent in several pieces
FILES = {"a table.tsv": b"#Sample\tArea\n1\tNorth\n", "wei\u00dfer Hai.vcf": LARGE, "empty.tsv": b""}
VERSIONS = "SELECT name, size_bytes, sha256, state FROM objects.versions ORDER BY name"


@pytest.fixture
def web_on_s3(seaweed: Seaweed, tmp_path: Path, warehouse: Warehouse, warehouse_url: str) -> Iterator[LiveWeb]:
    """The web door with its raw store in a bucket."""
    place, port, now = seaweed.place(), free_port(), datetime.now(UTC)
    url = f"http://127.0.0.1:{port}"
    create_project(warehouse, "alpha", "", KEY_USER_ID, now)
    given = {"web_url": url, "raw_url": place.url, **place.settings}
    with (
        settings_of(tmp_path, warehouse_url, **given) as patch,
        serving(create_app(), port),
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield LiveWeb(url, tmp_path, warehouse, client, patch)


def signed_in(tab: Tab) -> Tab:
    set_member(tab.live_web.warehouse, "alpha", tab.sign_in(), Role.MANAGE, datetime.now(UTC))
    tab.open(PAGE)
    return tab


def test_files_go_from_the_page_into_the_bucket_with_their_checksums(
    seaweed: Seaweed, web_on_s3: LiveWeb, chromium: Browser
) -> None:
    seaweed.let_browsers_in(web_on_s3.url)
    with opened_tab(chromium, web_on_s3, seaweed.endpoint + "/") as tab:
        signed_in(tab)
        tab.upload(*({"name": name, "mimeType": "text/plain", "buffer": data} for name, data in FILES.items()))
        assert tab.page.locator(".uploads .problem").all_inner_texts() == []
        tab.open(PAGE)
        assert tab.page.get_by_text("a table.tsv").first.is_visible()
    stored = web_on_s3.warehouse.fetch(VERSIONS)
    assert [(row["name"], row["size_bytes"], row["sha256"], row["state"]) for row in stored] == [
        (name, len(data), hashlib.sha256(data).hexdigest(), "stored") for name, data in sorted(FILES.items())
    ]


def test_a_bucket_that_lets_no_browser_in_is_told_in_words_and_nothing_is_stored(
    seaweed: Seaweed, web_on_s3: LiveWeb, chromium: Browser
) -> None:
    seaweed.let_browsers_in("http://elsewhere.example")
    with opened_tab(chromium, web_on_s3, seaweed.endpoint + "/") as tab:
        signed_in(tab).upload({"name": "a.tsv", "mimeType": "text/plain", "buffer": b"x"})
        [told] = tab.page.locator(".uploads .problem").all_inner_texts()
        assert "takes nothing from browsers" in told
        assert tab.complaints, "the browser itself says so, too"
        tab.complaints.clear()
        tab.refusals.clear()
    assert {row["state"] for row in web_on_s3.warehouse.fetch(VERSIONS)} == {"pending"}
