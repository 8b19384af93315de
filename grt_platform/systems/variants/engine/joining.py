"""Answers for some contigs each, put together: the bytes of the one answer for all."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grt_platform.adapters.bcftools.csi import read_csi
from grt_platform.adapters.bcftools.step import joining
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform.systems.variants.engine.answering import lines_of
from grt_platform.systems.variants.logic.formats import ResultFormat

_PIPE = "packed"


@dataclass(frozen=True, slots=True)
class Joined:
    """A result, its index (None for a table), and its records or lines."""

    result: Path
    index: Path | None
    records: int


def joined(
    parts: Sequence[Path], directory: Path, tool: Bcftools, form: ResultFormat, watch: Callable[[], None]
) -> Joined:
    """The result whose parts these are, in their order.

    Args:
        parts: Results of one question for some contigs each, in the folder; they stay.
        directory: The folder.
        tool: bcftools, which makes the index.
        form: What the result is.
        watch: Called about ten times a second; what it raises ends the work.
    """
    result = directory / f"result.{form}"
    if form is ResultFormat.TSV:
        with result.open("wb") as whole:
            for part in parts:
                watch()
                with part.open("rb") as stream:
                    shutil.copyfileobj(stream, whole)
        return Joined(result, None, lines_of(result))
    tool.run(joining([part.name for part in parts], result.name, _PIPE), directory, pipes=[_PIPE], watch=watch)
    index = Path(f"{result}.csi")
    return Joined(result, index, read_csi(index).records)
