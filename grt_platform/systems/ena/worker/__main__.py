"""Fetches the files of one batch on the machine it runs on: resumed, verified, the manifest last, then one call home.

    worker.pyz all SPEC FOLDER          fetch, manifest, report: what a machine without nextflow runs
    worker.pyz fetch SPEC FOLDER RUN    the files of one run
    worker.pyz manifest SPEC FOLDER     verify every file, then write MANIFEST
    worker.pyz report SPEC FOLDER       tell that the data are ready, or why not

SPEC is JSON: batch_id, files_url, files ([run, location, size_bytes, md5]), connections, attempts, timeout_s,
callback_url, token.
Exit code: 0 done, 1 failed (the last line of standard error says why), 2 usage.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from .batch import fetch_run, whole
from .errors import FetchError
from .reporting import report
from .spec import Spec
from .verifying import write_manifest

STEPS: dict[str, Callable[..., None]] = {
    "all": whole,
    "fetch": fetch_run,
    "manifest": write_manifest,
    "report": report,
}


def main(arguments: list[str]) -> int:
    """Run one step; its exit code."""
    if len(arguments) < 3 or arguments[0] not in STEPS or len(arguments) != (4 if arguments[0] == "fetch" else 3):
        sys.stderr.write((__doc__ or "").split("\n\n")[1] + "\n")
        return 2
    try:
        STEPS[arguments[0]](Spec.read(Path(arguments[1])), Path(arguments[2]), *arguments[3:])
    except (FetchError, OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
