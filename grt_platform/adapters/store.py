"""Object stores: one interface for a folder and for a part of an S3 bucket."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Literal
from urllib.parse import unquote, urlsplit

from grt_platform.adapters.parts import Parts
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.objects import StoredObject
from grt_platform.settings import Settings

__all__ = ["Method", "Store", "StoredObject", "open_store"]

Method = Literal["GET", "PUT"]
Names = list[str]
CANARY = "health/canary"
"""A key at which nothing lies: to ask whether a store answers."""


class Store(ABC):
    """Objects by key, below one root.

    Keys are parts joined by "/" (see `keys`); a prefix names a folder and covers what lies below it, never names that
    only begin alike. Readers see an object whole, the old one or the new one. Every member may raise:

    Raises:
        BadInputError: When a key cannot name an object.
        BadSourceError: When the object is not there, or changed while it was read.
        UnavailableError: When the disk is full, a right is missing or the server does not answer; retries are over.
    """

    @abstractmethod
    def list(self, prefix: str = "", *, after: str = "") -> Iterator[StoredObject]:
        """Everything below `prefix`, page by page, in the order of the server; names that are no keys are left out.

        That order is the keys' own, but for servers that list a folder before names that go on where its name ends.

        Args:
            prefix: The folder.
            after: The last key that a listing gave, to go on behind it; it may be gone since.
        """

    def steps(self, prefix: str = "", *, after: str = "") -> Iterator[StoredObject | None]:
        """What `list` gives, with None where it worked for a while and came to no object: a place to pause."""
        return self.list(prefix, after=after)

    def ask(self) -> None:
        """Returns when the store answers; not where its bucket is missing, which `head` could not tell."""
        next(self.list(CANARY), None)

    @abstractmethod
    def folders(self, prefix: str = "") -> Names:
        """Names of the folders directly below `prefix`, sorted; an empty one may still be among them for a while."""

    @abstractmethod
    def head(self, key: str) -> StoredObject | None:
        """What a listing tells of one object, None when it is not there."""

    @abstractmethod
    def read(self, key: str) -> bytes:
        """The whole object; for small ones."""

    @abstractmethod
    def open(self, key: str) -> BinaryIO:
        """The object as a seekable, buffered stream; memory does not grow with its size."""

    @abstractmethod
    def download(self, key: str, path: Path) -> None:
        """The object is the file `path`, whole; a failure leaves `path` as it was."""

    @abstractmethod
    def put(self, key: str, data: bytes, *, only_if_absent: bool = False) -> bool:
        """`data` is the object.

        Returns:
            False when `only_if_absent` and there was one already, which stays. Of many callers at once one gets True.
        """

    @abstractmethod
    def put_file(self, key: str, path: Path, *, only_if_absent: bool = False) -> bool:
        """The bytes of the file `path` are the object; returns like `put`."""

    @abstractmethod
    def writer(self, key: str, *, only_if_absent: bool = False) -> AbstractContextManager[BinaryIO]:
        """A stream whose bytes are the object once the `with` block ends well; until then nothing changes.

        Raises:
            ObjectExistsError: At the end, when `only_if_absent` and there is one, which stays.
        """

    @abstractmethod
    def copy(self, source_key: str, target_key: str, *, only_if_absent: bool = False) -> bool:
        """The object has a second, independent copy; returns like `put`."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """The object is gone, also when there was none."""

    @abstractmethod
    def delete_prefix(self, prefix: str) -> None:
        """Everything below `prefix` is gone; the prefix cannot be empty."""

    @abstractmethod
    def local_path(self, key: str) -> Path | None:
        """Where the object lies (or would lie) on this machine's disk; None for a store that is elsewhere."""

    @abstractmethod
    def scan_source(self, key: str) -> tuple[str, dict[str, str] | None]:
        """First argument and `storage_options` of `polars.scan_parquet` for a key, a glob, or a folder ("a/b/")."""

    @abstractmethod
    def sign(
        self,
        method: Method,
        key: str,
        *,
        expires_s: int,
        size_bytes: int | None = None,
        sha256: str | None = None,
        md5: str | None = None,
        is_new: bool = False,
    ) -> str:
        """A URL by which anybody can GET or PUT this one object for `expires_s` seconds, an hour at most.

        Args:
            method: What it is for.
            key: The object.
            expires_s: Seconds from now.
            size_bytes: The exact size a PUT must have.
            sha256: The hash (hexadecimal) a PUT must have.
            md5: The MD5 (hexadecimal) a PUT must have.
            is_new: Whether a PUT is refused (412) once there is an object.

        The sender of a PUT adds the `upload_headers` of the same terms.
        """

    def upload_headers(
        self, _sha256: str | None = None, /, *, md5: str | None = None, is_new: bool = False
    ) -> dict[str, str]:
        """Headers that a PUT to a URL signed on these terms must carry."""
        del md5, is_new  # a folder's URL says them itself
        return {}

    @abstractmethod
    def vouches(self, key: str, sha256: str) -> bool:
        """Whether the store itself compared the bytes of this object with this hash when they came by a signed URL."""

    @property
    @abstractmethod
    def parts(self) -> Parts:
        """How an object comes in parts."""


def open_store(url: str, settings: Settings) -> Store:
    """The store at `url`: the path of a folder, file:///path, or s3://bucket/prefix.

    Raises:
        BadInputError: When the URL is of another kind.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3" and parts.netloc:
        from grt_platform.adapters.s3_store import S3Store  # boto3 costs 0.3 s and 37 MB: only where it is used

        return S3Store(parts.netloc, parts.path.strip("/"), settings)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return _folder(unquote(parts.path), url, settings)
    if url and "://" not in url:
        return _folder(url, url, settings)
    raise BadInputError(f"{url!r} is no place for a store: give a folder, file:///folder or s3://bucket/prefix")


def _folder(path: str, url: str, settings: Settings) -> Store:
    from grt_platform.adapters.folder_store import FolderStore

    names = (name for name in ("raw", "lake", "products") if getattr(settings, name) == url)
    folder = Path(path).expanduser()
    return FolderStore(folder, next(names, folder.name), settings)
