"""The files of an answer are brought here, the result compared with its hash; each is whole or absent."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grt_platform.adapters.keys import is_part
from grt_platform.kernel.errors import BadInputError, BadSourceError

if TYPE_CHECKING:
    from grt_platform.serving.remote import Remote


def fetch_result(remote: "Remote", job_id: str, folder: Path) -> dict[str, str]:
    """Where each file of the answer is now, by what it is; in a folder of the job's id below `folder`.

    Raises:
        BadSourceError: The bytes that came are not those of the result.
        UnavailableError: The platform does not answer.
    """
    from grt_platform.serving.remote import path_part

    told = remote.get(f"/variants/results/{path_part(job_id)}")
    target = folder / told["job_id"]
    target.mkdir(parents=True, exist_ok=True)
    return {
        what: str(_fetch(remote, file, target, told["sha256"] if what == "result" else None))
        for what, file in told["files"].items()
    }


def _fetch(remote: "Remote", file: dict[str, Any], folder: Path, sha256: str | None) -> Path:
    if not is_part(file["name"]):
        raise BadInputError(f"{file['name'][:100]!r} is no name for a file")
    path = folder / str(file["name"])
    growing, digest = path.with_name(f".{path.name}.part"), hashlib.sha256()
    with remote.fetch(file["url"]) as answer, growing.open("wb") as sink:
        for piece in answer.iter_bytes():
            digest.update(piece)
            sink.write(piece)
    if sha256 is not None and digest.hexdigest() != sha256:
        growing.unlink()
        raise BadSourceError("other bytes came than the result has; get it again", file["name"])
    growing.replace(path)
    return path
