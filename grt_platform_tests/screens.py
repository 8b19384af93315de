"""Takes the pictures of screens in the documentation anew, from a running platform with sample data."""

import base64
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from grt_platform.runtime.installation import Installation
from grt_platform.runtime.status import health
from grt_platform.settings import home, settings

FOLDER = Path(__file__).resolve().parents[1] / "docs/assets/screens"
MOST_BYTES = 200_000
_QUALITY = 70
_PATIENCE_MS, _SETTLES_MS = 60_000, 6_000
_SIZE = {"width": 1440, "height": 900}


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture.

    Attributes:
        name: Of its file.
        door: Whose address: `ui` or `web`.
        path: Where it is there.
        until: A text that stands there when all has come.
        height: Of the window.
        opened: A text there that is clicked before.
    """

    name: str
    door: str
    path: str
    until: str
    height: int = _SIZE["height"]
    opened: str = ""


_GROUPS = "/locations/__repository__@grt_platform/asset-groups"
_USAGE = "/assets/galaxy/product/tool_usage_overall?view="
SCREENS = (
    Screen("dagster-lineage", "ui", "/asset-groups", "variants"),
    Screen("dagster-system", "ui", f"{_GROUPS}/ena/lineage", "fetched_reads", height=760),
    Screen("dagster-asset", "ui", f"{_USAGE}overview", "Tool id without its version"),
    Screen("dagster-metadata", "ui", f"{_USAGE}overview", "Tool id without its version", height=1480),
    Screen("dagster-picture", "ui", f"{_USAGE}overview", "jobs_per_week", height=1480, opened="[Show Markdown]"),
    Screen("dagster-runs", "ui", "/runs", "Success"),
    Screen("web-home", "web", "/", "Where things are"),
    Screen("web-galaxy-tools", "web", "/pages/galaxy/tools", "bowtie2"),
    Screen("web-lustre", "web", "/pages/lustre", "Groups against quotas"),
    Screen("web-where", "web", "/pages/lustre/where?path=/lustre/scratch114/teams", "Where the data is"),
)


def main(wanted: list[str]) -> int:
    """Every picture, or those named; tells size and name of each; 1 when one is too large."""
    now = health(Installation(home()))
    doors = {"ui": now.ui_url, "web": now.web_url}
    chromium = shutil.which("chromium")
    if not now.is_running or chromium is None:
        sys.stderr.write("start a platform with the sample data (`./grt demo --keep`), and install chromium\n")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    key = {"Authorization": f"Bearer {settings().admin_key.get_secret_value()}"}
    large = False
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium)
        for screen in SCREENS:
            if wanted and screen.name not in wanted:
                continue
            context = browser.new_context(viewport={**_SIZE, "height": screen.height}, reduced_motion="reduce")
            context.set_extra_http_headers(key if screen.door == "web" else {})
            page = context.new_page()
            page.goto(doors[screen.door] + screen.path, wait_until="load")
            page.get_by_text(screen.until).first.wait_for(timeout=_PATIENCE_MS)
            for busy in ("fetching statuses", "Loading"):
                page.get_by_text(busy).first.wait_for(state="hidden", timeout=_PATIENCE_MS)
            page.wait_for_timeout(_SETTLES_MS)
            if screen.opened:
                page.get_by_text(screen.opened).first.click()
                page.wait_for_timeout(_SETTLES_MS)
            picture = _taken(page)
            (FOLDER / f"{screen.name}.webp").write_bytes(picture)
            sys.stdout.write(f"{len(picture):>8,} {screen.name}{os.linesep}")
            large |= len(picture) > MOST_BYTES
            context.close()
        browser.close()
    return 1 if large else 0


def _taken(page: Page) -> bytes:
    """What the window shows, as WebP: Playwright itself writes PNG and JPEG only."""
    answer = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": _QUALITY, "captureBeyondViewport": False}
    )
    return base64.b64decode(answer["data"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
