"""Streams over one S3 object: reading by ranges and writing by parts, both in bounded memory."""

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import obstore
from obstore.store import ObjectStore

from grt_platform.adapters.s3_errors import told
from grt_platform.kernel.errors import UnavailableError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedMultipartUploadTypeDef, CompletedPartTypeDef
    from obstore import GetOptions

PART_BYTES = 8 << 20
_PARTS_OF_ONE_SIZE = 500  # of 10,000 at most: sizes grow, so that an object may have 820 GiB


class RangeReader(io.RawIOBase):
    """Reads one version of an object; every read is one request.

    Args:
        store: Where it lies.
        key: Its key there.
        size_bytes: Its size.
        etag: The version, as the server quotes it.
    """

    def __init__(self, store: ObjectStore, key: str, size_bytes: int, etag: str | None) -> None:
        super().__init__()
        self._store, self._key, self._size, self._etag = store, key, size_bytes, etag
        self._position = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The next read begins at `offset`."""
        position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if position < 0:
            raise ValueError(f"cannot seek to {position}")
        self._position = position
        return position

    def tell(self) -> int:
        """Where the next read begins."""
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fills `buffer` from the object, as far as it goes."""
        view = memoryview(buffer).cast("B")
        end = min(self._position + len(view), self._size)
        if end <= self._position:
            return 0
        with told("read", self._key):
            data = obstore.get(self._store, self._key, options=self._options(end)).bytes()
        view[: len(data)] = memoryview(data)
        self._position += len(data)
        return len(data)

    def readall(self) -> bytes:
        """The rest of the object by one request; Python itself would ask for 8 KiB at a time."""
        rest = bytearray(max(0, self._size - self._position))
        filled = self.readinto(rest)
        return bytes(memoryview(rest)[:filled])

    def _options(self, end: int) -> "GetOptions":
        wanted: GetOptions = {"range": (self._position, end)}
        if self._etag:
            wanted["if_match"] = self._etag
        return wanted


class PartWriter(io.RawIOBase):
    """Collects bytes into parts of a multipart upload; a small object is one plain PUT.

    Nothing is visible before `complete`. An upload that never completes is aborted by `abort`, or a day later by the
    next process that writes (`S3Store`).

    Args:
        client: The client.
        bucket: The bucket.
        key: The full key in it.
    """

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        super().__init__()
        self._client, self._key = client, key
        self._where: dict[str, Any] = {"Bucket": bucket, "Key": key}
        self._pending = bytearray()
        self._upload_id = ""
        self._parts: list[CompletedPartTypeDef] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        """Takes all of `data`."""
        view = memoryview(data).cast("B")
        for start in range(0, len(view), PART_BYTES):
            self._pending += view[start : start + PART_BYTES]
            if len(self._pending) >= PART_BYTES * (1 + len(self._parts) // _PARTS_OF_ONE_SIZE):
                self._send()
        return len(view)

    def complete(self, *, only_if_absent: bool = False) -> None:
        """Everything written is the object.

        Raises:
            OccupiedError: When `only_if_absent` and there is one already; then `abort`.
        """
        condition: dict[str, Any] = {"IfNoneMatch": "*"} if only_if_absent else {}
        if self._upload_id and self._pending:
            self._send()
        with told("write", self._key):
            if not self._upload_id:
                self._client.put_object(**self._where, Body=bytes(self._pending), **condition)
                return
            parts: CompletedMultipartUploadTypeDef = {"Parts": self._parts}
            self._client.complete_multipart_upload(**self._named, MultipartUpload=parts, **condition)

    def abort(self) -> None:
        """Nothing written is kept; where the server does not answer, that is left to the cleaning a day later."""
        if self._upload_id:
            with suppress(UnavailableError), told("abort the upload of", self._key):
                self._client.abort_multipart_upload(**self._named)

    @property
    def _named(self) -> "dict[str, Any]":
        return {**self._where, "UploadId": self._upload_id}

    def _send(self) -> None:
        number = len(self._parts) + 1
        with told("write", self._key):
            if not self._upload_id:
                self._upload_id = self._client.create_multipart_upload(**self._where)["UploadId"]
            part = self._client.upload_part(**self._named, PartNumber=number, Body=bytes(self._pending))
        self._parts.append({"ETag": part["ETag"], "PartNumber": number})
        self._pending.clear()
