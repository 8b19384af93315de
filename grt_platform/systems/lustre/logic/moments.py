"""Unix seconds as times."""

import polars as pl


def moment(column: str, none: int) -> pl.Expr:
    """A column of Unix seconds as a time; NULL where it is `none`."""
    seconds = pl.when(pl.col(column) != none).then(pl.col(column))
    return pl.from_epoch(seconds, time_unit="s").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
