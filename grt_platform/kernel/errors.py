"""The three errors of the platform: whose fault it is decides what happens next."""


class GrtError(Exception):
    """Something went wrong that a person can be told about; `str()` is a full sentence for that person."""


class BadInputError(GrtError):
    """The person asked for something that cannot be done: say what, where, and what to do instead."""


class BadSourceError(GrtError):
    """One source (file, member, line) cannot be read: stop this source, its neighbours go on.

    Args:
        reason: A short sentence, without the name of the source.
        source: The name of the object, as its sender knows it.
        line: The 1-based line in it, where one line is to blame.
    """

    def __init__(self, reason: str, source: str = "", line: int | None = None) -> None:
        self.reason, self.source, self.line = reason, source, line
        place = f"{source}:{line}" if line is not None else source
        super().__init__(f"{place}: {reason}" if place else reason)


class UnavailableError(GrtError):
    """Something outside did not answer or answered that it cannot now: the same call may go through later."""
