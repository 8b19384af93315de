"""The site of the documentation: it builds without a fault, holds every page, and asks no other host."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grt_platform.kernel.errors import BadInputError
from grt_platform.runtime import site
from grt_platform.runtime.house_picture import picture
from grt_platform.runtime.reference import command_tree, walk
from grt_platform.runtime.tables import all_tables
from grt_platform.settings import Settings
from grt_platform.web.app import create_app
from grt_platform_tests.fixtures.http_servers import http_server

ROOT = Path(__file__).resolve().parents[1]
LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}


class Read(HTMLParser):
    """What a page loads, where it leads, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads, self.leads, self.words = list[str](), set[str](), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if (tag, name) in LOADED and dict(attrs).get("rel") != "canonical":
                self.loads.append(value or "")
            if (tag, name) == ("a", "href"):
                self.leads.add((value or "").partition("#")[0])

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    assert site.build(folder) > 50
    return folder


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, Read]:
    return {path.relative_to(built).as_posix(): Read(path.read_text()) for path in built.rglob("*.html")}


def test_nothing_is_loaded_from_another_host(built: Path, pages: dict[str, Read]) -> None:
    foreign = {(name, each) for name, page in pages.items() for each in page.loads if re.match(r"(\w+:)?//", each)}
    assert foreign == set()
    styles = {path.name: path.read_text() for path in built.rglob("*.css")}
    assert [name for name, text in styles.items() if re.search(r"url\(\s*[\"']?(https?:)?//", text)] == []


def test_every_page_is_reached_from_the_first(pages: dict[str, Read]) -> None:
    seen, ahead = set[str](), ["index.html"]
    while ahead:
        name = ahead.pop()
        if name in seen or name not in pages:
            continue
        seen.add(name)
        base = Path("/", name).parent
        ahead += [str((base / link).resolve()).lstrip("/") for link in pages[name].leads if not re.match(r"\w+:", link)]
    assert set(pages) - seen == {"404.html"}


def test_every_setting_table_address_and_command_has_its_entry(pages: dict[str, Read]) -> None:
    words = {name: "".join(page.words) for name, page in pages.items() if name.startswith("reference/")}
    assert [
        name for name in Settings.model_fields if f"GRT_{name.upper()}" not in words["reference/settings.html"]
    ] == []
    for table in all_tables().values():
        assert f"{table.system}.{table.noun}" in words[f"reference/tables-{table.system}.html"]
    assert [path for path in create_app().openapi()["paths"] if path not in words["reference/http.html"]] == []
    commands = "".join(text for name, text in words.items() if "/commands-" in name)
    assert [path for path, _ in walk(command_tree(), "grt") if path not in commands] == []


def test_the_picture_of_the_house_is_that_of_the_contracts() -> None:
    renew = "renew it: .venv/bin/python -m grt_platform.runtime.house_picture docs/assets/house.svg"
    assert (ROOT / "docs/assets/house.svg").read_text() == picture(), renew


def test_a_page_with_a_fault_is_no_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# One\n\n[nowhere](nowhere.md)\n")
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ntheme: {name: material, font: false}\n")
    monkeypatch.setattr(site, "CONFIGURATION", str(tmp_path / "mkdocs.yml"))
    with pytest.raises(BadInputError, match=r"nowhere\.md"):
        site.build(tmp_path / "site")


@pytest.fixture
def address(built: Path) -> Iterator[str]:
    with http_server(SimpleHTTPRequestHandler, directory=str(built)) as found:
        yield found


@pytest.mark.service
def test_a_reader_finds_a_setting_by_searching_and_no_other_host_is_asked(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    complaints = list[str]()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(address) else None)
    page.goto(f"{address}/index.html")
    page.get_by_role("textbox", name="Search").fill("GRT_SENSOR_INTERVAL_S")
    page.locator(".md-search-result__link").first.wait_for()
    assert "reference" in (page.locator(".md-search-result__link").first.get_attribute("href") or "")
    page.close()
    assert complaints == []
