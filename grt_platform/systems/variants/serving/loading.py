"""`grt variants load`: files go into a project, and it is told what became of each."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.kernel.object_names import has_suffix
from grt_platform.systems.variants.logic.file_kinds import SUFFIXES, file_kind

if TYPE_CHECKING:
    from grt_platform.serving.remote import Remote

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.3, 3.0
_TOLD = ("variants", "samples", "scaffolds")


def send(remote: "Remote", project: str, path: Path, folder: str) -> dict[str, Any]:
    """The file is the current version of an object; returns it as the API tells it.

    Raises:
        BadInputError: Its name has none of the endings that projects of variants hold, or the platform refuses it.
    """
    from grt_platform.serving.objects.uploading import upload_file

    if not has_suffix(path.name, SUFFIXES):
        raise BadInputError(
            f"{path}: a name here ends in {', '.join(SUFFIXES)}; rename it, or use `grt objects upload`"
        )
    return upload_file(remote, project, path, "/".join(filter(None, (folder.strip("/"), path.name))))


def told(
    remote: "Remote",
    project: str,
    versions: Sequence[Mapping[str, Any]],
    patience_s: float,
    sleep: Callable[[float], None] = time.sleep,
) -> list[dict[str, Any]]:
    """What became of each version, once somebody has looked at all of them.

    Raises:
        UnavailableError: It took longer than the patience; what waits is looked at later.
    """
    deadline, pause = time.monotonic() + patience_s, _FIRST_PAUSE_S
    while True:
        known = {row["version_id"]: row for row in _all(remote, project)}
        rows = [_row(version, known.get(version["version_id"])) for version in versions]
        if not any(row["state"] == "waiting" for row in rows):
            return rows
        if time.monotonic() > deadline:
            left = sum(row["state"] == "waiting" for row in rows)
            raise UnavailableError(
                f"{left} files wait after {patience_s:g} s; `grt variants dimensions show` tells what becomes of them"
            )
        sleep(pause)
        pause = min(pause * 1.3, _LONGEST_PAUSE_S)


def _all(remote: "Remote", project: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page = remote.get(f"/variants/projects/{project}/dimensions", after=after)
        rows += page["items"]
        after = page["after"]
    return rows


def _row(version: Mapping[str, Any], known: Mapping[str, Any] | None) -> dict[str, Any]:
    if known is not None:
        state, reason = known["state"], known["reason"]
    elif file_kind(version["name"]) is None:
        state, reason = "stored", None
    else:
        state, reason = "replaced", "another version of it came meanwhile"
    return {
        "name": version["name"],
        "version_id": version["version_id"],
        "state": state,
        **{name: known[name] if known else None for name in _TOLD},
        "reason": reason,
    }
