"""What a machine is told: nothing but its batch, small enough for a provider, read back as it was meant."""

import base64
import gzip
import json

from grt_platform.systems.ena.logic.files import ReadsFile
from grt_platform.systems.ena.logic.orders import Calls, RunFile, cloud_config, spec
from grt_platform.systems.ena.packing import ARCHIVE, worker_archive
from grt_platform.systems.ena.worker.spec import Spec

CALLS = Calls("https://ftp.example", "https://home.example/ena/callbacks", 4, 5, 60.0)


def run_files(count: int) -> list[RunFile]:
    place = "ftp.sra.ebi.ac.uk/vol1/fastq/SRR100/001/SRR{0:07}/SRR{0:07}_1.fastq.gz"
    return [RunFile(f"SRR{n:07}", ReadsFile(place.format(n), 10**9 + n, f"{n:032x}")) for n in range(count)]


def test_the_worker_reads_the_spec_as_it_was_meant(tmp_path):
    (tmp_path / "spec.json").write_bytes(spec("t1-abc", run_files(2), CALLS, "secret"))
    read = Spec.read(tmp_path / "spec.json")
    assert (read.batch_id, read.token, read.callback_url, read.connections) == (
        "t1-abc",
        "secret",
        CALLS.callback_url,
        4,
    )
    assert read.files[1].path == "SRR0000001/SRR0000001_1.fastq.gz"
    assert read.files[1].size == 10**9 + 1


def test_the_document_is_cloud_config_with_the_files_in_it_and_pinned_keys():
    text = cloud_config({"/srv/grt/spec.json": b"{}"}, "PRIVATE", "ssh-ed25519 AAAA home")
    assert text.startswith("#cloud-config\n")
    document = json.loads(text.removeprefix("#cloud-config\n"))
    assert document["ssh_keys"] == {"ed25519_private": "PRIVATE"}
    assert (document["disable_root"], document["ssh_pwauth"]) == (False, False)
    [written] = document["write_files"]
    assert gzip.decompress(base64.b64decode(written["content"])) == b"{}"
    assert written["permissions"] == "0600"
    assert cloud_config({"/a": b"x"}, "k", "c") == cloud_config({"/a": b"x"}, "k", "c")


def test_two_hundred_runs_and_the_worker_fit_into_64_kib():
    told = spec("t1-abc", run_files(400), CALLS, "s" * 43)
    files = {f"/srv/grt/{ARCHIVE}": worker_archive(), "/srv/grt/spec.json": told}
    assert len(cloud_config(files, "K" * 400, "C" * 100).encode()) < 64 * 1024
