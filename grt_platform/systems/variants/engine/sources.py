"""Pinned files, brought into the folder of a job under names of ours."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from grt_platform.adapters.bcftools.csi import Csi, read_csi
from grt_platform.adapters.bcftools.header import Header, read_header
from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.variants.engine.journal import Journal
from grt_platform.systems.variants.engine.pipeline import Feed
from grt_platform.systems.variants.engine.ranges import SparseCopy
from grt_platform.systems.variants.logic.regions import Region


@dataclass(frozen=True, slots=True)
class Source:
    """Where the records of a pinned version are.

    Attributes:
        name: What people call the file.
        path: The BCF copy, or the VCF file packed by bgzip, on this machine; None when it is elsewhere.
        index: Its CSI index, on this machine.
        open: A stream over the file that is elsewhere, each read of which brings what was asked for and no more.
    """

    name: str
    path: Path | None
    index: Path
    open: Callable[[], BinaryIO] | None = None


class Staged:
    """A pinned file in the folder of the job.

    Args:
        source: The file.
        directory: The folder.
        name: Its name there.
    """

    def __init__(self, source: Source, directory: Path, name: str) -> None:
        self.title, self.name = source.name, name
        self._path = directory / name
        self._csi: Csi | None = None
        self._copy: SparseCopy | None = None
        (directory / f"{name}.csi").symlink_to(source.index.resolve())
        if source.path is not None:
            self._path.symlink_to(source.path.resolve())
        elif source.open is not None:
            self._copy = SparseCopy(source.open, self._path, self.csi)
        else:
            raise BadSourceError("it is neither here nor can it be read from elsewhere; index it again", source.name)
        self.header: Header = read_header(self._path)

    @property
    def csi(self) -> Csi:
        """Its index."""
        if self._csi is None:
            self._csi = read_csi(Path(f"{self._path}.csi"))
        return self._csi

    @property
    def feed(self) -> Feed:
        """The file as something to read."""
        return Feed(self.name)

    @property
    def contigs(self) -> tuple[str, ...]:
        """All contigs: those of the header, and in text those that only records name."""
        return (
            self.header.contigs if self.header.is_bcf else tuple(dict.fromkeys((*self.header.contigs, *self.csi.names)))
        )

    @property
    def held(self) -> tuple[str, ...]:
        """Contigs that have records, in the file's order."""
        names = self.csi.names or self.header.contigs
        return tuple(names[number] for number in self.csi.order())

    @property
    def is_sorted(self) -> bool:
        """Whether its contigs come in the order of its header; those of our copies do."""
        return self.header.is_bcf or list(self.held) == [contig for contig in self.contigs if contig in set(self.held)]

    @property
    def fetched_bytes(self) -> int:
        """Bytes that were brought from elsewhere."""
        return self._copy.read_bytes if self._copy else 0

    def bring(self, regions: Iterable[Region]) -> None:
        """All records of the regions can be read; those of the whole file where there are none."""
        if self._copy is None:
            return
        numbers = {name: number for number, name in enumerate(self.csi.names or self.header.contigs)}
        wanted = tuple(regions)
        if not wanted:
            self._copy.bring_all()
        for region in wanted:
            if region.contig in numbers:
                self._copy.bring(numbers[region.contig], region.first, region.last)


def staged(version_ids: Iterable[str], sources: Mapping[str, Source], journal: Journal) -> dict[str, Staged]:
    """The files of these versions, by version, under names that the journal knows."""
    files: dict[str, Staged] = {}
    for version in version_ids:
        journal.look()
        journal.titles.append(sources[version].name)
        try:
            files[version] = Staged(sources[version], journal.directory, f"file-{len(files)}")
        except BadSourceError as error:
            raise type(error)(error.reason, sources[version].name) from error
    return files
