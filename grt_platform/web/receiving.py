"""A request body on its way to the disk: never in memory, never published before it is proven."""

import hashlib
from http import HTTPStatus
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from grt_platform.adapters.signing import Grant
from grt_platform.web.problems import ProblemError

_BATCH = 1 << 20


class Receiver:
    """Writes a body to `file` and proves that it is the one that was signed.

    Disk and hash work in a thread, a mebibyte at a time, so that other requests go on.

    Args:
        file: Where the bytes go; its owner publishes it after `finish` and throws it away after an error.
        grant: The size and hash that were signed.
    """

    def __init__(self, file: BinaryIO, grant: Grant) -> None:
        self._file, self._grant = file, grant
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False) if grant.md5 is not None else None
        self._size = 0
        self._batch = bytearray()

    async def take(self, chunk: bytes) -> None:
        """The chunk is part of the file.

        Raises:
            ProblemError: When the body has become longer than was signed.
        """
        self._size += len(chunk)
        if self._grant.size_bytes is not None and self._size > self._grant.size_bytes:
            check_size(self._grant, self._size)
        self._batch += chunk
        if len(self._batch) >= _BATCH:
            await run_in_threadpool(self._flush)

    async def finish(self) -> None:
        """The file has the size and hash that were signed.

        Raises:
            ProblemError: When it has others.
        """
        await run_in_threadpool(self._flush)
        check_size(self._grant, self._size)
        _check_hash(self._grant.key, "sha256", self._sha256.hexdigest(), self._grant.sha256)
        if self._md5 is not None:
            _check_hash(self._grant.key, "MD5", self._md5.hexdigest(), self._grant.md5)

    def _flush(self) -> None:
        self._sha256.update(self._batch)
        if self._md5 is not None:
            self._md5.update(self._batch)
        self._file.write(self._batch)
        self._batch.clear()


async def receive(request: Request, receiver: Receiver) -> None:
    """The whole body went to the receiver, and is what was signed.

    Raises:
        ProblemError: It is something else.
    """
    async for piece in request.stream():
        await receiver.take(piece)
    await receiver.finish()


def _check_hash(key: str, kind: str, came: str, signed: str | None) -> None:
    if signed not in {None, came}:
        detail = f"{key}: {kind} {came} came, {signed} was signed; send the file again"
        raise ProblemError(HTTPStatus.BAD_REQUEST, detail)


def check_size(grant: Grant, size_bytes: int) -> None:
    """Returns when a body of this size is one that was signed.

    Raises:
        ProblemError: When it is longer or shorter.
    """
    signed = grant.size_bytes
    if signed is None or size_bytes == signed:
        return
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if size_bytes > signed else HTTPStatus.BAD_REQUEST
    raise ProblemError(status, f"{grant.key}: {size_bytes} bytes came, {signed} were signed; send the file unchanged")
