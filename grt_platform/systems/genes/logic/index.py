"""A compact memory of keys seen: 24 bytes for each, where a Python dict takes two hundred."""

from collections.abc import Sequence
from hashlib import blake2b
from mmap import mmap
from typing import Any

import numpy as np
import numpy.typing as npt

from grt_platform.systems.genes.logic.kernels import compiled

Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

_KEY_BYTES = 16
_FIRST_SLOTS = 1 << 12


class Index:
    """Remembers for each key how often it came and the ordinal it first came with.

    Keys are told apart by 128 bits of their hash: among a million of them two meet by chance once in 10^26 files.
    """

    def __init__(self) -> None:
        self._used = 0
        self._slots = _slots(_FIRST_SLOTS)

    def add(self, keys: Keys, ordinals: Numbers) -> tuple[Numbers, Numbers]:
        """Take keys (shape n x 2) in order; returns for each how often it has come now, and the first ordinal."""
        counts, firsts = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
        at = 0
        while at < len(keys):
            room = len(self._slots[0]) * 2 // 3 - self._used
            if room <= 0:
                self._grow()
                continue
            part = slice(at, at + room)
            self._used += int(_place(keys[part], ordinals[part], *self._slots, counts[part], firsts[part]))
            at += room
        return counts, firsts

    def _grow(self) -> None:
        old, self._slots = self._slots, _slots(len(self._slots[0]) * 3 // 2 + 1)
        _move(*old, *self._slots)


def hashed(texts: Sequence[str]) -> Keys:
    """Keys of texts."""
    hashes = b"".join([blake2b(text.encode(), digest_size=_KEY_BYTES).digest() for text in texts])
    return np.frombuffer(hashes, np.uint64).reshape(-1, 2)


def _slots(size: int) -> tuple[Keys, npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Of memory that goes back to the system as a whole when the next, larger one has taken over."""
    memory = memoryview(mmap(-1, size * (_KEY_BYTES + 8)))
    keys, times, first = memory[: size * 16], memory[size * 16 : size * 20], memory[size * 20 :]
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
