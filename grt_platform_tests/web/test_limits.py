"""The token bucket of failures."""

from grt_platform.web.limits import FailureLimit


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_address_waits_after_its_burst_and_time_gives_tokens_back() -> None:
    clock = Clock()
    limit = FailureLimit(3, 0.5, clock)
    for _ in range(3):
        assert limit.wait_s("a") == 0
        limit.failed("a")
    assert limit.wait_s("a") == 2
    clock.now += 2
    assert limit.wait_s("a") == 0
    limit.failed("a")
    assert limit.wait_s("a") == 2
    clock.now += 1_000_000
    assert [limit.failed("a") for _ in range(3)] == [None] * 3
    assert limit.wait_s("a") == 2


def test_one_address_does_not_make_another_wait() -> None:
    limit = FailureLimit(1, 1, Clock())
    limit.failed("a")
    assert limit.wait_s("a") > 0
    assert limit.wait_s("b") == 0


def test_only_the_latest_addresses_are_remembered() -> None:
    limit = FailureLimit(1, 0.001, Clock(), most_addresses=100)
    for number in range(1000):
        limit.failed(str(number))
    assert limit.wait_s("0") == 0
    assert limit.wait_s("999") > 0
    assert len(limit._buckets) == 100
