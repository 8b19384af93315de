import pytest

from grt_platform.kernel.ahead import one_ahead


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
