"""The result as people have always got it: `[{"line_number", "gene_name", "sequence"}]`, written while it grows."""

from collections.abc import Callable, Sequence
from json.encoder import encode_basestring_ascii as quoted
from typing import Protocol

Write = Callable[[bytes | memoryview], object]


class Result(Protocol):
    """What takes genes in order, each whole or piece by piece."""

    def genes_whole(self, names: Sequence[str], letters: memoryview, bounds: Sequence[int], /) -> None:
        """Take genes whose letters stand one after another, cut at `bounds` (one more than names)."""

    def begin(self, name: str, /) -> None:
        """A gene begins, its letters follow by `piece`."""

    def piece(self, letters: bytes, /) -> None:
        """More letters of the gene."""

    def end(self) -> None:
        """The gene has ended."""

    def close(self) -> None:
        """No gene follows."""


class NoResult:
    """Takes genes and writes none: the numbers of the result are known once all parts of a file are."""

    def genes_whole(self, _names: Sequence[str], _letters: memoryview, _bounds: Sequence[int], /) -> None:
        """Nothing comes of them."""

    def begin(self, _name: str, /) -> None:
        """Nothing comes of it."""

    def piece(self, _letters: bytes, /) -> None:
        """Nothing comes of them."""

    def end(self) -> None:
        """Nothing has begun."""

    def close(self) -> None:
        """Nothing was written."""


class ResultWriter:
    """Writes genes in order; the same bytes as `json.dumps` of the whole list. Letters never need an escape.

    Attributes:
        genes: How many were begun.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self.genes = 0

    def genes_whole(self, names: Sequence[str], letters: memoryview, bounds: Sequence[int]) -> None:
        """Write genes whose letters stand one after another, cut at `bounds` (one more than names)."""
        parts: list[bytes | memoryview] = []
        for i, name in enumerate(names):
            parts += (self._head(name), letters[bounds[i] : bounds[i + 1]], b'"}')
        self._write(b"".join(parts))

    def begin(self, name: str) -> None:
        """A gene begins, its letters follow by `piece`."""
        self._write(self._head(name))

    def piece(self, letters: bytes) -> None:
        """More letters of the gene."""
        self._write(letters)

    def end(self) -> None:
        """The gene has ended."""
        self._write(b'"}')

    def close(self) -> None:
        """No gene follows."""
        self._write(b"]" if self.genes else b"[]")

    def _head(self, name: str) -> bytes:
        self.genes += 1
        start = "[" if self.genes == 1 else ", "
        return f'{start}{{"line_number": {self.genes}, "gene_name": {quoted(name)}, "sequence": "'.encode()
