"""Room for more in arrays that grow: what nobody touches of it takes no memory."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Item = TypeVar("_Item", bound=np.generic)


def wider(values: NDArray[_Item], room: int) -> NDArray[_Item]:
    """The same rows, and rows of zeros behind them: so many in all."""
    made = np.zeros((room, *values.shape[1:]), values.dtype)
    made[: len(values)] = values
    return made
