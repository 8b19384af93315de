"""Bodies on their way to the disk, without any server."""

import asyncio
import hashlib
import io
from dataclasses import replace

import pytest

from grt_platform.adapters.signing import Grant
from grt_platform.web.problems import ProblemError
from grt_platform.web.receiving import Receiver

MIB = 1 << 20
GRANT = Grant("PUT", "raw", "a", 0, 4 * MIB)


async def receive(grant: Grant, chunks: list[bytes], file: io.BytesIO) -> None:
    receiver = Receiver(file, grant)
    for chunk in chunks:
        await receiver.take(chunk)
    await receiver.finish()


def test_a_body_is_written_as_it_came() -> None:
    file, data = io.BytesIO(), bytes(range(256)) * (4 * MIB // 256)
    grant = replace(GRANT, sha256=hashlib.sha256(data).hexdigest())
    asyncio.run(receive(grant, [data[:10], data[10 : 3 * MIB], b"", data[3 * MIB :]], file))
    assert file.getvalue() == data


def test_a_body_is_stopped_at_the_first_byte_too_many() -> None:
    file = io.BytesIO()
    with pytest.raises(ProblemError, match="were signed"):
        asyncio.run(receive(GRANT, [b"x" * MIB] * 100, file))
    assert len(file.getvalue()) <= 4 * MIB


def test_a_body_without_terms_is_taken_as_it_is() -> None:
    file = io.BytesIO()
    asyncio.run(receive(replace(GRANT, size_bytes=None), [], file))
    assert file.getvalue() == b""
