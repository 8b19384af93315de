"""Where a dump is cut, and in how many steps it is read."""

import gzip
import io
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.blocks import BLOCK_BYTES
from grt_platform.systems.lustre.logic.chunks import begins, blocks_in, chunks_of, likely_chunks


@given(st.floats(0, 1000), st.integers(1, 60), st.integers(1, 5))
def test_every_block_is_read_by_exactly_one(chunks: float, of: int, blocks: int) -> None:
    found = begins(chunks, of)
    assert found[0] == 0
    assert found == sorted(set(found))
    assert len(found) <= of
    parts = [chunks_of(found, number, blocks) for number in range(len(found))]
    for block in range(0, 2000, 7):
        assert sum(not part.is_before(block) and not part.is_over(block) for part in parts) == 1
    assert [part.is_whole for part in parts] == [True] if len(parts) == 1 else [False] * len(parts)


def test_later_parts_are_smaller_since_more_is_inflated_before_them() -> None:
    found = [*begins(100, 4), 100]
    sizes = [after - before for before, after in pairwise(found)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] > 10


def test_a_chunk_has_a_block_at_least() -> None:
    assert [blocks_in(size) for size in (1, BLOCK_BYTES, 128 * BLOCK_BYTES + 1)] == [1, 1, 128]


@pytest.mark.parametrize("members", [1, 3])
def test_the_number_of_chunks_is_told_without_reading_them(members: int) -> None:
    dice = random.Random(1)
    text = b"".join(b"%x\n" % dice.randrange(1 << 60) for _ in range(400_000))
    size = len(text) // members
    parts = [text[at : at + size] for at in range(0, size * members, size)]
    packed = io.BytesIO(b"".join(gzip.compress(part, 1) for part in parts))
    assert likely_chunks(packed, "a.gz", 1) == pytest.approx(len(text) / BLOCK_BYTES, rel=0 if members == 1 else 0.05)


@pytest.mark.parametrize("data", [b"", b"plain", gzip.compress(b"", mtime=0), b"\x1f\x8b\x08" + b"\xff" * 30])
def test_what_cannot_be_read_is_not_cut(data: bytes) -> None:
    with pytest.raises(BadSourceError, match=r"a\.gz"):
        likely_chunks(io.BytesIO(data), "a.gz", 1)
