import polars as pl
import pytest

from grt_platform.systems.lustre.logic.accounting import lost_in_splits, split_counts

TOTALS = pl.DataFrame({"lines": [60, 40], "quarantined": [1, 2]})


@pytest.mark.parametrize(
    ("kept", "skipped", "bad", "told"),
    [
        ([50, 20], 27, 3, []),
        ([50, 20], 26, 3, ["70 lines in splits + 26 skipped + 3 bad; 100 in the dumps"]),
        ([30], 27, 43, ["43 bad lines, of which the dumps have 3"]),
        ([], 100, 0, ["0 bad lines, of which the dumps have 3"]),
    ],
)
def test_every_line_of_a_date_is_in_a_split_or_skipped_or_set_aside(kept, skipped, bad, told):
    splits = pl.DataFrame({"lines": pl.Series(kept, dtype=pl.Int64)})
    assert list(lost_in_splits(split_counts(splits, skipped, bad, TOTALS))) == told
