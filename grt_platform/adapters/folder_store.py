"""The folder kind of a store: plain files that anybody can look at, written atomically and durably."""

import errno
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from grt_platform.adapters.file_errors import told
from grt_platform.adapters.folder_listing import OPEN_FLAGS, stored, walk
from grt_platform.adapters.keys import HIDDEN, check_key, check_prefix, is_part
from grt_platform.adapters.parts import FolderParts, Parts
from grt_platform.adapters.signing import Grant, check_terms, sign_url, verify
from grt_platform.adapters.staging import Staging
from grt_platform.adapters.store import Method, Names, Store, StoredObject
from grt_platform.kernel.errors import BadInputError, UnavailableError
from grt_platform.kernel.objects import ObjectExistsError
from grt_platform.settings import Settings

_BUFFER = 1 << 20


class FolderStore(Store):
    """The plain files below `root`; symbolic links and other special files are not part of it.

    Args:
        root: The folder; it is made when the first object comes.
        name: Name of the store in signed URLs.
        settings: Key and address of signed URLs.
    """

    def __init__(self, root: Path, name: str, settings: Settings) -> None:
        self._root = Path(os.path.realpath(root))
        self._name = name
        self._secret = settings.signing_key.get_secret_value().encode()
        self._web_url = settings.web_address
        self._staging = Staging(self._root)

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[StoredObject]:
        """Everything below `prefix` in the order of the keys; a folder is read when the listing comes to it."""
        return (item for item in self.steps(prefix, after=after) if item is not None)

    def steps(self, prefix: str = "", *, after: str = "") -> Iterator[StoredObject | None]:
        """The same, with None after some thousand names that were read before their order was known."""
        prefix = check_prefix(prefix)
        return _steps(prefix, self._path(prefix), check_key(after) if after else "")

    def folders(self, prefix: str = "") -> Names:
        """Names of the folders directly below `prefix`; an empty one that somebody made by hand counts."""
        prefix = check_prefix(prefix)
        with told("list", prefix):
            try:
                with os.scandir(self._path(prefix)) as entries:
                    names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
            except (FileNotFoundError, NotADirectoryError):
                return []
        return sorted(name for name in names if is_part(name) and (prefix or name != HIDDEN))

    def head(self, key: str) -> StoredObject | None:
        """What a listing tells of one object."""
        with told("look at", key):
            try:
                status = self._path(check_key(key)).lstat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return stored(key, status) if stat.S_ISREG(status.st_mode) else None

    def read(self, key: str) -> bytes:
        """The whole object."""
        with self.open(key) as file, told("read", key):
            return file.read()

    def open(self, key: str) -> BinaryIO:
        """The object as a file."""
        return self.opened(key)[1]

    def opened(self, key: str) -> tuple[StoredObject, BinaryIO]:
        """The object as a file, and what is true of just these bytes, whoever replaces it meanwhile."""
        with told("read", key):
            descriptor = os.open(self._path(check_key(key)), OPEN_FLAGS)
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                return stored(key, status), os.fdopen(descriptor, "rb", _BUFFER)
            os.close(descriptor)
            raise OSError(errno.ENXIO, "no plain file")

    def download(self, key: str, path: Path) -> None:
        """The object is the file `path`."""
        partial = path.with_name(f"{path.name}.partial")
        with self.open(key) as source, told("download", key):
            try:
                with partial.open("wb") as target:
                    shutil.copyfileobj(source, target, _BUFFER)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)

    def put(self, key: str, data: bytes, *, only_if_absent: bool = False) -> bool:
        """`data` is the object, safe on disk."""
        path = self._path(check_key(key))
        if only_if_absent and self.head(key) is not None:
            return False
        with self._staging.file(key) as (staged, file), told("write", key):
            file.write(data)
            file.flush()
            return self._staging.publish(staged, path, only_if_absent=only_if_absent)

    def put_file(self, key: str, path: Path, *, only_if_absent: bool = False) -> bool:
        """The bytes of the file `path` are the object."""
        target = self._path(check_key(key))
        with told("read", str(path)):
            source = path.open("rb")
        with source:
            return self._fill(key, source, target, only_if_absent=only_if_absent)

    @contextmanager
    def writer(self, key: str, *, only_if_absent: bool = False) -> Iterator[BinaryIO]:
        """A stream whose bytes are the object once the `with` block ends well."""
        path = self._path(check_key(key))
        with self._staging.file(key) as (staged, file):
            yield file
            with told("write", key):
                file.close()
                is_placed = self._staging.publish(staged, path, only_if_absent=only_if_absent)
            if not is_placed:
                raise ObjectExistsError(f"{key}: there is an object already, and it stays as it is")

    def copy(self, source_key: str, target_key: str, *, only_if_absent: bool = False) -> bool:
        """The object has a second copy, which later changes of the first file do not reach."""
        target = self._path(check_key(target_key))
        with self.open(source_key) as source:
            return self._fill(target_key, source, target, only_if_absent=only_if_absent)

    def delete(self, key: str) -> None:
        """The object is gone, and the folders that it leaves empty."""
        path = self._path(check_key(key))
        with told("delete", key), suppress(FileNotFoundError):
            if self.head(key) is not None:
                path.unlink()
                self._prune(path.parent)

    def delete_prefix(self, prefix: str) -> None:
        """Everything below `prefix` is gone, all at one moment."""
        path = self._path(check_key(prefix.removesuffix("/")))
        with told("delete", prefix), suppress(FileNotFoundError):
            if path.is_dir():
                self._staging.discard(path)
                self._prune(path.parent)

    def local_path(self, key: str) -> Path | None:
        """Where the object lies."""
        return self._path(check_key(key))

    def scan_source(self, key: str) -> tuple[str, dict[str, str] | None]:
        """The path; a folder has a closing slash."""
        path = str(self._path(check_prefix(key)))
        return f"{path}/" if key.endswith("/") else path, None

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
        """A URL of our own web API."""
        self._path(check_key(key))
        check_terms(expires_s, size_bytes, sha256, md5)
        if not self._secret:
            raise UnavailableError(f"cannot sign a URL of {key}: set GRT_SIGNING_KEY, or start with `grt up`")
        expires = int(time.time()) + expires_s
        grant = Grant(method, self._name, key, expires, size_bytes, sha256, md5, is_new)
        return sign_url(self._secret, self._web_url, grant)

    def vouches(self, key: str, sha256: str) -> bool:
        """Whether there is an object: our web API publishes only what has the hash it signed."""
        return bool(sha256) and self.head(key) is not None

    @property
    def parts(self) -> Parts:
        """Each part is an object of its own until they are joined."""
        return FolderParts(self)

    def admit(self, grant: Grant, signature: str) -> None:
        """Returns when a request that carries this grant and signature may pass.

        Raises:
            BadInputError: When it may not.
        """
        verify(self._secret, grant, signature, now=time.time())

    def _fill(self, key: str, source: BinaryIO, target: Path, *, only_if_absent: bool) -> bool:
        if only_if_absent and self.head(key) is not None:
            return False
        with self._staging.file(key) as (staged, file), told("write", key):
            shutil.copyfileobj(source, file, _BUFFER)
            file.flush()
            return self._staging.publish(staged, target, only_if_absent=only_if_absent)

    def _path(self, key: str) -> Path:
        path = f"{self._root}/{key}" if key else str(self._root)
        if os.path.realpath(path) != path:
            raise BadInputError(
                f"{key}: leads through a symbolic link, which a store does not follow; put the file there"
            )
        return Path(path)

    def _prune(self, folder: Path) -> None:
        while folder != self._root:
            try:
                folder.rmdir()
            except OSError:
                return  # not empty, or a neighbour was faster
            folder = folder.parent


def _steps(prefix: str, folder: Path, after: str) -> Iterator[StoredObject | None]:
    with told("list", prefix), suppress(FileNotFoundError, NotADirectoryError):
        yield from walk(f"{prefix}/" if prefix else "", folder, after)
