from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from grt_platform.kernel.ahead import ahead, one_ahead, soon


def noted(made: list[int], count: int):
    for number in range(count):
        made.append(number)
        yield number


def test_items_come_in_their_order_and_never_more_than_one_ahead():
    made = []
    for number in one_ahead(noted(made, 100)):
        assert len(made) <= number + 2
    assert made == list(range(100))


def test_an_error_comes_in_the_place_of_its_item():
    def failing():
        yield 1
        raise ValueError("the second")

    items = one_ahead(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="the second"):
        next(items)


def test_whoever_stops_early_has_one_more_made_at_most():
    made = []
    items = one_ahead(noted(made, 100))
    next(items)
    items.close()
    assert len(made) <= 2


def test_what_is_begun_soon_is_made_before_somebody_waits_for_it():
    begun, goes_on = Event(), Event()

    def make():
        begun.set()
        goes_on.wait(60)
        return "made"

    made = soon(make)
    assert begun.wait(60)
    goes_on.set()
    assert made() == made() == "made"


def test_what_went_wrong_with_it_is_raised_where_it_is_waited_for():
    def fail():
        raise ValueError("no room")

    made = soon(fail)
    for _ in range(2):
        with pytest.raises(ValueError, match="no room"):
            made()


def test_several_threads_give_results_in_the_order_of_the_items():
    asked = []
    with ThreadPoolExecutor(3) as pool:
        found = ahead(pool, lambda number: number * number, noted(asked, 50), depth=3)
        assert next(found) == 0
        assert len(asked) <= 4
        assert list(found) == [number * number for number in range(1, 50)]


def test_whoever_stops_has_no_more_begun():
    asked = []
    with ThreadPoolExecutor(1) as pool:
        found = ahead(pool, str, noted(asked, 50), depth=2)
        next(found)
        found.close()
    assert len(asked) <= 3
