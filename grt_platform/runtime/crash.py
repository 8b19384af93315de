"""Keeps the trace of an unexpected error in a file, so that a person sees one line."""

import tempfile
import traceback
from pathlib import Path

from grt_platform.settings import home


def keep_trace(error: BaseException) -> Path:
    """The trace is in the returned file: a log of the installation, or a temporary file where there is none."""
    text = "".join(traceback.format_exception(error))
    log = home() / "logs" / "grt.log"
    try:
        with log.open("a") as file:
            file.write(text)
    except OSError:
        with tempfile.NamedTemporaryFile("w", prefix="grt-trace-", suffix=".log", delete=False) as file:
            file.write(text)
            return Path(file.name)
    return log
