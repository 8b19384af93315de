"""How files come home from a machine: by rsync over ssh, or from a folder here; nothing is ever removed there."""

import json
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grt_platform.adapters.command import Answer, run
from grt_platform.adapters.process import launched
from grt_platform.kernel.errors import BadInputError, UnavailableError

PARTIAL = ".grt-partial"
_SSH_FAILED, _NO_SOURCE = {255, 12}, 23  # rsync may see the end of its connection before that of ssh
_MOST_WORDS = 300


class Transport(Protocol):
    """Brings files from one machine.

    Raises:
        UnavailableError: From every method, when the machine or its disk or ours cannot now; what came stays and is
            gone on with.
        BadInputError: From every method, when it will never do so: a wrong host key, no right to sign in.
    """

    def bring(self, paths: Iterable[str], folder: Path, *, most_bytes: int, is_careful: bool = False) -> None:
        """These files of the machine's data folder are below `folder`; one that the machine lacks is left out.

        Args:
            paths: Below the data folder.
            folder: Where they go, under the same paths.
            most_bytes: No file larger than this is taken.
            is_careful: Compare bytes where size and time are the same.
        """


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """A machine whose data folder lies on this machine."""

    data: Path

    def bring(self, paths: Iterable[str], folder: Path, *, most_bytes: int, is_careful: bool = False) -> None:
        """Copied beside their place, then renamed; files of the same size and time are taken for the same."""
        for path in paths:
            source, target = self.data / path, folder / path
            if not source.is_file() or source.is_symlink() or source.stat().st_size > most_bytes:
                continue
            if not is_careful and _is_same(source, target):
                continue
            try:
                _copy(source, target)
            except OSError as error:
                raise UnavailableError(f"{path} cannot be copied home: {error}; make room and try again") from error


def _is_same(source: Path, target: Path) -> bool:
    if not target.is_file():
        return False
    ours, theirs = target.stat(), source.stat()
    return (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    os.utime(part, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
    part.replace(target)


@dataclass(frozen=True, slots=True)
class Ssh:
    """How a machine is signed in to.

    Attributes:
        host, port, user: Where, and as whom.
        key_file: Private key of the collector.
        host_key: The only public key of the machine that is trusted: `ssh-ed25519 AAAA...`.
        timeout_s: Silence after which a connection is given up.
    """

    host: str
    port: int
    user: str
    key_file: Path
    host_key: str
    timeout_s: int = 60

    def config(self, known_hosts: Path) -> str:
        """The ssh configuration that knows this machine alone."""
        place = self.host if self.port == 22 else f"[{self.host}]:{self.port}"
        known_hosts.write_text(f"{place} {self.host_key}\n", "ascii")
        options = {
            "HostName": self.host,
            "Port": str(self.port),
            "User": self.user,
            "IdentityFile": json.dumps(str(self.key_file)),
            "UserKnownHostsFile": json.dumps(str(known_hosts)),
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
            "ForwardAgent": "no",
            "PasswordAuthentication": "no",
            "ConnectTimeout": str(min(self.timeout_s, 20)),
            "ServerAliveInterval": "15",
            "LogLevel": "ERROR",
        }
        return "Host machine\n" + "".join(f"  {name} {value}\n" for name, value in options.items())


@dataclass(frozen=True, slots=True)
class RsyncTransport:
    """A machine behind ssh.

    Attributes:
        ssh: How to sign in.
        data: Its data folder.
        patience_s: Longest time of one call.
    """

    ssh: Ssh
    data: str
    patience_s: float

    def bring(self, paths: Iterable[str], folder: Path, *, most_bytes: int, is_careful: bool = False) -> None:
        """By rsync: only the files that were asked for, no links or devices, half files go on where they ended."""
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="grt-rsync-") as made:
            asked, config = Path(made) / "files", Path(made) / "ssh"
            asked.write_text("".join(f"{path}\n" for path in paths), "utf-8")
            config.write_text(self.ssh.config(Path(made) / "known_hosts"), "utf-8")
            command = self._command(asked, config, folder, most_bytes, is_careful=is_careful)
            _judge(run(launched(command), timeout_s=self.patience_s), self.ssh.host)

    def _command(self, asked: Path, config: Path, folder: Path, most_bytes: int, *, is_careful: bool) -> Sequence[str]:
        return [
            _program("rsync"),
            "--times",
            "--no-links",
            "--no-devices",
            "--no-specials",
            "--chmod=D700,F600",
            f"--partial-dir={PARTIAL}",
            f"--timeout={self.ssh.timeout_s}",
            f"--max-size={most_bytes}",
            f"--files-from={asked}",
            f"--rsh={shlex.join(['ssh', '-F', str(config)])}",
            *(["--checksum"] if is_careful else []),
            "--",
            f"machine:{self.data}/",
            f"{folder}/",
        ]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise UnavailableError(f"{name} is not installed on this machine: install it, then the next try goes on")
    return found


def _judge(answer: Answer, host: str) -> None:
    """Returns when all came that is there; a file that vanished or never was is missed later, by its name."""
    if answer.code in {0, 24} or (answer.code == _NO_SOURCE and b"No such file" in answer.errors):
        return
    errors = answer.errors.decode("utf-8", "replace")
    told = f"rsync from {host} ended with {answer.code}: {' '.join(errors.split())[:_MOST_WORDS]}"
    if answer.code in _SSH_FAILED and ("Host key verification failed" in errors or "Permission denied" in errors):
        raise BadInputError(f"{told}; the machine is not the one that was made, or does not let us in")
    raise UnavailableError(f"{told}; what came stays and the next try goes on from there")
