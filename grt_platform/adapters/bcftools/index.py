"""One VCF file that arrived: checked, indexed, and copied as BCF, which is read three times as fast."""

import io
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grt_platform.adapters.bcftools.csi import read_csi
from grt_platform.adapters.bcftools.errors import (
    BadRecordError,
    DamagedError,
    TruncatedError,
    UnsortedError,
    tells_damage,
)
from grt_platform.adapters.bcftools.header import Header, read_header
from grt_platform.adapters.bcftools.step import Step, packing
from grt_platform.adapters.bcftools.tool import Bcftools, StepFailedError, unwatched
from grt_platform.kernel.bgzf import END_BLOCK
from grt_platform.kernel.errors import BadSourceError

_SOURCE, _CSI, _BCF, _BCF_CSI = "source", "index.csi", "copy.bcf", "copy.bcf.csi"
_ADDED, _PLACES, _SORTED = "added.txt", "places.txt", "sorted.bcf"
_PIPES = _PLAIN, _PACKED = "plain", "packed"
_LAST_POSITION = 2**31 - 1
_UNDEFINED = re.compile(r"(Contig|FILTER|INFO|FORMAT) '([^']+)'.*? is not defined in the header")
_LINES = {
    "Contig": "##contig=<ID={}>",
    "FILTER": '##FILTER=<ID={},Description="Not defined in the file">',
    "INFO": '##INFO=<ID={},Number=1,Type=String,Description="Not defined in the file">',
    "FORMAT": '##FORMAT=<ID={},Number=1,Type=String,Description="Not defined in the file">',
}
_UNDEFINED_AT_ALL = "not defined in header"
_UNSORTED = re.compile(r"Unsorted positions on sequence #\d+: (\d+) followed by (\d+)|not continuous")
_BEYOND = re.compile(r"Region (\d+)\.\.\d+ cannot be stored in a csi index")
_WORDS = 300


@dataclass(frozen=True, slots=True)
class Indexed:
    """What is known of a file, and what was made of it.

    Attributes:
        samples: In the order of its header.
        contigs: All of its header, in order.
        scaffolds: Records of each contig that has any, in the order of its header.
        variants: Records.
        is_result: A query made it: nothing else was made of it.
        sites_only: It has no samples.
        csi: Index of the file itself.
        bcf: The same records as BCF.
        bcf_csi: Its index.
        size_bytes: Size of the file.
        made_by: The tool.
    """

    samples: tuple[str, ...]
    contigs: tuple[str, ...]
    scaffolds: dict[str, int]
    variants: int
    is_result: bool
    sites_only: bool
    csi: Path | None
    bcf: Path | None
    bcf_csi: Path | None
    size_bytes: int
    made_by: str


def index_file(
    source: Path, directory: Path, tool: Bcftools, *, name: str, watch: Callable[[], None] = unwatched
) -> Indexed:
    """The file is known to be whole, sorted VCF; its index, its BCF copy and the copy's index are in `directory`.

    Args:
        source: The file, packed by bgzip.
        directory: An empty folder of ours, made where it is missing; on an error nothing is left in it.
        tool: bcftools within its limits.
        name: What people call the file, for messages.
        watch: Called about ten times a second; what it raises ends the work.

    Raises:
        BadSourceError: The file is bad; one of the named errors.
        LimitError: It is too large for the limits.
        UnavailableError: The disk is full, or bcftools cannot be run.
    """
    try:
        header = _checked(source)
        if header.is_result:
            return _told(source, header, tool)
        return _made(source, header, directory, tool, watch)
    except StepFailedError as error:
        raise _named(error, name) from error
    except BadSourceError as error:
        raise type(error)(error.reason, name) from error


def _made(source: Path, header: Header, directory: Path, tool: Bcftools, watch: Callable[[], None]) -> Indexed:
    directory.mkdir(parents=True, exist_ok=True)
    try:
        (directory / _SOURCE).symlink_to(source.resolve())
        _make(directory, tool, watch)
        told = _told(source, header, tool, directory)
    except BaseException:
        shutil.rmtree(directory)
        raise
    for path in directory.iterdir():
        if path not in {told.csi, told.bcf, told.bcf_csi}:
            path.unlink()
    return told


def _checked(source: Path) -> Header:
    """The header of a file that has a begin and an end."""
    header = read_header(source)
    with source.open("rb") as stream:
        stream.seek(-len(END_BLOCK), io.SEEK_END)
        if stream.read() != END_BLOCK:
            raise TruncatedError("its end is missing (no BGZF end block): it was cut off; upload it again")
    return header


def _make(directory: Path, tool: Bcftools, watch: Callable[[], None]) -> None:
    """Index, copy and index of the copy; the copy's header is completed by what records name and it lacks."""
    index = Step(("index", "--force", "--csi", "--output", _CSI, _SOURCE))
    try:
        tool.run((index, *_copy(_BCF, _SOURCE, "view")), directory, pipes=_PIPES, watch=watch)
    except StepFailedError as error:
        if _UNDEFINED_AT_ALL not in error.ended.messages:
            raise
        _complete(directory, tool, watch)
        completed = _copy(_BCF, _SOURCE, "annotate", "--header-lines", _ADDED)
        tool.run((index, *completed), directory, pipes=_PIPES, watch=watch)
    _sort_contigs(directory, tool, watch)


def _copy(name: str, source: str, *verb: str) -> tuple[Step, Step, Step]:
    """How a copy is made, and its index meanwhile."""
    copy = Step((*verb, "--no-version", "--output-type", "u", "--output", _PLAIN, source))
    return copy, *packing(_PLAIN, name, _PACKED)


def _sort_contigs(directory: Path, tool: Bcftools, watch: Callable[[], None]) -> None:
    """The copy has its contigs in the order of its header, whatever order the file's records have."""
    before = read_csi(directory / _BCF_CSI)
    if before.order() == sorted(before.order()):
        return
    contigs = read_header(directory / _BCF).contigs
    lines = [f"{contigs[number]}\t1\t{_LAST_POSITION}" for number in sorted(before.order())]
    (directory / _PLACES).write_text("\n".join(lines), "utf-8", "surrogateescape")
    steps = _copy(_SORTED, _BCF, "view", "--regions-file", _PLACES)
    tool.run(steps, directory, pipes=_PIPES, watch=watch)
    if read_csi(directory / f"{_SORTED}.csi").records != before.records:
        raise UnsortedError(
            "its contigs are not in the order of its header; sort it (`bcftools sort`) and upload it again"
        )
    (directory / _SORTED).replace(directory / _BCF)
    (directory / f"{_SORTED}.csi").replace(directory / _BCF_CSI)


def _complete(directory: Path, tool: Bcftools, watch: Callable[[], None]) -> None:
    """Lines for all that records name and the header does not, in the words in which htslib assumes them."""
    for log in directory.glob("step-*.log"):
        log.unlink()
    [ended] = tool.run([Step(("view", "--output-type", "v", "--output", os.devnull, _SOURCE))], directory, watch=watch)
    (directory / "step-0.log").unlink()
    found = dict.fromkeys(_UNDEFINED.findall(ended.messages))
    lines = [_LINES[kind].format(name) for kind, name in found]
    (directory / _ADDED).write_text("".join(f"{line}\n" for line in lines), "utf-8", "surrogateescape")


def _scaffolds(directory: Path) -> tuple[tuple[str, ...], dict[str, int]]:
    """All contigs of the copy, and the records of those that have any."""
    contigs = read_header(directory / _BCF).contigs
    counted = [contig.records for contig in read_csi(directory / _BCF_CSI).contigs]
    return contigs, {name: records for name, records in zip(contigs, counted, strict=False) if records}


def _told(source: Path, header: Header, tool: Bcftools, directory: Path | None = None) -> Indexed:
    contigs, scaffolds = _scaffolds(directory) if directory else (header.contigs, {})
    csi, bcf, bcf_csi = (directory / name if directory else None for name in (_CSI, _BCF, _BCF_CSI))
    return Indexed(
        samples=header.samples,
        contigs=contigs,
        scaffolds=scaffolds,
        variants=sum(scaffolds.values()),
        is_result=header.is_result,
        sites_only=not header.samples,
        csi=csi,
        bcf=bcf,
        bcf_csi=bcf_csi,
        size_bytes=source.stat().st_size,
        made_by=tool.version(),
    )


def _named(error: StepFailedError, name: str) -> BadSourceError:
    """What is wrong with the file, from what bcftools said."""
    said = error.ended.messages
    if unsorted := _UNSORTED.search(said):
        where = (
            f"position {unsorted[2]} follows {unsorted[1]}"
            if unsorted[1]
            else "the records of a contig are not together"
        )
        return UnsortedError(
            f"its records are not sorted: {where}; sort it (`bcftools sort`) and upload it again", name
        )
    if tells_damage(said):
        return DamagedError("some of its bytes are damaged; upload it again", name)
    if beyond := _BEYOND.search(said):
        return BadRecordError(
            f"a record at {beyond[1]} lies beyond the end that the header gives its contig; correct ##contig",
            name,
        )
    words = (
        " ".join(line for line in said.splitlines() if "[W::" not in line)[:_WORDS]
        or f"bcftools ended with {error.ended.code}"
    )
    return BadRecordError(f"a record cannot be read: {words}; correct it and upload it again", name)
