"""`grt objects` against a real web door: there and back, resumed after kill -9, one line for every fault."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from grt_platform import cli
from grt_platform.kernel.identity import Role
from grt_platform_tests.fixtures.web import LiveWeb, Person

MIB = 1 << 20
GRT = [sys.executable, "-m", "grt_platform.cli", "objects"]


@pytest.fixture
def ann(live_web: LiveWeb, tmp_path: Path) -> Person:
    person = live_web.person("ann", alpha=Role.MANAGE)
    live_web.set("GRT_WEB_URL", live_web.url)
    live_web.set("GRT_TOKEN", person.token)
    live_web.set("GRT_PROJECT", "alpha")
    live_web.patch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    live_web.patch.chdir(tmp_path)
    return person


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A file of 47 MiB and a bit, which goes in ten parts of 5 MiB."""
    path = tmp_path / "big.fa"
    path.write_bytes(random.Random(5).randbytes(47 * MIB + 3))
    return path


def grt(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.run(["objects", *arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    code, out, err = grt(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def begun(person: Person) -> list[dict[str, Any]]:
    return person.warehouse.fetch(
        "SELECT v.state, count(p.number) AS parts FROM objects.versions AS v "
        "LEFT JOIN objects.parts AS p USING (version_id) GROUP BY v.version_id, v.state"
    )


def test_a_file_goes_there_and_comes_back(ann: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a b é.fa").write_bytes(b">x\nACGT\n")
    [made] = rows(capsys, "upload", "a b é.fa", "--to", "reads/")
    assert (made["name"], made["state"]) == ("reads/a b é.fa", "stored")
    assert rows(capsys, "ls", "reads/") == rows(capsys, "info", made["name"]) == [made]
    [got] = rows(capsys, "download", made["name"], "--to", "there")
    assert Path(got["file"]).read_bytes() == b">x\nACGT\n"
    assert grt(capsys, "download", made["name"], "--out", "-")[1] == ">x\nACGT\n"
    assert sorted(path.name for path in Path("there/reads").iterdir()) == ["a b é.fa"]


def test_a_file_that_is_the_current_version_already_is_not_sent_again(
    ann: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").write_bytes(b"1")
    first, again = rows(capsys, "upload", "a"), rows(capsys, "upload", "a")
    assert first == again
    assert rows(capsys, "upload", "a", "--again") != first
    assert len(rows(capsys, "versions", "a")) == 2


def test_a_large_file_goes_and_comes_in_parallel_parts(
    ann: Person, big: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [made] = rows(capsys, "upload", "big.fa", "--part-mib", "5")
    assert made["sha256"] == sha256(big)
    rows(capsys, "download", "big.fa", "--out", "copy")
    assert sha256(Path("copy")) == made["sha256"]
    assert rows(capsys, "upload", "big.fa", "--part-mib", "5") == [made]
    assert list((big.parent / "state").rglob("*.json")) == []


def test_an_upload_killed_in_the_middle_goes_on_with_what_is_missing(
    ann: Person, big: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        process = subprocess.Popen([*GRT, "upload", "big.fa", "--part-mib", "5", "--parallel", "1"])
        deadline = time.monotonic() + 60
        before = sum(row["parts"] for row in begun(ann))
        while sum(row["parts"] for row in begun(ann)) < before + 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    [row] = begun(ann)
    assert (row["state"], 2 <= row["parts"] <= 9) == ("pending", True)
    [made] = rows(capsys, "upload", "big.fa", "--part-mib", "5")
    assert made["sha256"] == sha256(big)
    assert [each["state"] for each in rows(capsys, "versions", "big.fa")] == ["stored"]


def test_a_file_that_changed_since_its_upload_was_killed_is_uploaded_anew(
    ann: Person, big: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = subprocess.Popen([*GRT, "upload", "big.fa", "--part-mib", "5", "--parallel", "1"])
    deadline = time.monotonic() + 60
    while sum(row["parts"] for row in begun(ann)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with big.open("r+b") as file:
        file.write(b"changed")
    [made] = rows(capsys, "upload", "big.fa", "--part-mib", "5")
    assert made["sha256"] == sha256(big)
    assert {each["state"] for each in rows(capsys, "versions", "big.fa")} == {"stored", "pending"}


def test_a_download_killed_in_the_middle_goes_on_and_is_right(
    ann: Person, big: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [made] = rows(capsys, "upload", "big.fa", "--part-mib", "5")
    process = subprocess.Popen([*GRT, "download", "big.fa", "--out", "copy", "--parallel", "1"])
    deadline = time.monotonic() + 60
    while not list(Path().glob(".copy.*.part.json")) and time.monotonic() < deadline:
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not Path("copy").exists()
    rows(capsys, "download", "big.fa", "--out", "copy")
    assert sha256(Path("copy")) == made["sha256"]
    assert list(Path().glob(".copy*")) == []


def test_bytes_that_were_spoiled_on_the_way_are_never_a_file(
    ann: Person, live_web: LiveWeb, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").write_bytes(b"right")
    [made] = rows(capsys, "upload", "a")
    stored = live_web.home / "raw" / "projects" / "alpha" / made["version_id"] / "a"
    stored.write_bytes(b"wrong")
    code, _, err = grt(capsys, "download", "a", "--out", "copy")
    assert (code, "the platform has" in err) == (1, True)
    assert list(Path().glob("*copy*")) == []


def test_objects_are_removed_restored_and_purged(
    ann: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").write_bytes(b"1")
    [made] = rows(capsys, "upload", "a")
    rows(capsys, "rm", "a")
    assert rows(capsys, "ls") == []
    assert rows(capsys, "ls", "--deleted") == [made]
    assert rows(capsys, "restore", "a") == [made]
    assert rows(capsys, "quota")[0]["used_bytes"] == 1
    assert rows(capsys, "purge", "--yes", made["version_id"])[0]["state"] == "purged"
    assert rows(capsys, "quota")[0]["used_bytes"] == 0


def test_of_several_files_the_bad_one_does_not_stop_the_good_one(
    ann: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("good", "-bad"):
        (tmp_path / name).write_bytes(b"1")
    code, out, err = grt(capsys, "upload", "--json", "--", "-bad", "good")
    assert (code, [row["name"] for row in json.loads(out)]) == (3, ["good"])
    assert err.startswith("grt: '-bad' cannot name an object")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["info", "nothing"], 2, "has no object 'nothing'"),
        (["versions", "nothing"], 2, "has no object 'nothing'"),
        (["download", "nothing"], 2, "has no object"),
        (["download"], 2, "Say NAMES"),
        (["ls", "--project", "secret"], 2, "There is nothing at this address"),
        (["ls", "--token", "grt_wrong"], 2, "does not know you"),
        (["upload", "no-such-file"], 2, "does not exist"),
        (["purge", "--yes", "x"], 2, "no version or upload"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_fault_is_one_line_that_shows_no_url(
    ann: Person, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    found, _, err = grt(capsys, *arguments)
    assert (found, words in err) == (code, True), err
    assert "signature" not in err


def test_a_platform_that_is_gone_is_one_line_and_exit_code_1(
    ann: Person, live_web: LiveWeb, unused_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    live_web.set("GRT_WEB_URL", f"http://127.0.0.1:{unused_port}")
    code, _, err = grt(capsys, "ls")
    assert (code, len(err.splitlines()), "does not answer" in err) == (1, 1, True)
