"""The memory of names and digests counts exactly, whether its segments lie in memory or in scratch files."""

from collections import Counter

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.adapters.memory import mapped_file
from grt_platform.systems.genes.logic.index import Index, hashed, in_memory

WAYS = pytest.mark.parametrize(
    ("scratch", "memory_bytes"), [(in_memory, 1 << 24), (mapped_file, 0), (mapped_file, 1 << 17)]
)


def counted(texts, batch, scratch, memory_bytes):
    index, counts, firsts = Index(scratch, memory_bytes), [], []
    for begin in range(0, len(texts), batch):
        part = texts[begin : begin + batch]
        found = index.add(hashed(part), np.arange(begin + 1, begin + 1 + len(part)))
        counts += found[0].tolist()
        firsts += found[1].tolist()
    return counts, firsts


def plain(texts):
    seen, first, counts, firsts = Counter(), {}, [], []
    for ordinal, text in enumerate(texts, 1):
        seen[text] += 1
        counts.append(seen[text])
        firsts.append(first.setdefault(text, ordinal))
    return counts, firsts


@WAYS
@settings(max_examples=40)
@given(texts=st.lists(st.sampled_from("abcdefgh") | st.text(max_size=3), max_size=60), batch=st.integers(1, 20))
def test_each_key_is_told_how_often_it_came_and_when_first(scratch, memory_bytes, texts, batch):
    assert counted(texts, batch, scratch, memory_bytes) == plain(texts)


@WAYS
def test_many_keys_that_make_every_segment_grow_several_times_are_all_remembered(scratch, memory_bytes):
    texts = [f"gene_{number % 70_000}" for number in range(100_000)]
    assert counted(texts, 7_001, scratch, memory_bytes) == plain(texts)


def test_two_million_keys_in_scratch_leave_memory_to_others():
    index, process = Index(mapped_file, 1 << 20), psutil.Process()
    random = np.random.default_rng(7)
    index.add(random.integers(0, 1 << 63, (50_000, 2), np.uint64), np.arange(50_000))
    before = process.memory_info().rss
    for _ in range(40):
        index.add(random.integers(0, 1 << 63, (50_000, 2), np.uint64), np.arange(50_000))
    assert process.memory_info().rss - before < 24 * 1024**2  # in memory it would be some 100 MiB
