"""Batches: every run once, stable, balanced by bytes, small enough for a machine to be told."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.ena.logic.split import Sized, batch_id, by_size, in_turn, within

SIZES = st.lists(st.integers(0, 10**12), max_size=60)


def sized(sizes: list[int]) -> list[Sized]:
    return [Sized(f"SRR{number:07}", size) for number, size in enumerate(sizes)]


@given(SIZES, st.integers(1, 12), st.randoms(use_true_random=False), st.sampled_from([by_size, in_turn]))
def test_every_run_stands_in_one_batch_whatever_order_they_come_in(sizes, machines, chance: random.Random, divide):
    runs = sized(sizes)
    batches = divide(runs, machines)
    assert sorted((run for batch in batches for run in batch), key=lambda run: run.run_accession) == runs
    assert len(batches) == min(machines, len(runs))
    assert all(batches)
    shuffled = runs.copy()
    chance.shuffle(shuffled)
    assert divide(shuffled, machines) == batches


@given(SIZES, st.integers(1, 12))
def test_the_fullest_batch_is_near_the_lower_bound_of_any_division(sizes, machines):
    batches = by_size(sized(sizes), machines)
    fullest = max((sum(run.size_bytes for run in batch) for batch in batches), default=0)
    ordered = sorted(sizes, reverse=True)
    pair = ordered[machines - 1] + ordered[machines] if len(ordered) > machines else 0
    least = max(sum(sizes) / machines, ordered[0] if ordered else 0, pair)
    assert fullest <= 4 / 3 * least + 1


@given(SIZES, st.integers(1, 6), st.integers(1, 8))
def test_batches_are_cut_until_each_fits_and_nothing_is_lost(sizes, machines, most):
    batches = by_size(sized(sizes), machines)
    cut = within(batches, lambda batch: len(batch) <= most)
    assert all(0 < len(batch) <= most for batch in cut)
    assert [run for batch in cut for run in batch] == [run for batch in batches for run in batch]


def test_a_single_run_that_does_not_fit_is_named():
    with pytest.raises(BadInputError, match="SRR0000000"):
        within([tuple(sized([5]))], lambda batch: False)


def test_no_machine_cannot_share_work():
    for divide in (by_size, in_turn):
        with pytest.raises(BadInputError, match="at least one"):
            divide(sized([1]), 0)


def test_a_batch_is_named_by_what_is_in_it_and_names_a_host():
    batch = tuple(sized([1, 2]))
    assert batch_id(562, batch) == batch_id(562, batch)
    assert (
        len({batch_id(562, batch), batch_id(563, batch), batch_id(562, batch[:1]), batch_id(562, tuple(sized([1, 3])))})
        == 4
    )
    name = batch_id(2**31 - 1, batch)
    assert name.replace("-", "").isalnum()
    assert len(name) <= 63
