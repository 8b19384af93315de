"""How kernels are compiled: without the interpreter's lock, their machine code kept on disk where that is possible."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """The kernel as machine code, made at its first call and kept beside the package, else in the user's cache.

    Where neither can be written the code is made anew in every process; `NUMBA_CACHE_DIR` names another folder.
    """
    try:
        return cast("Kernel", njit(nogil=True, cache=True, _nrt=False)(kernel))
    except RuntimeError:
        return cast("Kernel", njit(nogil=True, _nrt=False)(kernel))
