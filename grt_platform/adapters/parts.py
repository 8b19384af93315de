"""Objects that come in parts: what every store can do with them, and how a folder does it."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.versions import PartPromise, is_version_id, version_in

if TYPE_CHECKING:
    from grt_platform.adapters.store import Store

FOLDER = "uploads"
"""First part of the keys under which folder stores keep parts until they are joined."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An upload by parts as the store knows it; `key` is empty where `abort` needs none."""

    version_id: str
    key: str
    token: str


class Parts(ABC):
    """Uploads by parts into one store; an upload is named by the key it will have and a token.

    Raises:
        UnavailableError: Any member, when the store does not answer.
    """

    @abstractmethod
    def begin(self, key: str) -> str:
        """The token of a new upload that will be the object `key`."""

    @abstractmethod
    def sign(self, key: str, token: str, part: PartPromise, *, expires_s: int) -> str:
        """A URL that takes exactly this part by PUT."""

    @abstractmethod
    def headers(self, part: PartPromise) -> dict[str, str]:
        """Headers that the PUT of this part must carry."""

    @abstractmethod
    def arrived(self, key: str, token: str) -> dict[int, int]:
        """Size in bytes of each part that is here, by its number."""

    @abstractmethod
    def join(self, key: str, token: str, parts: Sequence[PartPromise]) -> str | None:
        """The parts, in this order, are the object; says its sha256 where it was computed on the way.

        Raises:
            ObjectExistsError: When there is an object of this key already.
            BadSourceError: When a part is not here.
        """

    @abstractmethod
    def abort(self, key: str, token: str) -> None:
        """Nothing of the upload is kept, also when there was none."""

    @abstractmethod
    def under_way(self) -> Iterator[UnderWay]:
        """Every upload that was begun and neither joined nor aborted."""


class FolderParts(Parts):
    """Parts as objects `uploads/<version id>/<number>`; a URL for one of them is a URL of any object.

    Args:
        store: A folder store.
    """

    def __init__(self, store: "Store") -> None:
        self._store = store

    def begin(self, key: str) -> str:
        """The version id in the key."""
        found = version_in(key)
        if found is None:
            raise BadInputError(f"{key}: only versions of objects of projects come in parts")
        return found[1]

    def sign(self, key: str, token: str, part: PartPromise, *, expires_s: int) -> str:
        """A URL of our own web API."""
        del key
        return self._store.sign(
            "PUT",
            _key(token, part.number),
            expires_s=expires_s,
            size_bytes=part.size_bytes,
            sha256=part.sha256,
            is_new=True,
        )

    def headers(self, part: PartPromise) -> dict[str, str]:
        """None: the URL says it all."""
        del part
        return {}

    def arrived(self, key: str, token: str) -> dict[int, int]:
        """What lies in the folder of the parts."""
        del key
        found = self._store.list(f"{FOLDER}/{token}")
        return {int(item.key.rpartition("/")[2]): item.size_bytes for item in found}

    def join(self, key: str, token: str, parts: Sequence[PartPromise]) -> str | None:
        """Copies one after the other and removes them afterwards."""
        digest = hashlib.sha256()
        with self._store.writer(key, only_if_absent=True) as whole:
            for part in parts:
                with self._store.open(_key(token, part.number)) as source:
                    while chunk := source.read(_CHUNK):
                        digest.update(chunk)
                        whole.write(chunk)
        self.abort(key, token)
        return digest.hexdigest()

    def abort(self, key: str, token: str) -> None:
        """The folder of the parts is gone."""
        del key
        self._store.delete_prefix(f"{FOLDER}/{token}")

    def under_way(self) -> Iterator[UnderWay]:
        """Every folder of parts."""
        return (UnderWay(name, "", name) for name in self._store.folders(FOLDER) if is_version_id(name))


def _key(token: str, number: int) -> str:
    return f"{FOLDER}/{token}/{number:05}"
