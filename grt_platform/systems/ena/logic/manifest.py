"""`MANIFEST`: what a machine has fetched, written last; sums, sizes and names of all files.

One file a line: MD5 sum, size in bytes, name. The last line, `# complete <number of files>`, says nothing is missing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grt_platform.kernel.errors import BadSourceError

NAME = "MANIFEST"
MOST_BYTES = 16 * 1024**2
_LINE = re.compile(
    r"(?P<md5>[0-9a-f]{32})\t(?P<size>[0-9]{1,18})\t(?P<run>[A-Z]{3}[0-9]{6,12})/(?P<name>[\w.+-]{1,200})"
)
_END = re.compile(r"# complete (?P<files>[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file of a manifest: `run/name` below the machine's data folder."""

    run_accession: str
    name: str
    size_bytes: int
    md5: str

    @property
    def path(self) -> str:
        """Where it lies below the data folder."""
        return f"{self.run_accession}/{self.name}"


def write_manifest(files: Iterable[Fetched]) -> bytes:
    """The manifest of these files, by path."""
    lines = [f"{file.md5}\t{file.size_bytes}\t{file.path}" for file in sorted(files, key=lambda file: file.path)]
    return "\n".join([*lines, f"# complete {len(lines)}", ""]).encode()


def read_manifest(data: bytes, source: str) -> list[Fetched]:
    """The files that a manifest lists.

    Raises:
        BadSourceError: It is cut short, names a file twice, or has a line of another form.
    """
    lines = data.decode("ascii", "replace").split("\n")
    end = _END.fullmatch(lines[-2]) if len(lines) > 1 and not lines[-1] else None
    if end is None or int(end["files"]) != len(lines) - 2:
        raise BadSourceError("it is not complete: its last line must count its files", source)
    files = [_fetched(line, number, source) for number, line in enumerate(lines[:-2], start=1)]
    if len({file.path for file in files}) < len(files):
        raise BadSourceError("it names a file twice", source)
    return files


def differences(files: Iterable[Fetched], promised: Iterable[Fetched]) -> list[str]:
    """How the files of a manifest differ from those that were promised; empty when they are the same."""
    here, there = ({file.path: file for file in each} for each in (files, promised))
    faults = [f"{path} is missing" for path in sorted(there.keys() - here.keys())]
    faults += [f"{path} was not asked for" for path in sorted(here.keys() - there.keys())]
    both = sorted(here.keys() & there.keys())
    return faults + [f"{path} has other bytes than ENA lists" for path in both if here[path] != there[path]]


def _fetched(line: str, number: int, source: str) -> Fetched:
    match = _LINE.fullmatch(line)
    if match is None or match["name"].startswith("."):
        raise BadSourceError(f"{line[:120]!r} is no line of a manifest", source, number)
    return Fetched(match["run"], match["name"], int(match["size"]), match["md5"])
