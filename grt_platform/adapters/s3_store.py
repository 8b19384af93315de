"""The S3 kind of a store: the keys below one prefix of a bucket."""

import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import obstore

from grt_platform.adapters import file_errors
from grt_platform.adapters.keys import check_key, check_prefix
from grt_platform.adapters.parts import Parts
from grt_platform.adapters.s3_clients import TRANSFER, S3Access
from grt_platform.adapters.s3_errors import OccupiedError, told
from grt_platform.adapters.s3_parts import S3Parts, base64_of
from grt_platform.adapters.s3_streams import PartWriter, RangeReader
from grt_platform.adapters.signing import check_terms
from grt_platform.adapters.store import Method, Names, Store, StoredObject
from grt_platform.kernel.errors import BadSourceError, UnavailableError
from grt_platform.kernel.objects import ObjectExistsError
from grt_platform.kernel.versions import FOLDER as OBJECTS
from grt_platform.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef
    from obstore import ObjectMeta, PutMode

_BUFFER = 4 << 20
_STALE = timedelta(days=1)
_BATCH = 1000


class S3Store(Store):
    """The objects below `prefix` of a bucket, which must exist.

    Args:
        bucket: The bucket.
        prefix: The folder in it; empty for the whole bucket.
        settings: Where S3 is and who we are.
    """

    def __init__(self, bucket: str, prefix: str, settings: Settings) -> None:
        self._bucket, self._prefix = bucket, check_prefix(prefix)
        self._access = S3Access.of(settings)
        self._bulk = self._access.bulk(bucket, self._prefix)
        self._is_clean = False

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[StoredObject]:
        """Everything below `prefix`, a thousand objects per request."""
        return self._list(check_prefix(prefix), check_key(after) if after else "")

    def folders(self, prefix: str = "") -> Names:
        """Names of the folders directly below `prefix`."""
        prefix = check_prefix(prefix)
        with told("list", prefix):
            found = obstore.list_with_delimiter(self._bulk, prefix or None)
        return sorted(path.rpartition("/")[2] for path in found["common_prefixes"])

    def head(self, key: str) -> StoredObject | None:
        """What a listing tells of one object."""
        try:
            with told("look at", key):
                return _stored(obstore.head(self._bulk, check_key(key)))
        except BadSourceError:
            return None

    def read(self, key: str) -> bytes:
        """The whole object."""
        with told("read", key):
            return bytes(obstore.get(self._bulk, check_key(key)).bytes())

    def open(self, key: str) -> BinaryIO:
        """One version of the object, read by ranges; it tells when the object changes meanwhile."""
        with told("read", key):
            found = obstore.head(self._bulk, check_key(key))
        raw = RangeReader(self._bulk, key, found["size"], found["e_tag"])
        return io.BufferedReader(raw, _BUFFER)

    def download(self, key: str, path: Path) -> None:
        """The object is the file `path`."""
        partial = path.with_name(f"{path.name}.partial")
        with told("read", key):
            chunks = obstore.get(self._bulk, check_key(key)).stream(min_chunk_size=_BUFFER)
        with file_errors.told("download", key):
            try:
                with partial.open("wb") as target, told("read", key):
                    for chunk in chunks:
                        target.write(chunk)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)

    def put(self, key: str, data: bytes, *, only_if_absent: bool = False) -> bool:
        """`data` is the object."""
        mode: PutMode = "create" if only_if_absent else "overwrite"
        try:
            with told("write", key):
                obstore.put(self._bulk, check_key(key), data, mode=mode, use_multipart=False)
        except OccupiedError:
            return False
        return True

    def put_file(self, key: str, path: Path, *, only_if_absent: bool = False) -> bool:
        """The bytes of the file `path` are the object."""
        target = self._full(key)
        with file_errors.told("read", str(path)), path.open("rb") as source:
            if only_if_absent:
                return self._fill(key, source)
            with told("write", key):
                self._control.upload_file(str(path), self._bucket, target, Config=TRANSFER)
        return True

    @contextmanager
    def writer(self, key: str, *, only_if_absent: bool = False) -> Iterator[BinaryIO]:
        """A stream whose bytes are the object once the `with` block ends well; it goes up by parts of 8 MiB or more."""
        try:
            with self._upload(key, only_if_absent=only_if_absent) as upload:
                yield cast("BinaryIO", upload)
        except OccupiedError as error:
            raise ObjectExistsError(f"{key}: there is an object already, and it stays as it is") from error

    def copy(self, source_key: str, target_key: str, *, only_if_absent: bool = False) -> bool:
        """The object has a second copy, made by the server; with a condition through us, as few servers check it."""
        source, target = self._full(source_key), self._full(target_key)
        if only_if_absent:
            with self.open(source_key) as stream:
                return self._fill(target_key, stream)
        with told("copy", source_key):
            self._control.copy({"Bucket": self._bucket, "Key": source}, self._bucket, target, Config=TRANSFER)
        return True

    def delete(self, key: str) -> None:
        """The object is gone."""
        with told("delete", key):
            obstore.delete(self._bulk, check_key(key))

    def delete_prefix(self, prefix: str) -> None:
        """Everything below `prefix` is gone, in batches of a thousand."""
        folder = self._full(prefix.removesuffix("/")) + "/"
        with told("delete", prefix):
            for page in self._control.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=folder):
                keys: list[ObjectIdentifierTypeDef] = [{"Key": item["Key"]} for item in page.get("Contents", [])]
                if keys:
                    self._delete(prefix, keys)

    def local_path(self, key: str) -> Path | None:
        """Nowhere on this machine."""
        check_key(key)
        return None

    def scan_source(self, key: str) -> tuple[str, dict[str, str] | None]:
        """The s3:// URL, and what polars needs to reach it."""
        check_prefix(key)
        parts = (part for part in (self._bucket, self._prefix, key) if part)
        return "s3://" + "/".join(parts), self._access.polars_options()

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
        """A presigned URL of the server itself."""
        check_terms(expires_s, size_bytes, sha256, md5)
        wanted: dict[str, Any] = {"Bucket": self._bucket, "Key": self._full(key)}
        if method == "PUT":
            terms = {
                "ContentLength": size_bytes,
                "ChecksumSHA256": sha256 and base64_of(sha256),
                "ContentMD5": md5 and base64_of(md5),
                "IfNoneMatch": "*" if is_new else None,
            }
            wanted |= {name: value for name, value in terms.items() if value is not None}
        operation: Any = {"GET": "get_object", "PUT": "put_object"}[method]
        with told("sign a URL of", key):
            return self._signer.generate_presigned_url(operation, Params=wanted, ExpiresIn=expires_s)

    def upload_headers(
        self, sha256: str | None = None, /, *, md5: str | None = None, is_new: bool = False
    ) -> dict[str, str]:
        """The headers by which the server checks hash and novelty."""
        headers = {
            "x-amz-checksum-sha256": sha256 and base64_of(sha256),
            "Content-MD5": md5 and base64_of(md5),
            "If-None-Match": "*" if is_new else None,
        }
        return {name: value for name, value in headers.items() if value}

    def vouches(self, key: str, sha256: str) -> bool:
        """Whether the server tells this hash of the object; few servers besides AWS keep it."""
        with told("look at", key):
            found = self._control.head_object(Bucket=self._bucket, Key=self._full(key), ChecksumMode="ENABLED")
        return found.get("ChecksumSHA256") == base64_of(sha256)

    @property
    def parts(self) -> Parts:
        """S3's multipart uploads."""
        return S3Parts(self._control, self._signer, self._bucket, self._full)

    @cached_property
    def _control(self) -> "S3Client":
        return self._access.control()

    @cached_property
    def _signer(self) -> "S3Client":
        return self._access.signer() if self._access.public_endpoint else self._control

    def _full(self, key: str) -> str:
        return f"{self._prefix}/{check_key(key)}" if self._prefix else check_key(key)

    def _list(self, prefix: str, after: str) -> Iterator[StoredObject]:
        with told("list", prefix):
            for batch in obstore.list(self._bulk, prefix or None, offset=after or None, chunk_size=_BATCH):
                for meta in batch:
                    if meta["size"] or self.head(meta["path"]):  # an empty one may be the marker "folder/"
                        yield _stored(meta)

    def _fill(self, key: str, source: BinaryIO) -> bool:
        if self.head(key) is not None:
            return False
        try:
            with self._upload(key, only_if_absent=True) as upload:
                shutil.copyfileobj(source, upload, _BUFFER)
        except OccupiedError:
            return False
        return True

    @contextmanager
    def _upload(self, key: str, *, only_if_absent: bool = False) -> Iterator[PartWriter]:
        upload = PartWriter(self._control, self._bucket, self._full(key))
        self._abort_stale()
        with ExitStack() as undo:
            undo.callback(upload.abort)
            yield upload
            upload.complete(only_if_absent=only_if_absent)
            undo.pop_all()

    def _abort_stale(self) -> None:
        """Ends the uploads that killed writers left a day ago; once per process, and a refusal is no matter.

        Those of people's objects live as long as the table of versions says.
        """
        if self._is_clean:
            return
        self._is_clean = True
        pages = self._control.get_paginator("list_multipart_uploads")
        with suppress(UnavailableError), told("clean", self._prefix):
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                for item in page.get("Uploads", []):
                    is_ours = not item["Key"].removeprefix(f"{self._prefix}/").startswith(f"{OBJECTS}/")
                    if is_ours and item["Initiated"] < datetime.now(UTC) - _STALE:
                        self._control.abort_multipart_upload(
                            Bucket=self._bucket, Key=item["Key"], UploadId=item["UploadId"]
                        )

    def _delete(self, prefix: str, keys: "Sequence[ObjectIdentifierTypeDef]") -> None:
        answer = self._control.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True})
        for fault in answer.get("Errors", []):
            reason = f"S3 keeps {fault.get('Key')} ({fault.get('Code')}); check the rights of these credentials"
            raise UnavailableError(f"cannot delete {prefix}: {reason}")


def _stored(meta: "ObjectMeta") -> StoredObject:
    modified_at = meta["last_modified"].astimezone(UTC).replace(microsecond=0)  # listings are finer than HEAD
    return StoredObject(meta["path"], meta["size"], modified_at, (meta["e_tag"] or "").strip('"'))
