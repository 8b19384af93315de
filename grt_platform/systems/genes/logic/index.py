"""A compact memory of keys seen: 24 bytes for each, where a Python dict takes two hundred."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from mmap import MADV_DONTNEED, MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import Any

import numpy as np
import numpy.typing as npt

from grt_platform.systems.genes.logic.kernels import compiled

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Scratch = Callable[[int], mmap]
"""Gives so many zero bytes that the system may keep on a disk: a mapped file that is gone when it is let go."""

_KEY_BYTES = 16
_SLOT_BYTES = _KEY_BYTES + 8
_FIRST_SLOTS = 1 << 7
_SEGMENT_BITS = 5
_MEMORY_BYTES = 16 * 1024**2


def in_memory(size: int) -> mmap:
    """So many zero bytes of this process's own, which go back to the system as a whole."""
    return mmap(-1, size, flags=MAP_PRIVATE | MAP_ANONYMOUS)


class Index:
    """Remembers for each key how often it came and the ordinal it first came with.

    Keys are told apart by 128 bits of their hash: among a million of them two meet by chance once in 10^26 files. They
    lie in segments by their first bits, and a batch goes through one segment after another: what is more than a bound
    for the whole index lies in scratch memory, of which only the segment in use is resident.

    Args:
        scratch: Where segments go that are too many for memory.
        memory_bytes: Bound for the segments in memory.
    """

    def __init__(self, scratch: Scratch = in_memory, memory_bytes: int = _MEMORY_BYTES) -> None:
        self._scratch, self._memory_bytes = scratch, memory_bytes
        self._segments = [_Segment(in_memory(_FIRST_SLOTS * _SLOT_BYTES)) for _ in range(1 << _SEGMENT_BITS)]

    def add(self, keys: Keys, ordinals: Numbers) -> tuple[Numbers, Numbers]:
        """Take keys (shape n x 2) in order; returns for each how often it has come now, and the first ordinal."""
        where = (keys[:, 1] >> np.uint64(64 - _SEGMENT_BITS)).astype(np.int64)
        order = np.argsort(where, kind="stable")
        edges = np.searchsorted(where[order], np.arange(len(self._segments) + 1))
        counts, firsts = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
        for segment, (begin, end) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
            if begin < end:
                part = order[begin:end]
                counts[part], firsts[part] = self._add(segment, keys[part], ordinals[part])
        return counts, firsts

    def _add(self, number: int, keys: Keys, ordinals: Numbers) -> tuple[Numbers, Numbers]:
        size = self._segments[number].slots_for(len(keys)) * _SLOT_BYTES
        if size:
            held = sum(segment.size for segment in self._segments if not segment.is_scratch)
            is_scratch = self._scratch is not in_memory and held + size > self._memory_bytes
            memory = self._scratch(size) if is_scratch else in_memory(size)
            self._segments[number] = self._segments[number].moved(memory, is_scratch=is_scratch)
        return self._segments[number].add(keys, ordinals)


class _Segment:
    """A hash table of keys in memory that it is given."""

    def __init__(self, memory: mmap, *, is_scratch: bool = False) -> None:
        self.size, self.is_scratch = len(memory), is_scratch
        self._memory, self._used = memory, 0
        self._slots = _slots(memory)

    def slots_for(self, more: int) -> int:
        """Slots of the table that so many more keys need, 0 where this one has room."""
        slots = len(self._slots[0])
        if (self._used + more) * 3 <= slots * 2:
            return 0
        return max(slots * 3 // 2, (self._used + more) * 3 // 2) + 1

    def moved(self, memory: mmap, *, is_scratch: bool) -> "_Segment":
        """The same keys in other memory, with room for more."""
        wider = _Segment(memory, is_scratch=is_scratch)
        _move(*self._slots, *wider._slots)
        wider._used = self._used
        return wider

    def add(self, keys: Keys, ordinals: Numbers) -> tuple[Numbers, Numbers]:
        """Take keys that there is room for."""
        counts, firsts = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
        self._used += int(_place(keys, ordinals, *self._slots, counts, firsts))
        if self.is_scratch:
            self._memory.madvise(MADV_DONTNEED)  # of a mapped file: the bytes stay, this process holds them no longer
        return counts, firsts


def hashed(texts: Sequence[str]) -> Keys:
    """Keys of texts."""
    hashes = b"".join([blake2b(text.encode(), digest_size=_KEY_BYTES).digest() for text in texts])
    return np.frombuffer(hashes, np.uint64).reshape(-1, 2)


def digest_keys(digests: npt.NDArray[np.uint8]) -> Keys:
    """Keys of digests, shape n x 24."""
    return np.ascontiguousarray(digests[:, :_KEY_BYTES]).view(np.uint64)


def _slots(memory: mmap) -> tuple[Keys, npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Keys, how often each came, and the ordinal it first came with, in this memory."""
    size, view = len(memory) // _SLOT_BYTES, memoryview(memory)
    keys, times, first = view[: size * 16], view[size * 16 : size * 20], view[size * 20 :]
    return (
        np.frombuffer(keys, np.uint64).reshape(-1, 2),
        np.frombuffer(times, np.uint32),
        np.frombuffer(first, np.uint32),
    )


@compiled
def _find(low: np.uint64, high: np.uint64, held: Keys, times: npt.NDArray[np.uint32]) -> Any:
    """The slot that holds the key, or the free one where it belongs."""
    slot: Any = np.int64(low % np.uint64(len(held)))
    while times[slot] and (held[slot, 0] != low or held[slot, 1] != high):
        slot = slot + 1 if slot + 1 < len(held) else 0
    return slot


@compiled
def _place(
    keys: Keys,
    ordinals: Numbers,
    held: Keys,
    times: npt.NDArray[np.uint32],
    first: npt.NDArray[np.uint32],
    counts: Numbers,
    firsts: Numbers,
) -> int:
    fresh = 0
    for i in range(len(keys)):
        slot = _find(keys[i, 0], keys[i, 1], held, times)
        if times[slot] == 0:
            held[slot, 0], held[slot, 1] = keys[i, 0], keys[i, 1]
            first[slot] = ordinals[i]
            fresh += 1
        times[slot] += 1
        counts[i] = times[slot]
        firsts[i] = first[slot]
    return fresh


@compiled
def _move(
    held: Keys,
    times: npt.NDArray[np.uint32],
    first: npt.NDArray[np.uint32],
    new_held: Keys,
    new_times: npt.NDArray[np.uint32],
    new_first: npt.NDArray[np.uint32],
) -> None:
    for i in range(len(held)):
        if times[i]:
            slot = _find(held[i, 0], held[i, 1], new_held, new_times)
            new_held[slot, 0], new_held[slot, 1] = held[i, 0], held[i, 1]
            new_times[slot], new_first[slot] = times[i], first[i]
