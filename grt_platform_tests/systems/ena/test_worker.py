"""The worker on a machine: every file with its own sum or none, resumed after kill -9, the manifest last."""

import ast
import json
import re
import resource
import signal
import ssl
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

import grt_platform
from grt_platform.systems.ena import worker
from grt_platform.systems.ena.logic.manifest import Fetched, read_manifest
from grt_platform.systems.ena.packing import worker_archive
from grt_platform.systems.ena.serving.stand_in import Fault, StandIn, serving
from grt_platform.systems.ena.worker.fetching import fetch
from grt_platform.systems.ena.worker.folder import START, alone
from grt_platform.systems.ena.worker.spec import File, Spec, address
from grt_platform_tests.fixtures.certificates import certificates
from grt_platform_tests.fixtures.http_servers import http_server
from grt_platform_tests.systems.ena.worker_place import FILES, RUN, Home, Place, content, listed


@pytest.fixture
def home():
    home = Home()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(home.take(self.headers["Authorization"], body))
            self.end_headers()

    with http_server(Handler) as address:
        home.url = f"{address}/callback"
        yield home


@pytest.fixture
def ena():
    stand_in = StandIn([], FILES)
    with serving(stand_in) as url:
        stand_in.url = url
        yield stand_in


@pytest.fixture
def place(tmp_path, ena, home):
    return Place(tmp_path, ena.url, home.url)


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


def test_files_come_over_https_from_who_proves_to_be_the_server_and_from_nobody_else(place, tmp_path, monkeypatch):
    authority, certificate, key = certificates(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with serving(StandIn([], FILES), tls=tls) as url:
        done = place.run(files_url=url, attempts=1)
        assert done.returncode == 1
        assert "certificate verify failed" in done.stderr
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert place.run(files_url=url).returncode == 0
    assert_whole(place)


def test_a_server_without_ranges_serves_too(place, ena):
    ena.knows_ranges = False
    assert place.run().returncode == 0
    assert_whole(place)


@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.45, 0.7])
def test_killed_at_any_moment_and_run_again_it_is_as_if_it_had_not_been(place, ena, seconds):
    ena.fault = lambda path, number: Fault(pause_s=0.1)
    place.spec_file.write_text(json.dumps(place.told))
    process = subprocess.Popen([*place.program, "all", place.spec_file, place.folder], stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert place.run().returncode == 0
    assert_whole(place)


def test_after_a_loss_of_power_files_are_read_again_and_what_was_lost_is_fetched_again(place, ena, home):
    assert place.run().returncode == 0
    lost = place.folder / RUN / "x_1.fastq.gz"
    lost.write_bytes(bytes(lost.stat().st_size))
    asked = list(ena.asked)
    assert place.run().returncode == 0  # nothing tells that it was lost: the machine has not started again
    assert ena.asked == asked
    (place.folder / START).write_text("another start")
    assert place.run().returncode == 0
    assert ena.asked == [*asked, f"/vol1/{RUN}/x_1.fastq.gz"]
    assert_whole(place)


@pytest.mark.parametrize("note", [b"", b"\xff", bytes(8), b"\xff" * 8, bytes(16)])
def test_a_damaged_note_costs_bytes_but_never_wrong_ones(tmp_path, ena, note):
    size = len(FILES[f"vol1/{RUN}/x_1.fastq.gz"])
    folder = tmp_path / RUN
    folder.mkdir()
    (folder / ".x_1.fastq.gz.part").write_bytes(bytes(size))
    (folder / ".x_1.fastq.gz.part.at").write_bytes(note)
    files = tuple(File(*each) for each in listed(FILES))
    fetch(Spec("b", ena.url, files, 2, 2, 5.0, "", ""), tmp_path, files)
    assert (folder / "x_1.fastq.gz").read_bytes() == FILES[f"vol1/{RUN}/x_1.fastq.gz"]


def test_a_full_disk_is_told_at_once_and_what_is_there_stays(place):
    place.spec_file.write_text(json.dumps(place.told))

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    done = subprocess.run(
        [*place.program, "all", place.spec_file, place.folder],
        preexec_fn=small,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "x_1.fastq.gz" in done.stderr
    assert place.files().keys() == {"x.fastq.gz", "x_2.fastq.gz", "FAILURE"}
    assert place.run().returncode == 0
    assert_whole(place)


def test_the_scripts_of_the_nextflow_pipeline_do_the_same_one_after_another(place, home):
    text = (Path(grt_platform.__file__).parent.parent / "deploy" / "ena" / "main.nf").read_text()
    scripts = dict(re.findall(r'process (\w+) \{.*?"""\n(.*?)"""', text, re.DOTALL))
    order = re.findall(r"^    (\w+)\(", text[text.index("workflow {") :], re.MULTILINE)
    assert order == list(scripts)
    values = {"projectDir": place.spec_file.parent, "params.spec": place.spec_file, "params.data": place.folder}

    def run(name: str) -> int:
        script = scripts[name]
        for name_of_it, value in {**values, "run": RUN}.items():
            script = script.replace(f"${{{name_of_it}}}", str(value))
        return subprocess.run(["/bin/sh", "-eu", "-c", script], capture_output=True, check=False).returncode

    place.spec_file.write_text(json.dumps(place.told))
    place.folder.mkdir()
    assert [run(name) for name in order[1:]] == [1, 0]
    assert [run(name) for name in order] == [0, 0, 0]
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
    assert "worker.pyz all SPEC FOLDER" in done.stderr


def test_a_spec_that_is_none_is_one_line(tmp_path, place):
    for text in ("", "[]", '{"files": []}'):
        (tmp_path / "spec.json").write_text(text)
        command = [*place.program, "all", str(tmp_path / "spec.json"), str(tmp_path / "data")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr


def test_the_worker_needs_the_standard_library_alone():
    folder = Path(worker.__file__).parent
    nodes = [node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
    assert {node.level for node in nodes if isinstance(node, ast.ImportFrom)} == {0, 1}
    assert worker_archive() == worker_archive.__wrapped__()


def test_a_second_worker_leaves_the_folder_to_the_first(place):
    place.folder.mkdir(parents=True)
    with alone(place.folder) as is_alone:
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
    assert address(files_url, "ftp.sra.ebi.ac.uk/vol1/x") == expected
