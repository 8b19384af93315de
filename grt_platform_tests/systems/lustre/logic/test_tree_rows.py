import json
import random
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.lustre.logic.arrow import Paths, class_bytes
from grt_platform.systems.lustre.logic.kernels.directories import COUNT, grown, new_directories
from grt_platform.systems.lustre.logic.kernels.finding import find_paths
from grt_platform.systems.lustre.logic.kernels.order import by_depth_and_path

NAME = st.text("!-./0Aa~", min_size=1, max_size=12).map(lambda text: text.replace("/", "\x01").encode())


def known_of(paths: list[bytes]):
    """The directories of these paths and all above them."""
    known, done, nodes = new_directories(), 0, np.empty(len(paths), np.int32)
    ends = np.cumsum([0, *map(len, paths)]).astype(np.int32)
    text = np.frombuffer(bytearray(b"".join(paths) + bytes(64)), np.uint8)
    room = nodes, np.zeros((2, 11), np.int64), np.zeros(11, np.uint64)
    while (done := find_paths(known, text, ends, done, 9, *room)) != len(paths):
        known = grown(known)
    return known


def check(paths: list[bytes]) -> None:
    known = known_of(paths)
    order, depths = by_depth_and_path(known)
    paths_again = Paths()
    found = paths_again.of(known, order).to_pylist()
    assert paths_again.of(known, order[::-1].copy()).to_pylist() == found[::-1]
    every = {b"/".join(path.split(b"/")[:size]) for path in paths for size in range(1, path.count(b"/") + 2)} | {b""}
    assert found == sorted(every, key=lambda path: (path.count(b"/"), path))
    assert len(found) == int(known.now[COUNT])
    assert np.diff(depths).tolist() == list(Counter(path.count(b"/") for path in found).values())


@given(st.lists(st.lists(NAME, min_size=1, max_size=4).map(lambda parts: b"".join(b"/" + part for part in parts))))
def test_directories_come_by_depth_and_the_bytes_of_their_paths(paths):
    check(paths)


def test_thousands_of_siblings_in_any_order_come_sorted():
    dice = random.Random(5)
    names = [b"/a" + dice.randbytes(9).replace(b"/", b"_").replace(b"\0", b"0") for _ in range(5000)]
    names += [b"/" + b"b" * size + b"/x" for size in range(1, 200)] + [b"/b" + b"!" * size for size in range(200)]
    for paths in (names, sorted(names), sorted(names, reverse=True)):
        check(paths)


@given(st.lists(st.lists(st.integers(0, (1 << 63) - 1), min_size=3, max_size=3), max_size=20))
def test_bytes_of_classes_are_json_without_those_of_none(rows):
    classes = ["BAM", 'a"b\\', "caf\xe9"]
    found = class_bytes(np.array(rows, np.int64).reshape(len(rows), 3).T.copy(), classes).to_list()
    some = [{name: used for name, used in zip(classes, row, strict=True) if used} for row in rows]
    assert found == [json.dumps(each, separators=(",", ":"), ensure_ascii=False) if each else None for each in some]


def test_numbers_of_every_length_are_written_whole():
    lengths = [10**digits + more for digits in range(1, 19) for more in (-1, 0, 1, 10 ** (digits // 2))]
    values = [1, 2, *lengths, (1 << 63) - 1]
    found = class_bytes(np.array([values], np.int64), ["all"]).to_list()
    assert found == [f'{{"all":{value}}}' for value in values]


def test_far_more_directories_than_there_was_room_for_are_all_there():
    paths = [b"/%d/%s" % (number % 300, b"%040d" % number) for number in range(140_000)]
    known = known_of(paths)
    order, _ = by_depth_and_path(known)
    assert sorted(Paths().of(known, order).to_pylist()[301:]) == sorted(paths)
