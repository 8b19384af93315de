"""Steps that go over a network, tried again for as long as it may be a passing fault."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from grt_platform.kernel.errors import UnavailableError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a step is tried, and how long it rests in between.

    Attributes:
        tries: Times at most.
        first_s: The first rest; each is twice the one before, 30 s at most.
        sleep: Rests.
    """

    tries: int = 8
    first_s: float = 0.5
    sleep: Callable[[float], None] = time.sleep

    def of(self, step: Callable[[], T]) -> T:
        """What the step returns at last.

        Raises:
            UnavailableError: It never went through.
        """
        for left in reversed(range(self.tries)):
            try:
                return step()
            except UnavailableError:
                if not left:
                    raise
                self.sleep(min(self.first_s * 2 ** (self.tries - 1 - left), 30.0))
        raise AssertionError("a patience has at least one try")
