"""Gathers small frames of a table into larger ones: each that reaches Postgres costs a statement."""

from collections.abc import Callable

import polars as pl

_ROWS, _BYTES = 25_000, 2 * 1024**2


class Gathered:
    """Takes frames by noun and gives them on in order, several as one."""

    def __init__(self, give_on: Callable[[str, pl.DataFrame], None]) -> None:
        self._give_on = give_on
        self._frames: dict[str, list[pl.DataFrame]] = {}
        self._rows: dict[str, int] = {}
        self._bytes: dict[str, int] = {}

    def take(self, noun: str, frame: pl.DataFrame) -> None:
        """One frame more; what waits is given on when it is enough."""
        self._frames.setdefault(noun, []).append(frame)
        self._rows[noun] = self._rows.get(noun, 0) + frame.height
        self._bytes[noun] = self._bytes.get(noun, 0) + int(frame.estimated_size())
        if self._rows[noun] >= _ROWS or self._bytes[noun] >= _BYTES:
            self._flush(noun)

    def flush(self) -> None:
        """Give on what waits."""
        for noun in list(self._frames):
            self._flush(noun)

    def _flush(self, noun: str) -> None:
        frames = self._frames.pop(noun)
        self._rows[noun] = self._bytes[noun] = 0
        self._give_on(noun, frames[0] if len(frames) == 1 else pl.concat(frames))
