"""Looks at one version of an uploaded file: what it holds is known afterwards, or why it cannot be used."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from grt_platform.adapters.bcftools.index import Indexed, index_file
from grt_platform.adapters.bcftools.tool import Bcftools
from grt_platform.adapters.copying import clear
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.partition_sink import PartitionSink
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.kernel.versions import ObjectVersion, State
from grt_platform.systems.variants.catalog import find_version, is_known
from grt_platform.systems.variants.derived import COPY, COPY_INDEX, INDEX, Derived
from grt_platform.systems.variants.logic.file_kinds import FileKind, file_kind
from grt_platform.systems.variants.logic.looked import Looked, as_json, hash_of_names
from grt_platform.systems.variants.logic.sample_rows import look_at_samples
from grt_platform.systems.variants.removal import forget
from grt_platform.systems.variants.schemas import FILE_TABLES
from grt_platform.systems.variants.workplace import emptied

_A_LOOK_S = 5.0
_RESULT = "a result of a query of this platform, which queries never read"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a look may take.

    Attributes:
        scratch: Folder for work under way.
        table_bytes: Largest sample table.
        patience_s: Longest wait for somebody else who looks at the same version.
    """

    scratch: Path
    table_bytes: int
    patience_s: float


@dataclass(frozen=True, slots=True)
class Intake:
    """The way of a version into the tables.

    Attributes:
        objects: Where versions are.
        lake, warehouse: Where the tables go.
        derived: Where indexes and copies go.
        tool: Reads VCF files.
        bounds: What a look may take.
    """

    objects: Objects
    lake: Lake
    warehouse: Warehouse
    derived: Derived
    tool: Bcftools
    bounds: Bounds

    def take(self, version_id: str, *, watch: Callable[[], None] = lambda: None, is_new: bool = False) -> Looked | None:
        """What the tables and the derived files say of the version is true; None where nothing had to be done.

        A killed look leaves the tables as they were and is done again; of many at once one works, the others wait.

        Args:
            version_id: The version.
            watch: Called often; may raise to stop the look.
            is_new: Whether a version that somebody looked at already is left alone.

        Raises:
            UnavailableError: Somebody else looks at it for longer than the patience.
        """
        version = find_version(self.warehouse, version_id)
        with self._alone(version, watch):
            if version.state is not State.STORED:
                forget(version, self.lake, self.warehouse, self.derived)
                return None
            if is_new and is_known(self.warehouse, version_id):
                return None
            looked = self._look(version, watch)
            self._publish(looked)
            return looked

    def _look(self, version: ObjectVersion, watch: Callable[[], None]) -> Looked:
        try:
            if file_kind(version.name) is FileKind.SAMPLES:
                return self._samples(version)
            with emptied(self.bounds.scratch / "versions" / version.version_id) as place:
                return self._variants(version, place, watch)
        except BadSourceError as error:
            self.derived.remove(version)
            return Looked(version, "rejected", error.reason)
        except BadInputError as error:  # it asks for more than a limit allows
            self.derived.remove(version)
            return Looked(version, "rejected", str(error))

    def _samples(self, version: ObjectVersion) -> Looked:
        if version.size_bytes > self.bounds.table_bytes:
            raise BadSourceError(
                f"it has {version.size_bytes} bytes, a sample table at most {self.bounds.table_bytes}", version.name
            )
        with self.objects.open(version) as stream:
            return look_at_samples(version, stream.read())

    def _variants(self, version: ObjectVersion, place: Path, watch: Callable[[], None]) -> Looked:
        source = self.objects.local_path(version)
        if source is None:
            source = place / "source"
            self.objects.store.download(version.key, source)
        indexed = index_file(source, place / "made", self.tool, name=version.name, watch=watch)
        if indexed.is_result:
            self.derived.remove(version)
            return Looked(version, "duplicate", _RESULT)
        self.derived.keep(version, {INDEX: indexed.csi, COPY: indexed.bcf, COPY_INDEX: indexed.bcf_csi})
        return Looked(
            version, "loaded", _oddity(indexed), {"dimensions": [_dimensions(version, indexed)]}, indexed.variants
        )

    def _publish(self, looked: Looked) -> None:
        """What was found is seen; tables that have nothing of the version any more have no partition of it."""
        partition, frames = {"version_id": looked.version.version_id}, looked.frames()
        empty = [table for table in FILE_TABLES if table not in frames]
        with self.warehouse.transaction() as connection:
            with PartitionSink(self.lake, connection, list(frames), partition, {}) as sink:
                for table, frame in frames.items():
                    sink.emit(table.noun, frame)
            for table in empty:
                clear(connection, table.served(), partition)
                self.lake.remove(table, partition)

    @contextmanager
    def _alone(self, version: ObjectVersion, watch: Callable[[], None]) -> Iterator[None]:
        """Nobody else looks at the version meanwhile; a cancel is heard while somebody does."""
        with ExitStack() as held:
            self._wait_for_turn(version, watch, held)
            yield

    def _wait_for_turn(self, version: ObjectVersion, watch: Callable[[], None], held: ExitStack) -> None:
        left_s = self.bounds.patience_s
        while True:
            try:
                held.enter_context(
                    self.warehouse.lock("variants", "version", version.version_id, patience_s=min(_A_LOOK_S, left_s))
                )
            except UnavailableError:
                left_s -= _A_LOOK_S
                if left_s <= 0:
                    raise
                watch()
            else:
                return


def _dimensions(version: ObjectVersion, indexed: Indexed) -> dict[str, object]:
    copies = [path for path in (indexed.bcf, indexed.bcf_csi) if path is not None]
    return {
        "project": version.project,
        "name": version.name,
        "size_bytes": version.size_bytes,
        "variants": indexed.variants,
        "samples_count": len(indexed.samples),
        "samples": as_json(indexed.samples),
        "samples_sha256": hash_of_names(indexed.samples),
        "scaffolds": as_json(list(indexed.scaffolds.items())),
        "contigs": as_json(indexed.contigs),
        "index_bytes": indexed.csi.stat().st_size if indexed.csi else 0,
        "copy_bytes": sum(path.stat().st_size for path in copies),
        "tool": indexed.made_by,
    }


def _oddity(indexed: Indexed) -> str | None:
    if not indexed.samples:
        return "it has no samples: queries pass it over"
    return None if indexed.variants else "it has no records"
