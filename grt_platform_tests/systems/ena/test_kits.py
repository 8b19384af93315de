"""What a rented machine is told: a document that cloud-init reads, scripts that parse, steps that the worker has."""

import base64
import gzip
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import grt_platform
from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.ena.kits import PIPELINE, DropletKit
from grt_platform.systems.ena.logic.files import ReadsFile
from grt_platform.systems.ena.logic.machines import MachineRow, State
from grt_platform.systems.ena.logic.orders import Calls, RunFile
from grt_platform.systems.ena.logic.secrets import host_key
from grt_platform.systems.ena.packing import ARCHIVE, worker_archive
from grt_platform.systems.ena.providers import DigitalOcean
from grt_platform.systems.ena.worker.__main__ import STEPS

DEPLOY = Path(grt_platform.__file__).parent.parent / "deploy" / "ena"
KEY = b"an installation's key"
ROW = MachineRow("t562-0", 562, State.ACTIVE, 1, "7", "192.0.2.7", datetime(2026, 1, 1, tzinfo=UTC))


def kit(tmp_path: Path, *, has_nextflow: bool) -> DropletKit:
    (tmp_path / "key.pub").write_text("ssh-ed25519 AAAA collector\n")
    provider = DigitalOcean("t", "https://api.example", "grt", region="fra1", size="s", image="debian-12-x64")
    pipeline = {name: (DEPLOY / name).read_bytes() for name in PIPELINE} if has_nextflow else {}
    calls = Calls("https://", "https://home.example/ena/callbacks", 4, 5, 60.0)
    return DropletKit(provider, timedelta(0), KEY, calls, tmp_path / "key", "root", 22, "/srv/grt/data", 60, pipeline)


def files(count: int) -> list[RunFile]:
    place = "ftp.sra.ebi.ac.uk/vol1/fastq/SRR100/001/SRR{0:07}/SRR{0:07}_1.fastq.gz"
    return [RunFile(f"SRR{n:07}", ReadsFile(place.format(n), 10**9 + n, f"{n:032x}")) for n in range(count)]


def written(user_data: str) -> dict[str, bytes]:
    document = json.loads(user_data.removeprefix("#cloud-config\n"))
    return {
        Path(each["path"]).name: gzip.decompress(base64.b64decode(each["content"])) for each in document["write_files"]
    }


@pytest.mark.parametrize("has_nextflow", [True, False])
def test_a_machine_gets_the_worker_its_spec_and_a_script_that_parses(tmp_path, has_nextflow):
    there = written(kit(tmp_path, has_nextflow=has_nextflow).order("t562-0", 1, files(2)).user_data)
    assert there[ARCHIVE] == worker_archive()
    assert json.loads(there["spec.json"])["batch_id"] == "t562-0"
    assert set(PIPELINE) <= there.keys() or not has_nextflow
    for script in ("start.sh", "grt.sh"):
        done = subprocess.run(["sh", "-n"], input=there[script], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
    assert b"worker.pyz all /srv/grt/spec.json /srv/grt/data" in there["start.sh"]
    assert (b"nextflow" in there["start.sh"]) == has_nextflow


def test_the_pipeline_calls_steps_that_the_worker_has_and_closes_what_it_opens():
    text = (DEPLOY / "main.nf").read_text()
    called = re.findall(r"worker\.pyz (\w+) ", text)
    assert called == ["fetch", "manifest", "report"]
    assert set(called) <= STEPS.keys()
    for name in PIPELINE:
        content = (DEPLOY / name).read_text()
        for opening, closing in ("{}", "()", "[]"):
            assert content.count(opening) == content.count(closing), name


def test_a_machine_has_its_host_key_from_creation_and_no_other_is_trusted(tmp_path):
    ours = kit(tmp_path, has_nextflow=False)
    private, public = host_key(KEY, ROW.batch_id)
    document = json.loads(ours.order(ROW.batch_id, 1, files(1)).user_data.removeprefix("#cloud-config\n"))
    assert document["ssh_keys"]["ed25519_private"].splitlines()[0] == private.splitlines()[0]
    config = ours.transport(ROW).ssh.config(tmp_path / "known_hosts")
    assert (tmp_path / "known_hosts").read_text() == f"192.0.2.7 {public}\n"
    assert "StrictHostKeyChecking yes" in config


def test_a_machine_without_an_address_or_a_key_without_its_public_half_is_told(tmp_path):
    ours = kit(tmp_path, has_nextflow=False)
    with pytest.raises(BadInputError, match="no address"):
        ours.transport(MachineRow("t562-0", 562, State.CREATING, 1, None, None, ROW.planned_at))
    (tmp_path / "key.pub").unlink()
    with pytest.raises(BadInputError, match="ssh-keygen"):
        ours.order("t562-0", 1, files(1))


def test_what_fits_one_machine_is_bounded_by_what_its_provider_takes(tmp_path):
    ours = kit(tmp_path, has_nextflow=True)
    assert ours.fits(files(200))
    assert not ours.fits(files(5000))
