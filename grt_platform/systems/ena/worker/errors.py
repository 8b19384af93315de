"""What can go wrong on a machine: now, for ever, or until the server says."""

import errno

LONGEST_PAUSE_S = 60.0
_FULL = (errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES)


class FetchError(Exception):
    """A file cannot be had; the message says which and why."""


class WrongBytesError(FetchError):
    """A file came whole and is not the one that ENA lists."""


class RefusedError(FetchError):
    """The server will not give the file, now or later."""


class LaterError(FetchError):
    """The server says when to come back."""

    def __init__(self, message: str, after_s: float) -> None:
        super().__init__(message)
        self.after_s = after_s


def is_final(error: Exception) -> bool:
    """Whether trying again cannot help: the server refuses, or the disk does."""
    return isinstance(error, RefusedError) or getattr(error, "errno", None) in _FULL


def pause_s(attempt: int, error: Exception | None = None) -> float:
    """How long to wait after an attempt (from 1): what the server asks for, else twice as long each time, bounded."""
    told_s = error.after_s if isinstance(error, LaterError) else 0.0
    return min(max(told_s, 0.5 * 2.0**attempt), LONGEST_PAUSE_S)


class Patience:
    """How often a file may fail: a few times in vain, a few times with wrong bytes; one that comes in pieces comes.

    Args:
        most: How many times of each.
    """

    def __init__(self, most: int) -> None:
        self._most, self._in_vain, self._wrong = most, 0, 0

    def counts(self, error: Exception, *, has_brought: bool) -> int:
        """How many times it has failed so, with this one.

        Raises:
            FetchError: It has failed often enough, or will for ever.
        """
        if isinstance(error, WrongBytesError):
            self._wrong += 1
        else:
            self._in_vain = 1 if has_brought else self._in_vain + 1
        times = self._wrong if isinstance(error, WrongBytesError) else self._in_vain
        if times >= self._most or is_final(error):
            raise FetchError(f"{error or type(error).__name__} (attempt {times})") from error
        return times
