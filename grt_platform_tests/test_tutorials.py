"""Every command that the documentation shows with its output runs on one platform, and prints what the page says."""

import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grt_platform.runtime.ports import free_port
from grt_platform_tests.docs_console import Shell, faults, steps

ROOT = Path(__file__).resolve().parents[1]
BEGIN = "docs/tutorials/README.md"
TUTORIALS = [f"docs/tutorials/{name}.md" for name in ("galaxy", "lustre", "genes", "variants", "ena")]
PATIENCE_S = 900
_PORT = "28099"  # of the stand-in for ENA, as the pages have it

pytestmark = [pytest.mark.walk, pytest.mark.slow, pytest.mark.timeout(2 * PATIENCE_S)]


def page(name: str) -> str:
    return (ROOT / name).read_text()


LATER = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    if path.relative_to(ROOT).as_posix() not in {BEGIN, *TUTORIALS} and steps(path.read_text())
)
PAGES = [BEGIN, *TUTORIALS, *LATER]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """By page what is wrong with it: the tutorials are gone through side by side, the other pages after them."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("grt", "grt_platform", "requirements.lock", "docs"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    mine = {"GRT_HOME": str(folder / ".grt"), "GRT_SENSOR_INTERVAL_S": "3", "XDG_CONFIG_HOME": str(folder / ".config")}
    shell, port = Shell(folder, os.environ | mine, PATIENCE_S), str(free_port(set()))

    def gone_through(name: str) -> list[str]:
        found = steps(page(name).replace(_PORT, port))
        return list(faults(found, shell.run(found)))

    begin = steps(page(BEGIN).replace(_PORT, port))
    found = {BEGIN: list(faults(begin, shell.go_on(begin)))}
    try:
        with ThreadPoolExecutor(len(TUTORIALS)) as readers:
            found |= dict(zip(TUTORIALS, readers.map(gone_through, TUTORIALS), strict=True))
        yield found | {name: gone_through(name) for name in LATER}
    finally:
        shell.run(steps("```sh\n./grt down\n```\n"))
        shell.close()


@pytest.mark.parametrize("name", PAGES)
def test_every_command_of_a_page_does_what_the_page_says(name: str, told: dict[str, list[str]]) -> None:
    assert "\n".join(told[name]) == ""


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorial_leaves_no_command_untried(name: str) -> None:
    blocks = re.findall(r"^```(\w*)$", page(name), re.MULTILINE)
    assert [kind for kind in blocks[0::2] if kind != "console"] == []
