"""What is made beside each VCF file to answer faster: its CSI index and a BCF copy with an index, all rebuildable."""

from dataclasses import dataclass
from pathlib import Path

from grt_platform.adapters.store import Store
from grt_platform.kernel.versions import ObjectVersion

FOLDER = "derived/variants"
INDEX, COPY, COPY_INDEX = "index.csi", "copy.bcf", "copy.bcf.csi"


def folder_of(version: ObjectVersion) -> str:
    """Where what is derived from a version lies in the lake's store."""
    return folder_of_id(version.project, version.version_id)


def folder_of_id(project: str, version_id: str) -> str:
    """The same, from the ids."""
    return f"{FOLDER}/{project}/{version_id}"


@dataclass(frozen=True, slots=True)
class Derived:
    """The derived files of all versions.

    Attributes:
        store: The lake's store, whose tables are elsewhere in it.
    """

    store: Store

    def keep(self, version: ObjectVersion, files: dict[str, Path | None]) -> None:
        """These are the derived files of the version, the copy only seen once its index is there.

        Args:
            version: The version.
            files: For INDEX, COPY and COPY_INDEX the file on this machine; None for one that is not made.
        """
        for name in (INDEX, COPY_INDEX, COPY):
            key, path = f"{folder_of(version)}/{name}", files.get(name)
            if path is None:
                self.store.delete(key)
            else:
                self.store.put_file(key, path)

    def remove(self, version: ObjectVersion) -> None:
        """Nothing derived from the version is left."""
        self.store.delete_prefix(folder_of(version))

    def there(self, project: str) -> dict[str, set[str]]:
        """The names of the derived files of each version of the project, by the version's id."""
        found: dict[str, set[str]] = {}
        for item in self.store.list(f"{FOLDER}/{project}"):
            version_id, name = item.key.split("/")[-2:]
            found.setdefault(version_id, set()).add(name)
        return found

    def fetched(self, version: ObjectVersion, name: str, target: Path) -> Path:
        """The file on this machine: where it lies, or brought to `target`.

        Raises:
            BadSourceError: There is none.
        """
        key = f"{folder_of(version)}/{name}"
        local = self.store.local_path(key)
        if local is not None:
            return local
        self.store.download(key, target)
        return target
