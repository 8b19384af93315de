"""The command door: light to start, one line for every error, the agreed exit codes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import grt_platform
from grt_platform import cli
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.settings import Settings

HEAVY = (
    "dagster",
    "polars",
    "pyarrow",
    "psycopg",
    "pydantic",
    "fastapi",
    "rich",
    "httpx",
    "psutil",
    "numpy",
    "sqlalchemy",
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def modules_after(*arguments: str) -> set[str]:
    code = (
        "import json, sys; from grt_platform.cli import run\n"
        f"run({list(arguments)!r}); print(json.dumps([m for m in sys.modules if '.' not in m]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_help_imports_nothing_heavy() -> None:
    assert modules_after("--help").isdisjoint(HEAVY)


def test_the_status_imports_no_engine() -> None:
    assert modules_after("status").isdisjoint({"dagster", "polars", "pyarrow", "psycopg", "fastapi"})


def test_the_help_names_every_command_and_system(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == 0
    shown = capsys.readouterr().out
    for name in ("up", "down", "status", "logs", "doctor", "check", "test", "demo", "sql", "migrate", "galaxy"):
        assert f"\n  {name} " in shown


@pytest.mark.parametrize("name", ["up", "down", "status", "logs", "doctor", "check", "test", "demo", "sql", "migrate"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: grt {name}")


@pytest.mark.parametrize("arguments", [["no-such-command"], ["status", "--no-such-option"], ["sql"]])
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(arguments) == 2
    assert "Usage: grt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (BadInputError("no such thing"), 2, "grt: no such thing\n"),
        (UnavailableError("the server is gone"), 1, "grt: the server is gone\n"),
        (KeyboardInterrupt(), 1, "\ngrt: stopped\n"),
        (BrokenPipeError(), 1, ""),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    error: BaseException, code: int, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setitem(cli.grt.commands, "fail", click.Command("fail", callback=fail))
    assert cli.run(["fail"]) == code
    assert capsys.readouterr().err == line


def test_a_command_that_was_done_in_part_exits_with_3(monkeypatch: pytest.MonkeyPatch) -> None:
    def partly() -> None:
        click.get_current_context().exit(3)

    monkeypatch.setitem(cli.grt.commands, "partly", click.Command("partly", callback=partly))
    assert cli.run(["partly"]) == 3


def test_an_unexpected_error_is_one_line_with_the_trace_in_a_file(home: Path) -> None:
    (home / "logs").mkdir(parents=True)
    code = (
        "import click; from grt_platform import cli\n"
        "cli.grt.add_command(click.Command('fail', callback=lambda: 1 / 0)); cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "fail"], capture_output=True, text=True, check=False)
    log = home / "logs" / "grt.log"
    assert done.returncode == 1
    assert done.stderr == f"grt: unexpected ZeroDivisionError: division by zero; the trace is in {log}\n"
    assert "Traceback" in log.read_text()


def test_an_unexpected_error_before_the_first_start_keeps_its_trace_too() -> None:
    code = (
        "import click; from grt_platform import cli\n"
        "cli.grt.add_command(click.Command('fail', callback=lambda: 1 / 0)); cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "fail"], capture_output=True, text=True, check=False)
    trace = Path(done.stderr.strip().rpartition(" ")[2])
    assert "Traceback" in trace.read_text()
    trace.unlink()


def test_status_before_the_first_start_says_how_to_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["status"]) == 1
    assert capsys.readouterr().out.endswith("is not running; start it with `grt up`\n")


def test_status_as_json_is_complete_before_the_first_start(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    cli.run(["status", "--json"])
    now = json.loads(capsys.readouterr().out)
    assert now["home"] == str(home)
    assert now["is_running"] is False
    assert now["services"] == []


def test_down_twice_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["down"]) == 0
    assert "is not running" in capsys.readouterr().out


def test_sql_before_the_first_start_says_how_to_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["sql", "SELECT 1"]) == 2
    assert "start the platform with `grt up`" in capsys.readouterr().err


def test_an_unwritable_home_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GRT_HOME", str(tmp_path / "file" / "home"))
    for command in (["up"], ["up", "--detach"], ["demo"]):
        done = subprocess.run(
            [sys.executable, "-m", "grt_platform.cli", *command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("grt: Cannot make ")
        assert "Traceback" not in done.stderr


def test_the_bootstrap_sets_no_setting_of_the_platform():
    text = (Path(grt_platform.__file__).parent.parent / "grt").read_text()
    set_there = {name.lower() for name in re.findall(r"\bGRT_([A-Z_]+)=", text)}
    assert set_there & set(Settings.model_fields) == set()
