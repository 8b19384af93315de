"""What the script `grt` says on a machine that lacks what it needs, before there is an environment."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("python", "said", "word"),
    [
        ("/nowhere/python3", None, "no '/nowhere/python3' here"),
        ("old", "import sys; print('Python 3.9.2' if '-V' in sys.argv else False)", "'Python 3.9.2'"),
        ("none", "print('I am no Python')", "'I am no Python'"),
        ("silent", "", "says it is ''"),
    ],
    ids=["missing", "old", "none", "silent"],
)
def test_a_python_that_will_not_do_is_named_with_what_is_needed(
    tmp_path: Path, python: str, said: str | None, word: str
) -> None:
    shutil.copy(ROOT / "grt", tmp_path)
    (tmp_path / "requirements.lock").write_text("")
    program = tmp_path / python
    if said is not None:
        program.write_text(f"#!{sys.executable}\n{said}\n")
        program.chmod(0o755)
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": str(program)}
    command = [tmp_path / "grt", "status"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert word in done.stderr
    assert "Python 3.11 to 3.13" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / ".boot").exists()
