"""The worker on a machine: every file with its own sum or none, resumed after kill -9, the manifest last."""

import ast
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from grt_platform.systems.ena import worker
from grt_platform.systems.ena.logic.manifest import Fetched, read_manifest
from grt_platform.systems.ena.serving.stand_in import Fault, StandIn, serving

PROGRAM = [sys.executable, worker.__file__]
RUN = "SRR1000001"


def content(name: str, size: int) -> bytes:
    return random.Random(name).randbytes(size)


FILES = {
    f"vol1/{RUN}/{name}": content(name, size)
    for name, size in (("x.fastq.gz", 10), ("x_1.fastq.gz", 3 << 20), ("x_2.fastq.gz", 0))
}


def listed(files: dict[str, bytes]) -> list[list[object]]:
    return [
        [RUN, path, len(body), hashlib.md5(body, usedforsecurity=False).hexdigest()] for path, body in files.items()
    ]


class Home:
    """Takes reports, the first of them badly where told so."""

    def __init__(self, *bad: int) -> None:
        self.bad, self.reports, self.tokens = list(bad), [], []

    def take(self, token: str, body: bytes) -> int:
        if self.bad:
            return self.bad.pop(0)
        self.tokens.append(token)
        self.reports.append(json.loads(body))
        return 204


@pytest.fixture
def home():
    home = Home()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(home.take(self.headers["Authorization"], body))
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    home.url = f"http://127.0.0.1:{server.server_port}/callback"
    yield home
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ena():
    stand_in = StandIn([], FILES)
    with serving(stand_in) as url:
        stand_in.url = url
        yield stand_in


@pytest.fixture
def place(tmp_path, ena, home):
    return Place(tmp_path, ena.url, home.url)


class Place:
    """One machine's folder and spec."""

    def __init__(self, root: Path, files_url: str, callback_url: str) -> None:
        self.spec_file, self.folder = root / "spec.json", root / "data"
        self.told = {
            "batch_id": "t1-abc",
            "files_url": files_url,
            "files": listed(FILES),
            "connections": 3,
            "attempts": 3,
            "timeout_s": 2.0,
            "callback_url": callback_url,
            "token": "secret",
        }

    def run(self, *arguments: str, **change: object) -> subprocess.CompletedProcess[str]:
        self.spec_file.write_text(json.dumps({**self.told, **change}))
        command = [*PROGRAM, *(arguments or ("all",))[:1], str(self.spec_file), str(self.folder), *arguments[1:]]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)

    def files(self) -> dict[str, bytes]:
        found = (path for path in self.folder.rglob("*") if path.is_file() and path.name != worker.LOCK)
        return {path.name: path.read_bytes() for path in found}


def assert_whole(place: Place) -> None:
    found = place.files()
    manifest = read_manifest(found.pop("MANIFEST"), "MANIFEST")
    assert found == {path.rsplit("/", 1)[1]: body for path, body in FILES.items()}
    expected = [Fetched(RUN, str(path).rsplit("/", 1)[1], size, md5) for _, path, size, md5 in listed(FILES)]
    assert manifest == sorted(expected, key=lambda file: file.path)


def test_a_batch_is_fetched_whole_and_home_is_told_once_with_the_token(place, home):
    done = place.run()
    assert (done.returncode, done.stderr) == (0, "")
    assert_whole(place)
    assert home.reports == [{"batch_id": "t1-abc", "status": "ready", "error": ""}]
    assert home.tokens == ["Bearer secret"]


FAULTS = {
    "breaks off": Fault(cut_at=100),
    "closes": Fault(status=0),
    "error": Fault(status=500),
    "says later": Fault(status=503, headers={"Retry-After": "1"}),
    "falls silent": Fault(pause_s=3.0),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_server_in_trouble_is_asked_again(place, ena, fault):
    ena.fault = lambda path, number: fault if path.endswith("_1.fastq.gz") and number == 1 else None
    assert place.run().returncode == 0
    assert_whole(place)


def test_wrong_bytes_of_the_right_size_are_never_kept(place, ena, home):
    wrong = bytes(3 << 20)
    ena.files[f"vol1/{RUN}/x_1.fastq.gz"] = wrong
    done = place.run()
    assert done.returncode == 1
    assert "MD5 sum" in done.stderr
    assert wrong not in place.files().values()
    assert "MANIFEST" not in place.files()
    [report] = home.reports
    assert report["status"] == "error"
    assert "x_1.fastq.gz" in report["error"]
    assert {"x.fastq.gz", "x_2.fastq.gz"} <= place.files().keys()


def test_once_the_server_is_right_again_the_same_call_completes(place, ena):
    right = ena.files.pop(f"vol1/{RUN}/x_1.fastq.gz")
    assert place.run().returncode == 1
    ena.files[f"vol1/{RUN}/x_1.fastq.gz"] = right
    asked = ena.asked.count(f"/vol1/{RUN}/x.fastq.gz")
    assert place.run().returncode == 0
    assert_whole(place)
    assert ena.asked.count(f"/vol1/{RUN}/x.fastq.gz") == asked


def test_a_file_of_another_size_or_none_is_refused_without_asking_again(place, ena):
    ena.files[f"vol1/{RUN}/x_1.fastq.gz"] = content("x_1.fastq.gz", 5)
    del ena.files[f"vol1/{RUN}/x.fastq.gz"]
    done = place.run()
    assert done.returncode == 1
    assert "404" in done.stderr
    assert ena.asked.count(f"/vol1/{RUN}/x_1.fastq.gz") == 1
    assert ena.asked.count(f"/vol1/{RUN}/x.fastq.gz") == 1


def test_a_server_without_ranges_serves_too(place, ena):
    ena.knows_ranges = False
    assert place.run().returncode == 0
    assert_whole(place)


def test_a_large_file_comes_in_segments_and_a_broken_one_resumes_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "SEGMENT", 1 << 20)
    monkeypatch.setattr(worker, "NOTED_EVERY", 1 << 16)
    monkeypatch.setattr(worker, "CHUNK", 1 << 14)
    body = content("large", (5 << 20) + 17)
    stand_in = StandIn([], {"v/large.gz": body}, lambda _, number: Fault(cut_at=600_000) if number <= 6 else None)
    with serving(stand_in) as url:
        file = worker.File(RUN, "v/large.gz", len(body), hashlib.md5(body, usedforsecurity=False).hexdigest())
        spec = worker.Spec("b", url, (file,), 4, 4, 5.0, "", "")
        worker.fetch(spec, tmp_path, spec.files)
    assert (tmp_path / RUN / "large.gz").read_bytes() == body
    assert stand_in.most_at_once > 1
    assert stand_in.sent < 1.2 * len(body)
    assert [path.name for path in (tmp_path / RUN).iterdir()] == ["large.gz"]


@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.45, 0.7])
def test_killed_at_any_moment_and_run_again_it_is_as_if_it_had_not_been(place, ena, seconds):
    ena.fault = lambda path, number: Fault(pause_s=0.1)
    place.spec_file.write_text(json.dumps(place.told))
    process = subprocess.Popen([*PROGRAM, "all", place.spec_file, place.folder], stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert place.run().returncode == 0
    assert_whole(place)


@pytest.mark.parametrize("note", [b"", b"{}", b"[1]", b"[-5, 99999999999]", b'["a"]', b"\xff"])
def test_a_damaged_note_costs_bytes_but_never_wrong_ones(tmp_path, ena, note):
    size = len(FILES[f"vol1/{RUN}/x_1.fastq.gz"])
    folder = tmp_path / RUN
    folder.mkdir()
    (folder / ".x_1.fastq.gz.part").write_bytes(bytes(size))
    (folder / ".x_1.fastq.gz.part.json").write_bytes(note)
    files = tuple(worker.File(*each) for each in listed(FILES))
    worker.fetch(worker.Spec("b", ena.url, files, 2, 2, 5.0, "", ""), tmp_path, files)
    assert (folder / "x_1.fastq.gz").read_bytes() == FILES[f"vol1/{RUN}/x_1.fastq.gz"]


def test_a_full_disk_is_told_at_once_and_what_is_there_stays(place):
    place.spec_file.write_text(json.dumps(place.told))

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    done = subprocess.run(
        [*PROGRAM, "all", place.spec_file, place.folder], preexec_fn=small, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "x_1.fastq.gz" in done.stderr
    assert "x.fastq.gz" in place.files()
    assert place.run().returncode == 0
    assert_whole(place)


def test_the_steps_that_nextflow_calls_do_the_same(place, home):
    assert place.run("manifest").returncode == 1
    assert place.run("report").returncode == 0
    assert place.run("fetch", RUN).returncode == 0
    assert place.run("manifest").returncode == 0
    assert place.run("report").returncode == 0
    assert_whole(place)
    assert [report["status"] for report in home.reports] == ["error", "ready"]


@pytest.mark.parametrize("bad", [[500], [503, 429]])
def test_a_home_in_trouble_is_told_again(place, home, bad):
    home.bad = bad
    assert place.run().returncode == 0
    assert len(home.reports) == 1


@pytest.mark.parametrize("bad", [[403], [500, 500, 500]])
def test_a_home_that_does_not_listen_costs_nothing_of_the_data(place, home, bad):
    home.bad = bad
    done = place.run()
    assert done.returncode == 0
    assert "home did not take the report" in done.stderr
    assert_whole(place)


@pytest.mark.parametrize("arguments", [["none"], ["fetch"], ["all", "too", "many"]])
def test_wrong_arguments_tell_the_usage(place, arguments):
    done = place.run(*arguments)
    assert done.returncode == 2
    assert "worker.py all SPEC FOLDER" in done.stderr


def test_a_spec_that_is_none_is_one_line(tmp_path):
    for text in ("", "[]", '{"files": []}'):
        (tmp_path / "spec.json").write_text(text)
        command = [*PROGRAM, "all", str(tmp_path / "spec.json"), str(tmp_path / "data")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr


def test_the_worker_needs_the_standard_library_alone():
    tree = ast.parse(Path(worker.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
    assert len(Path(worker.__file__).read_bytes()) < 20 * 1024
    assert os.access(worker.__file__, os.R_OK)


def test_a_second_worker_leaves_the_folder_to_the_first(place):
    place.folder.mkdir(parents=True)
    with worker.alone(place.folder) as is_alone:
        assert is_alone
        assert place.run().returncode == 0
        assert place.files() == {}


@pytest.mark.parametrize(
    ("files_url", "expected"),
    [
        ("https://", "https://ftp.sra.ebi.ac.uk/vol1/x"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9/ftp.sra.ebi.ac.uk/vol1/x"),
        ("http://127.0.0.1:9/", "http://127.0.0.1:9/ftp.sra.ebi.ac.uk/vol1/x"),
    ],
)
def test_a_location_names_its_host_below_a_bare_scheme(files_url, expected):
    assert worker.address(files_url, "ftp.sra.ebi.ac.uk/vol1/x") == expected
