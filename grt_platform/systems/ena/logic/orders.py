"""What a machine is told: the spec of its batch, and the cloud-init document that puts it there and starts the work.

Source of the document's form: https://cloudinit.readthedocs.io (cloud-config, `write_files`, scripts per boot).
"""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grt_platform.systems.ena.logic.files import ReadsFile

FOLDER = "/srv/grt"
PER_BOOT = "/var/lib/cloud/scripts/per-boot"


@dataclass(frozen=True, slots=True)
class RunFile:
    """A file with the run it belongs to."""

    run_accession: str
    file: ReadsFile


@dataclass(frozen=True, slots=True)
class Calls:
    """Where a machine gets its files and whom it tells.

    Attributes:
        files_url: What the files' locations are below.
        callback_url: Where it reports.
        connections, attempts, timeout_s: How it fetches.
    """

    files_url: str
    callback_url: str
    connections: int
    attempts: int
    timeout_s: float


def spec(batch_id: str, files: Sequence[RunFile], calls: Calls, token: str) -> bytes:
    """The spec that the worker reads, as JSON; the token is the batch's own and good for one report."""
    listed = [[each.run_accession, each.file.location, each.file.size_bytes, each.file.md5] for each in files]
    told = {
        "batch_id": batch_id,
        "files_url": calls.files_url,
        "files": listed,
        "connections": calls.connections,
        "attempts": calls.attempts,
        "timeout_s": calls.timeout_s,
        "callback_url": calls.callback_url,
        "token": token,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def cloud_config(
    files: Mapping[str, bytes], host_key: str, collector_key: str, packages: Sequence[str] = ("python3", "rsync")
) -> str:
    """The user data of a machine: its own host key, the one key that may collect, the files, which begin the work.

    Args:
        files: Bytes by absolute path; those named `*.sh` may be run, and those below `PER_BOOT` are, at every start.
        host_key: Private ssh host key (ed25519) made for this machine; whoever reads the user data can pretend to be
            the machine, so it is used for this machine alone.
        collector_key: Public key that may sign in to collect.
        packages: What is installed first.
    """
    document = {
        "ssh_deletekeys": True,
        "ssh_keys": {"ed25519_private": host_key},
        "ssh_authorized_keys": [collector_key],
        "disable_root": False,  # else the key is let in only to be told the name of another user
        "ssh_pwauth": False,
        "package_update": True,
        "packages": list(packages),
        "write_files": [
            {
                "path": path,
                "encoding": "gz+b64",
                "permissions": "0700" if path.endswith(".sh") else "0600",
                "content": base64.b64encode(gzip.compress(content, mtime=0)).decode(),
            }
            for path, content in files.items()
        ],
    }
    return "#cloud-config\n" + json.dumps(document, indent=1) + "\n"
