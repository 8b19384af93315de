"""How much one address may fail."""

from collections import OrderedDict
from collections.abc import Callable


class FailureLimit:
    """A token bucket per address: each failure takes a token, time gives them back.

    Only addresses that failed are remembered, and of those only the latest `most_addresses`.

    Args:
        burst: Failures that an address may have at once.
        per_second: Tokens that come back in a second.
        clock: Seconds that never run backwards.
        most_addresses: Addresses remembered at most.
    """

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float], most_addresses: int = 10_000) -> None:
        self._burst, self._per_second, self._clock, self._most = burst, per_second, clock, most_addresses
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Seconds until `address` may try again; 0 when it may now."""
        return max(0.0, (1 - self._tokens(address)) / self._per_second)

    def failed(self, address: str) -> None:
        """Takes one token from `address`."""
        self._buckets[address] = (self._tokens(address) - 1, self._clock())
        self._buckets.move_to_end(address)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)

    def _tokens(self, address: str) -> float:
        tokens, at = self._buckets.get(address, (float(self._burst), self._clock()))
        return min(self._burst, tokens + (self._clock() - at) * self._per_second)
