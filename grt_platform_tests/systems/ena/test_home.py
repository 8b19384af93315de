"""Bringing files home, over real ssh and rsync and from a folder: verified here, or nothing is safe to lose there."""

import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.systems.ena.home import Home, wrong_bytes
from grt_platform.systems.ena.logic.manifest import Fetched, write_manifest
from grt_platform.systems.ena.transport import FolderTransport, RsyncTransport, Ssh
from grt_platform_tests.fixtures.sshd import make_key

TAXON, BATCH, RUN = 562, "t562-0123456789abcdef", "SRR1000001"


class Machine:
    """A machine's data folder, whole and with its manifest."""

    def __init__(self, data: Path, sizes: tuple[int, ...] = (10, 0, 3 << 20)) -> None:
        self.data = data
        (data / RUN).mkdir(parents=True)
        self.files = [self.add(f"x_{number}.fastq.gz", size) for number, size in enumerate(sizes)]
        self.finish()

    def add(self, name: str, size: int) -> Fetched:
        body = random.Random(name).randbytes(size)
        (self.data / RUN / name).write_bytes(body)
        return Fetched(RUN, name, size, hashlib.md5(body, usedforsecurity=False).hexdigest())

    def finish(self) -> None:
        (self.data / "MANIFEST").write_bytes(write_manifest(self.files))

    def content(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.data.rglob("*") if path.is_file()}


def at_home(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home.folder / str(TAXON)).rglob("*") if path.is_file()}


def arriving(home: Home) -> list[str]:
    return [path.name for path in (home.folder / ".arriving" / BATCH).rglob("*") if path.is_file()]


def assert_whole(home: Home, machine: Machine) -> None:
    there = machine.content()
    assert at_home(home) == {name: body for name, body in there.items() if name != "MANIFEST"}
    assert not (home.folder / ".arriving" / BATCH).exists()
    assert [wrong for _, wrong in home.verified(TAXON, machine.files)] == [""] * len(machine.files)


def over_ssh(sshd, data: Path, **change: object) -> RsyncTransport:
    ssh = {
        "host": "127.0.0.1",
        "port": sshd.port,
        "user": sshd.user,
        "key_file": sshd.key_file,
        "host_key": sshd.host_key,
    }
    return RsyncTransport(Ssh(**{**ssh, **change}), str(data), patience_s=60)


WAYS = [pytest.param("ssh", marks=pytest.mark.service), "folder"]


@pytest.fixture(params=WAYS)
def way(request):
    """Makes the transport from a machine's data folder."""
    if request.param == "folder":
        return FolderTransport
    sshd = request.getfixturevalue("sshd")
    return lambda data: over_ssh(sshd, data)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "machine" / "data")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home of all reads")


def collect(home: Home, machine: Machine, way) -> list[Fetched]:
    return home.collect(TAXON, BATCH, machine.files, way(machine.data))


def test_files_come_home_verified_and_the_machine_keeps_its_own(home, machine, way):
    before = machine.content()
    assert collect(home, machine, way) == sorted(machine.files, key=lambda file: file.path)
    assert_whole(home, machine)
    assert machine.content() == before


def test_what_is_here_is_not_brought_again(home, machine, way):
    collect(home, machine, way)
    inode = (home.folder / str(TAXON) / RUN / "x_2.fastq.gz").stat().st_ino
    assert len(collect(home, machine, way)) == 3
    assert (home.folder / str(TAXON) / RUN / "x_2.fastq.gz").stat().st_ino == inode


def test_a_machine_without_a_whole_manifest_is_not_finished(home, machine, way):
    whole = (machine.data / "MANIFEST").read_bytes()
    for told in (None, b"", whole[:-5]):
        (machine.data / "MANIFEST").unlink()
        if told is not None:
            (machine.data / "MANIFEST").write_bytes(told)
        with pytest.raises(BadSourceError):
            collect(home, machine, way)
        (machine.data / "MANIFEST").write_bytes(b"")
    assert at_home(home) == {}


def test_a_manifest_that_promises_other_bytes_than_ena_lists_is_refused(home, machine, way):
    machine.files[0] = Fetched(RUN, "x_0.fastq.gz", 10, "0" * 32)
    with pytest.raises(BadSourceError, match=r"x_0\.fastq\.gz has other bytes than ENA lists"):
        collect(home, machine, way)


def test_wrong_bytes_of_the_right_size_on_the_machine_never_become_a_file_at_home(home, machine, way):
    good = (machine.data / RUN / "x_2.fastq.gz").read_bytes()
    (machine.data / RUN / "x_2.fastq.gz").write_bytes(bytes(len(good)))
    with pytest.raises(UnavailableError, match=r"x_2\.fastq\.gz; nothing was removed"):
        collect(home, machine, way)
    assert at_home(home).keys() == {"x_0.fastq.gz", "x_1.fastq.gz"}
    (machine.data / RUN / "x_2.fastq.gz").write_bytes(good)
    collect(home, machine, way)
    assert_whole(home, machine)


def test_wrong_bytes_here_of_the_same_size_and_time_are_replaced(home, machine, way):
    source = machine.data / RUN / "x_2.fastq.gz"
    for place in (home.folder / str(TAXON) / RUN, home.folder / ".arriving" / BATCH / RUN):
        place.mkdir(parents=True)
        (place / source.name).write_bytes(bytes(source.stat().st_size))
        os.utime(place / source.name, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
    collect(home, machine, way)
    assert_whole(home, machine)


def test_a_source_that_vanished_is_missed_and_the_others_stay(home, machine, way):
    body = (machine.data / RUN / "x_2.fastq.gz").read_bytes()
    (machine.data / RUN / "x_2.fastq.gz").unlink()
    with pytest.raises(UnavailableError, match="1 files are missing"):
        collect(home, machine, way)
    assert at_home(home).keys() == {"x_0.fastq.gz", "x_1.fastq.gz"}
    (machine.data / RUN / "x_2.fastq.gz").write_bytes(body)
    collect(home, machine, way)
    assert_whole(home, machine)


def test_a_link_on_the_machine_leads_nowhere(home, machine, way, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes((machine.data / RUN / "x_2.fastq.gz").read_bytes())
    (machine.data / RUN / "x_2.fastq.gz").unlink()
    (machine.data / RUN / "x_2.fastq.gz").symlink_to(secret)
    with pytest.raises(UnavailableError, match="missing"):
        collect(home, machine, way)


def test_a_file_that_grew_beyond_what_was_promised_is_not_brought(home, machine, way):
    with (machine.data / RUN / "x_2.fastq.gz").open("ab") as stream:
        stream.write(bytes(1 << 20))
    with pytest.raises(UnavailableError):
        collect(home, machine, way)
    assert "x_2.fastq.gz" not in arriving(home)


def test_two_collectors_of_one_machine_do_not_meet(home, machine, way):
    class Second:
        def bring(self, paths, folder, *, most_bytes, is_careful=False):
            with pytest.raises(UnavailableError, match="another process"):
                collect(home, machine, way)
            way(machine.data).bring(paths, folder, most_bytes=most_bytes, is_careful=is_careful)

    home.collect(TAXON, BATCH, machine.files, Second())
    assert_whole(home, machine)


@pytest.mark.service
def test_a_full_disk_loses_nothing_and_the_next_try_goes_on(home, machine, sshd, tmp_path):
    script = (
        "import sys; from pathlib import Path; from grt_platform_tests.systems.ena import test_home as t;"
        "home, data, port, key, host_key, user = sys.argv[1:];"
        "ssh = t.Ssh('127.0.0.1', int(port), user, Path(key), host_key);"
        "machine = object.__new__(t.Machine); machine.data = Path(data);"
        "from grt_platform.systems.ena.logic.manifest import read_manifest;"
        "machine.files = read_manifest((Path(data) / 'MANIFEST').read_bytes(), 'M');"
        "t.collect(t.Home(Path(home)), machine, lambda data: t.RsyncTransport(ssh, str(data), 60))"
    )
    given = [home.folder, machine.data, sshd.port, sshd.key_file, sshd.host_key, sshd.user]

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    command = [sys.executable, "-c", script, *map(str, given)]
    done = subprocess.run(command, preexec_fn=small, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "UnavailableError: rsync from 127.0.0.1 ended with" in done.stderr
    assert "x_2.fastq.gz" not in at_home(home)
    home.collect(TAXON, BATCH, machine.files, over_ssh(sshd, machine.data))
    assert_whole(home, machine)


@pytest.mark.service
@pytest.mark.parametrize("seconds", [0.4, 0.9])
def test_a_collector_killed_at_any_moment_and_run_again_brings_everything(home, tmp_path, sshd, seconds):
    machine = Machine(tmp_path / "machine" / "data", (20 << 20, 20 << 20, 5))
    script = (
        "import sys; from pathlib import Path; from grt_platform_tests.systems.ena import test_home as t;"
        "from grt_platform.systems.ena.logic.manifest import read_manifest;"
        "home, data, port, key, host_key, user = sys.argv[1:];"
        "ssh = t.Ssh('127.0.0.1', int(port), user, Path(key), host_key);"
        "files = read_manifest((Path(data) / 'MANIFEST').read_bytes(), 'M');"
        "t.Home(Path(home)).collect(t.TAXON, t.BATCH, files, t.RsyncTransport(ssh, data, 60))"
    )
    given = [home.folder, machine.data, sshd.port, sshd.key_file, sshd.host_key, sshd.user]
    process = subprocess.Popen([sys.executable, "-c", script, *map(str, given)], stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.kill()
    process.wait()
    home.collect(TAXON, BATCH, machine.files, over_ssh(sshd, machine.data))
    assert_whole(home, machine)


@pytest.mark.service
def test_a_machine_with_another_host_key_is_not_spoken_to(home, machine, sshd, tmp_path):
    other = over_ssh(sshd, machine.data, host_key=make_key(tmp_path / "other"))
    with pytest.raises(BadInputError, match="not the one that was made"):
        home.collect(TAXON, BATCH, machine.files, other)


@pytest.mark.service
def test_a_machine_that_does_not_let_us_in_or_is_not_there_says_so(home, machine, sshd, tmp_path):
    make_key(tmp_path / "stranger")
    with pytest.raises(BadInputError, match="Permission denied"):
        home.collect(TAXON, BATCH, machine.files, over_ssh(sshd, machine.data, key_file=tmp_path / "stranger"))
    with pytest.raises(UnavailableError, match="Connection refused"):
        home.collect(TAXON, BATCH, machine.files, over_ssh(sshd, machine.data, port=1))


def test_what_is_wrong_with_a_file_is_said(tmp_path):
    file = Fetched(RUN, "x", 3, hashlib.md5(b"abc", usedforsecurity=False).hexdigest())
    assert wrong_bytes(tmp_path / "x", file) == "it is missing"
    for body, told in ((b"ab", "2 bytes instead of 3"), (b"abd", "MD5 sum"), (b"abc", "")):
        (tmp_path / "x").write_bytes(body)
        assert told in wrong_bytes(tmp_path / "x", file)
