"""Treemaps: areas as large as values, inside the whole, nothing over something else, nearly square."""

from hypothesis import given
from hypothesis import strategies as st

from grt_platform.web.treemap import squarified

VALUES = st.lists(st.integers(0, 2**60), max_size=70).map(lambda values: sorted(values, reverse=True))


@given(VALUES)
def test_areas_are_as_large_as_values_and_fill_the_whole(values: list[int]) -> None:
    tiles, total = squarified(values, 1000, 520), sum(values)
    assert len(tiles) == len(values)
    for tile, value in zip(tiles, values, strict=True):
        assert abs(tile.width * tile.height - (value / total * 520_000 if total else 0)) < 1
        assert -0.1 <= tile.x <= tile.x + tile.width <= 1000.1
        assert -0.1 <= tile.y <= tile.y + tile.height <= 520.1


def test_no_tile_lies_over_another() -> None:
    tiles = squarified([60, 30, 20, 9, 5, 5, 1], 400, 300)
    for n, a in enumerate(tiles):
        for b in tiles[:n]:
            wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
            high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
            assert min(wide, high) < 1e-6


def test_equal_values_are_squares() -> None:
    assert {(round(tile.width), round(tile.height)) for tile in squarified([1] * 4, 200, 200)} == {(100, 100)}


def test_the_paper_s_example_keeps_its_ratios() -> None:
    tiles = squarified([6, 6, 4, 3, 2, 2, 1], 6, 4)
    ratios = [max(tile.width / tile.height, tile.height / tile.width) for tile in tiles]
    assert max(ratios) < 3
    assert [round(ratio, 2) for ratio in ratios[:2]] == [1.5, 1.5]
