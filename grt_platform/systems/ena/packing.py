"""The worker as one archive, the same bytes for the same code: what every machine runs, here and elsewhere."""

import io
import zipfile
from functools import cache
from pathlib import Path

ARCHIVE = "worker.pyz"
_PACKAGE = Path(__file__).with_name("worker")
_ENTRY = f"""import sys

from {_PACKAGE.name}.__main__ import main

sys.exit(main(sys.argv[1:]))
"""


@cache
def worker_archive() -> bytes:
    """An archive that `python3 worker.pyz` runs with nothing installed.

    Its members are stored, not packed: as a whole they pack smaller on their way.
    """
    packed = io.BytesIO()
    members = {f"{_PACKAGE.name}/{path.name}": path.read_text("utf-8") for path in sorted(_PACKAGE.glob("*.py"))}
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in {**members, "__main__.py": _ENTRY}.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()
