"""One installation on disk: where its parts are below GRT_HOME, that it may be written, and who may run it."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grt_platform.kernel.errors import BadInputError, UnavailableError

ADMIN = "admin"  # the first person of an embedded platform
_LEAST_FREE_BYTES = 300 * 1024**2
_LOCK_PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Installation:
    """The folder that holds everything of one installation."""

    home: Path

    @property
    def logs(self) -> Path:
        """Folder of the services' logs."""
        return self.home / "logs"

    @property
    def postgres(self) -> Path:
        """Folder of the embedded Postgres cluster."""
        return self.home / "postgres"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.home / "dagster"

    @property
    def state_file(self) -> Path:
        """Ports, passwords and processes, kept from start to start."""
        return self.home / "state.json"

    @property
    def env_file(self) -> Path:
        """The settings that `grt up` made, in the form that a shell and `settings/` read."""
        return self.home / "grt.env"

    @property
    def first_sign_in(self) -> Path:
        """How the first administrator signs in, with the password."""
        return self.home / "first-sign-in.txt"

    def create(self) -> None:
        """The folders exist, belong to this user alone, and have room; one clear error otherwise."""
        try:
            for folder in (self.home, self.logs, self.dagster):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BadInputError(f"Cannot make {error.filename or self.home}: {error.strerror}; {_REMEDY}") from error
        if not os.access(self.home, os.W_OK | os.X_OK):
            raise BadInputError(f"Cannot write to {self.home}: permission denied; {_REMEDY}")
        self._check_room()

    def _check_room(self) -> None:
        free = shutil.disk_usage(self.home).free
        if free < _LEAST_FREE_BYTES:
            raise UnavailableError(
                f"The disk of {self.home} is full: {free // 1024**2} MiB are free, {_LEAST_FREE_BYTES // 1024**2} are "
                "needed; make room or set GRT_HOME to another disk"
            )

    @contextmanager
    def lock(self) -> Iterator[IO[str]]:
        """Be the only supervisor of this installation; one that is just ending is waited for.

        Yields:
            The lock file: a process that inherits it keeps the lock.
        """
        path = self.home / "supervisor.lock"
        try:
            file = path.open("a+")
        except OSError as error:
            raise BadInputError(f"Cannot open {path}: {error.strerror}; {_REMEDY}") from error
        with file:
            self._wait_for_lock(file)
            yield file

    def _wait_for_lock(self, file: IO[str]) -> None:
        deadline = time.monotonic() + _LOCK_PATIENCE_S
        while not _try_lock(file):
            if time.monotonic() > deadline or self._is_supervised():
                raise UnavailableError(
                    f"The platform in {self.home} is running already: see `grt status`, stop it with `grt down`, "
                    "or set GRT_HOME to start another one"
                )
            time.sleep(0.05)

    def _is_supervised(self) -> bool:
        from grt_platform.runtime.state import read_state  # state.py needs this class

        supervisor = read_state(self).supervisor
        return supervisor is not None and supervisor.is_alive()


_REMEDY = "use a folder that you may write to, or set GRT_HOME to one"


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
