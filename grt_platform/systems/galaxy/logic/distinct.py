"""Rows that are equal in every column: which of them is the first."""

import numpy as np
import numpy.typing as npt
import polars as pl


def is_new(before: pl.DataFrame, frame: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each row equals none before it, be it in `frame` or in `before`."""
    both = pl.concat([before, frame]) if before.height else frame
    values = both.drop("line")
    hashes = values.hash_rows()
    if hashes.n_unique() == both.height:
        return np.ones(frame.height, np.bool_)
    is_first = np.ones(both.height, np.bool_)
    suspects = hashes.is_duplicated().arg_true().to_numpy()
    is_first[suspects] = values[suspects].select(pl.struct(pl.all()).is_first_distinct()).to_series().to_numpy()
    return is_first[before.height :]
