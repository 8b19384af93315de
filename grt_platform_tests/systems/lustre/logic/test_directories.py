"""Directories are found again whatever their names hash to, however many there are, wherever they were found last."""

import random
from itertools import islice

import numpy as np
import pytest

from grt_platform.systems.lustre.logic.kernels.directories import COUNT, grown, name_of, new_directories
from grt_platform.systems.lustre.logic.kernels.finding import find_paths

_PRIME, _WORD = 0x9E3779B97F4A7C15, (1 << 64) - 1
_INVERSE = pow(_PRIME, -1, 1 << 64)


def found(known, paths: list[bytes]):
    """The numbers of these directories, and the table that has them all."""
    done, nodes = 0, np.empty(len(paths), np.int32)
    ends = np.cumsum([0, *map(len, paths)]).astype(np.int32)
    text = np.frombuffer(bytearray(b"".join(paths) + bytes(64)), np.uint8)
    room = nodes, np.zeros((2, 1026), np.int64), np.zeros(1026, np.uint64)
    while (done := find_paths(known, text, ends, done, 1024, *room)) != len(paths):
        known = grown(known)
    return nodes.tolist(), known


def path_of(known, node: int) -> bytes:
    return path_of(known, int(known.parent[node])) + b"/" + name_of(known, node) if node else b""


def unmixed(mixed: int) -> int:
    """What became `mixed` in one step of the hash, before the bytes of a name were taken in."""
    mixed ^= mixed >> 29
    mixed ^= mixed >> 58
    return mixed * _INVERSE & _WORD


def names_of_hash(upper: int, count: int) -> list[bytes]:
    """So many names of eight bytes below `/` whose hashes have the same upper half."""
    begin = 8 * _PRIME & _WORD
    words = (begin ^ unmixed(unmixed(upper << 32 | low)) for low in range(1 << 32))
    names = (word.to_bytes(8, "little") for word in words)
    return list(islice((name for name in names if not set(name) & {0, 47}), count))


@pytest.mark.parametrize("upper", [0, 1, 0xFFFFFFFF, 0x12345678])
def test_names_of_one_hash_are_told_apart(upper):
    names = names_of_hash(upper, 500)
    paths = [b"/" + name for name in names]
    first, known = found(new_directories(), paths)
    assert len(set(first)) == len(names) == 500
    assert len({int(entry >> np.uint64(32)) for entry in known.slots if entry}) == 1
    again, known = found(known, paths[::-1])
    assert again == first[::-1]


@pytest.mark.parametrize("room", [1100, 1 << 14, 100_000])
def test_many_directories_in_any_order_keep_their_numbers_while_the_table_grows(room):
    dice = random.Random(room)
    paths = [b"/a"]
    for _ in range(30_000):
        name = dice.randbytes(dice.choice([1, 2, 3, 7, 8, 9, 15, 16, 17])).replace(b"/", b"\xff")
        paths.append(dice.choice(paths[-5000:]) + b"/" + name)
    first, known = found(new_directories(room), paths)
    expected = dict(zip(paths, first, strict=True))
    assert len(set(expected.values())) == len(expected)
    assert int(known.now[COUNT]) == len(expected) + 1
    for path in dice.sample(paths, 2000):
        assert path_of(known, expected[path]) == path
    dice.shuffle(paths)
    again, known = found(known, paths)
    assert again == [expected[path] for path in paths]


def test_long_names_that_begin_alike_are_told_apart():
    names = [b"x" * size + end for size in (1, 63, 64, 65, 127, 128, 200, 40_000) for end in (b"", b"y", b"yz")]
    paths = [b"/" + name for name in names]
    first, known = found(new_directories(1100), paths)
    assert len(set(first)) == len(names)
    assert [path_of(known, node) for node in first] == paths
    assert found(known, paths[::-1])[0] == first[::-1]
