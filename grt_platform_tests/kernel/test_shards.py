"""Shards: every part in exactly one of them, in order, about equally heavy."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as some

from grt_platform.kernel.shards import Shard, cut, how_many, shards

WEIGHTS = some.lists(some.integers(0, 10**9), max_size=60)


@given(WEIGHTS, some.integers(1, 20))
def test_every_thing_is_in_one_run_of_neighbours_and_no_run_is_empty(weights: list[int], most: int) -> None:
    runs = cut(weights, most)
    assert list(chain.from_iterable(runs)) == list(range(len(weights)))
    assert len(runs) <= most
    assert all(runs)


@given(some.lists(some.integers(1, 10), min_size=1, max_size=60), some.integers(1, 20))
def test_no_run_is_heavier_than_its_share_and_one_thing_more(weights: list[int], most: int) -> None:
    heaviest = max(sum(weights[at] for at in run) for run in cut(weights, most))
    assert heaviest <= sum(weights) / most + max(weights)


@pytest.mark.parametrize(
    ("work", "enough", "most", "told"),
    [(0, 60, 8, 1), (60, 60, 8, 1), (61, 60, 8, 2), (6000, 60, 8, 8), (5, 60, 1, 1), (0, 0, 3, 3)],
)
def test_a_thing_is_cut_when_it_is_more_than_enough_for_one(work: float, enough: float, most: int, told: int) -> None:
    assert how_many(work, enough, most) == told


def test_a_shard_is_known_by_its_key() -> None:
    assert [shard.key for shard in shards(3)] == ["1_of_3", "2_of_3", "3_of_3"]
    assert [Shard.of_key(shard.key) for shard in shards(3)] == shards(3)


@pytest.mark.parametrize("key", ["", "0_of_3", "4_of_3", "1_of_0", "1 of 3", "1_of_3x", "²_of_3"])
def test_what_names_no_shard_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="names no shard"):
        Shard.of_key(key)
