"""What belongs to a provider: how its machines are told their work, and how their files are brought home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.ena.local import Local
from grt_platform.systems.ena.logic.machines import MachineRow
from grt_platform.systems.ena.logic.orders import FOLDER, PER_BOOT, Calls, RunFile, cloud_config, spec
from grt_platform.systems.ena.logic.secrets import callback_token, host_key
from grt_platform.systems.ena.packing import ARCHIVE, worker_archive
from grt_platform.systems.ena.providers import MOST_USER_DATA_BYTES, DigitalOcean, Order, Provider
from grt_platform.systems.ena.transport import FolderTransport, RsyncTransport, Ssh, Transport

PIPELINE = ("main.nf", "nextflow.config")
_NEXTFLOW_PACKAGES = ("python3", "rsync", "curl", "default-jre-headless")
_NEXTFLOW_VERSION = "25.10.0"
_MOST_LOCAL_BYTES = 64 * 1024**2
_LOCAL_SILENCE = timedelta(seconds=5)


class Kit(Protocol):
    """A provider with what belongs to it.

    Attributes:
        provider: Lends the machines.
        poll_every: How long one of them may be silent before it is looked at.
    """

    @property
    def provider(self) -> Provider:
        """Lends the machines."""

    @property
    def poll_every(self) -> timedelta:
        """How long one of them may be silent before it is looked at."""

    def order(self, batch_id: str, attempt: int, files: Sequence[RunFile]) -> Order:
        """What a machine is told of a batch."""

    def transport(self, row: MachineRow) -> Transport:
        """How files come from a machine that has an address."""

    def fits(self, files: Sequence[RunFile]) -> bool:
        """Whether one machine can be told of these files."""


@dataclass(frozen=True, slots=True)
class LocalKit:
    """Workers on this machine.

    Attributes:
        provider: Runs them.
        key: The installation's key, which tokens are made from.
        calls: What they are told.
    """

    provider: Local
    key: bytes
    calls: Calls
    poll_every: timedelta = _LOCAL_SILENCE

    def order(self, batch_id: str, attempt: int, files: Sequence[RunFile]) -> Order:
        """The worker's spec."""
        return Order(batch_id, spec(batch_id, files, self.calls, callback_token(self.key, batch_id, attempt)).decode())

    def transport(self, row: MachineRow) -> Transport:
        """From folder to folder."""
        return FolderTransport(self.provider.data(row.batch_id))

    def fits(self, files: Sequence[RunFile]) -> bool:
        """Nearly everything does."""
        return sum(len(file.file.location) + 100 for file in files) <= _MOST_LOCAL_BYTES


@dataclass(frozen=True, slots=True)
class DropletKit:
    """Droplets of DigitalOcean.

    Attributes:
        provider: Lends them.
        poll_every: How long one may be silent.
        key: The installation's key, which tokens and host keys are made from.
        calls: What they are told.
        ssh_key: Private key of the collector; its public half lies beside it.
        user, port: Who signs in where.
        data: Their data folder.
        patience_s: Longest time of one transfer.
        pipeline: Bytes of the nextflow pipeline by name; empty to fetch without nextflow.
    """

    provider: DigitalOcean
    poll_every: timedelta
    key: bytes
    calls: Calls
    ssh_key: Path
    user: str
    port: int
    data: str
    patience_s: float
    pipeline: Mapping[str, bytes]

    def order(self, batch_id: str, attempt: int, files: Sequence[RunFile]) -> Order:
        """The cloud-config document with host key, worker, spec and what begins the work at every start."""
        private, _ = host_key(self.key, batch_id)
        token = callback_token(self.key, batch_id, attempt)
        given = {
            f"{FOLDER}/{ARCHIVE}": worker_archive(),
            f"{FOLDER}/spec.json": spec(batch_id, files, self.calls, token),
            **{f"{FOLDER}/{name}": body for name, body in self.pipeline.items()},
            f"{FOLDER}/start.sh": _start(self.data, has_nextflow=bool(self.pipeline)),
            f"{PER_BOOT}/grt.sh": f"#!/bin/sh\nsetsid {FOLDER}/start.sh >>{FOLDER}/log 2>&1 &\n".encode(),
        }
        packages = _NEXTFLOW_PACKAGES if self.pipeline else ("python3", "rsync")
        return Order(batch_id, cloud_config(given, private, self._collector_key(), packages))

    def transport(self, row: MachineRow) -> Transport:
        """By rsync over ssh, with the host key that the machine was made with."""
        if row.ip is None:
            raise BadInputError(f"{row.batch_id} has no address yet")
        _, public = host_key(self.key, row.batch_id)
        return RsyncTransport(Ssh(row.ip, self.port, self.user, self.ssh_key, public), self.data, self.patience_s)

    def fits(self, files: Sequence[RunFile]) -> bool:
        """Whether the document is within what DigitalOcean takes."""
        return len(self.order(f"t{2**31}-{'0' * 16}", 1, files).user_data.encode()) <= MOST_USER_DATA_BYTES

    def _collector_key(self) -> str:
        public = self.ssh_key.with_name(self.ssh_key.name + ".pub")
        try:
            return public.read_text("utf-8").strip()
        except OSError as error:
            raise BadInputError(
                f"GRT_ENA_SSH_KEY: {public} cannot be read ({error}); make a pair with `ssh-keygen -t ed25519`"
            ) from error


def _start(data: str, *, has_nextflow: bool) -> bytes:
    """The script that does the work: by nextflow where it can be had, else by the worker alone."""
    alone = f"exec python3 {FOLDER}/{ARCHIVE} all {FOLDER}/spec.json {data}\n"
    lines = ["#!/bin/sh", "# Fetches the batch; safe to run again and again.", f"mkdir -p {data}", f"cd {FOLDER}"]
    if has_nextflow:
        lines += [
            f"export NXF_VER={_NEXTFLOW_VERSION}",
            "[ -x ./nextflow ] || curl -fsS --retry 5 https://get.nextflow.io | bash || true",
            f"./nextflow -q run main.nf -resume --spec {FOLDER}/spec.json --data {data} && exit 0",
        ]
    return "\n".join([*lines, alone]).encode()
