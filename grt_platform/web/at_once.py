"""Downloads at the same time: so many and no more, whoever asks."""

from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import TypeVar

from grt_platform.kernel.errors import UnavailableError

Piece = TypeVar("Piece")


class AtOnce:
    """Room for so many downloads.

    Args:
        most: How many.
    """

    def __init__(self, most: int) -> None:
        self._most, self._room = most, BoundedSemaphore(most)

    def limited(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The pieces, which take up a place from the first of them to the last, or until nobody wants them.

        Raises:
            UnavailableError: There is no room; with the first piece.
        """
        if not self._room.acquire(blocking=False):
            raise UnavailableError(f"{self._most} downloads are under way already; try again in a minute.")
        try:
            yield from pieces
        finally:
            self._room.release()
