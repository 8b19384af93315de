"""BGZF blocks: read in pieces of any size, unpacked, and made."""

import gzip
import io
import random

import pytest

from grt_platform.kernel.bgzf import END_BLOCK, block_groups, inflate_blocks, is_bgzf, packed_blocks
from grt_platform.kernel.errors import BadSourceError

DATA = random.Random(1).randbytes(200_000) + b"A" * 300_000


class Dripping(io.BytesIO):
    """A stream, such as a pipe, that gives what it has and not what is asked for."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.most)


@pytest.mark.parametrize("most", [1, 13, 17, 4096, 65_537, 10_000_000])
def test_blocks_are_whole_however_the_bytes_come(most: int) -> None:
    packed = packed_blocks(DATA[190_000:230_000]) + END_BLOCK
    groups = list(block_groups(Dripping(packed, most)))
    assert b"".join(groups) == packed
    assert b"".join(map(inflate_blocks, groups)) == DATA[190_000:230_000]


def test_what_is_packed_is_read_by_gzip_and_no_block_is_too_large() -> None:
    packed = packed_blocks(DATA) + END_BLOCK
    assert gzip.decompress(packed) == DATA
    at, sizes = 0, []
    while at < len(packed):
        sizes.append(int.from_bytes(packed[at + 16 : at + 18], "little") + 1)
        at += sizes[-1]
    assert at == len(packed)
    assert max(sizes) <= 65_536


def test_nothing_packs_to_nothing() -> None:
    assert packed_blocks(b"") == b""
    assert list(block_groups(io.BytesIO(b""))) == []


@pytest.mark.parametrize("cut", [1, 12, 17, 27])
def test_a_block_that_is_cut_off_is_told(cut: int) -> None:
    with pytest.raises(BadSourceError, match="cut off"):
        list(block_groups(io.BytesIO(packed_blocks(b"x") + END_BLOCK[:cut])))


def test_a_head_too_short_to_tell_is_no_bgzf() -> None:
    assert is_bgzf(END_BLOCK)
    assert not is_bgzf(END_BLOCK[:13])
    assert not is_bgzf(gzip.compress(b"x"))
