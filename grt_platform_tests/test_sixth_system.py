"""A system built from nothing but its guide is held to everything that the others are held to, and does its work."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs/howto/sixth-system.md"
_FILE = re.compile(r'^```\w+ title="(.*?)"\n(.*?)^```', re.DOTALL | re.MULTILINE)
_SQL = "grt_platform/adapters/migrations/versions/9001_qc.sql"
_TESTS = (
    "grt_platform_tests/flows/test_qc.py",
    "grt_platform_tests/test_house.py",
    "grt_platform_tests/adapters/test_migrate.py",
)


@pytest.mark.walk
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_system_built_from_the_guide_keeps_every_promise_of_the_house(tmp_path: Path) -> None:
    for name in ("grt_platform", "grt_platform_tests", "deploy"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.cfg", "dagster.yaml", "workspace.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    last = max(path.name[1:5] for path in (ROOT / "grt_platform/adapters/migrations/versions").glob("r*.py"))
    for name, text in _FILE.findall(GUIDE.read_text()):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text.replace('"LAST"', f'"{last}"'))
    (tmp_path / _SQL).write_text(run(tmp_path, "grt_platform.runtime.new_tables", "qc"))
    run(tmp_path, "pytest", *_TESTS, "-x", "-k", "not top_of_the_project")
    run(tmp_path, "ruff", "check", "--no-cache", "grt_platform/systems/qc", "grt_platform_tests/flows/test_qc.py")
    run(tmp_path, "ruff", "format", "--check", "--no-cache", "grt_platform/systems/qc")


def run(folder: Path, module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{module}: {done.stdout}{done.stderr}"
    return done.stdout
