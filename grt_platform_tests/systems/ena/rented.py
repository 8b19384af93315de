"""Machines as cloud-init would make them of their user data: files, an ssh server with its own host key, boot scripts.

Each has a folder as its root and an address of loopback of its own. `/srv/grt` there means that folder's, in its
scripts and for who signs in. What it is told to install is taken as installed.
"""

import base64
import gzip
import json
import os
import shlex
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil

from grt_platform.systems.ena.logic.orders import FOLDER, PER_BOOT
from grt_platform_tests.fixtures.sshd import make_key, start_sshd


class Rented:
    """One machine, running.

    Args:
        root: Its root folder.
        address, port: Where it is signed in to.
        user_data: What it was told.
        is_forged: It pretends to be the machine, with a host key that is not the machine's.
    """

    def __init__(self, root: Path, address: str, port: int, user_data: str, *, is_forged: bool = False) -> None:
        self.root, self.address, self.port = root, address, port
        self.told = json.loads(user_data.removeprefix("#cloud-config\n"))
        root.mkdir(parents=True)
        for each in self.told["write_files"]:
            self._write(each)
        (root / "host").touch(0o600)
        (root / "host").write_text(self.told["ssh_keys"]["ed25519_private"])
        make_key(root / "forged")
        self._ssh: subprocess.Popen[bytes] | None = None
        self.boot(is_forged=is_forged)

    def boot(self, *, is_forged: bool = False) -> None:
        """It is signed in to, and its boot scripts have run."""
        within = self.root / "within.sh"
        here = f"{self.root}{FOLDER}"
        within.write_text(f'exec sh -c "$(printf %s "$SSH_ORIGINAL_COMMAND" | sed "s#{FOLDER}#{here}#g")"\n')
        [client_key] = self.told["ssh_authorized_keys"]
        key = self.root / ("forged" if is_forged else "host")
        more = f"ForceCommand sh {shlex.quote(str(within))}\n"
        self._ssh = start_sshd(self.root, key, client_key, self.port, address=self.address, more=more)
        for script in sorted((self.root / PER_BOOT.lstrip("/")).iterdir()):
            subprocess.run([script], check=True, stdin=subprocess.DEVNULL)

    def power_off(self) -> None:
        """Nothing of it runs."""
        assert self._ssh is not None
        with suppress(ProcessLookupError):
            os.killpg(self._ssh.pid, signal.SIGKILL)
        self._ssh.wait()
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if any(str(self.root) in argument for argument in process.cmdline()):
                    process.kill()

    def _write(self, each: dict) -> None:
        path = self.root / each["path"].lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        body = gzip.decompress(base64.b64decode(each["content"]))
        is_script = path.suffix == ".sh"
        path.write_bytes(body.replace(FOLDER.encode(), f"{self.root}{FOLDER}".encode()) if is_script else body)
        path.chmod(int(each["permissions"], 8))


class Hall:
    """Where the machines of a stand-in stand.

    Args:
        folder: For their root folders.
        port: Where each of them is signed in to, at an address of its own.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self.port = folder, port
        self.machines: dict[int, Rented] = {}
        self.logs: list[str] = []
        self.is_forging = False
        self._hands = ThreadPoolExecutor(1)  # what a thread starts ends with it: this one stays

    def begin(self, number: int, user_data: str) -> str:
        """The machine of that number runs; returns its address."""
        address = f"127.44.{number // 250 % 250}.{number % 250 + 1}"
        root = self._folder / str(number)
        made = self._hands.submit(Rented, root, address, self.port, user_data, is_forged=self.is_forging)
        self.machines[number] = made.result()
        return address

    def reboot(self, number: int) -> None:
        """The machine has started again."""
        self.machines[number].power_off()
        self._hands.submit(self.machines[number].boot, is_forged=self.is_forging).result()

    def end(self, number: int) -> None:
        """The machine is gone; what its work said is kept."""
        machine = self.machines.pop(number, None)
        if machine is not None:
            machine.power_off()
            self.logs.append((machine.root / FOLDER.lstrip("/") / "log").read_text())

    def close(self) -> None:
        """No machine runs any more."""
        for number in list(self.machines):
            self.end(number)
        self._hands.shutdown()
