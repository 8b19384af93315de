"""Randomness that is the same on every machine: uniform numbers and exact arithmetic, no logarithm, no exponential."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


class Dice:
    """A stream of numbers that belongs to a name; equal names give equal streams."""

    def __init__(self, *name: object) -> None:
        digest = hashlib.sha256("/".join(map(str, name)).encode()).digest()
        self._numbers = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))

    def uniform(self, count: int) -> NDArray[np.float64]:
        """Numbers from 0 to less than 1."""
        return self._numbers.random(count)

    def below(self, limit: int, count: int) -> Whole:
        """Whole numbers from 0 to `limit` - 1."""
        return (self.uniform(count) * limit).astype(np.int64)

    def choice(self, weights: Sequence[int], count: int) -> Whole:
        """Positions in `weights`, each as often as its weight says."""
        edges = np.cumsum(np.array(weights, dtype=np.int64))
        return np.searchsorted(edges, self.below(int(edges[-1]), count), side="right").astype(np.int64)

    def is_rare(self, one_in: int, count: int) -> NDArray[np.bool_]:
        """True about once in so many."""
        is_rare: NDArray[np.bool_] = self.below(one_in, count) == 0
        return is_rare

    def magnitude(self, weights: Sequence[int], count: int) -> Whole:
        """Heavy-tailed whole numbers: `weights[0]` says how often 0, `weights[e]` how often from 2^(e-1) to 2^e - 1."""
        exponent = self.choice(weights, count)
        floor = np.left_shift(np.int64(1), np.maximum(exponent - 1, 0))
        return np.where(exponent == 0, 0, floor + (self.uniform(count) * floor).astype(np.int64))
