"""How kernels are compiled: without the interpreter's lock, their machine code kept on disk where that is possible."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
_SOURCES = sorted((each.name, each.stat().st_mtime, each.stat().st_size) for each in Path(__file__).parent.glob("*.py"))


def compiled(kernel: Kernel) -> Kernel:
    """The kernel as machine code, made at its first call and kept beside the package, else in the user's cache.

    Where neither can be written the code is made anew in every process; `NUMBA_CACHE_DIR` names another folder.
    """
    return _made(kernel)


def inlined(kernel: Kernel) -> Kernel:
    """The same for a kernel that others call line by line: its code becomes part of theirs.

    A call would copy all that is known of each array given: with the tuples of arrays here some hundred words, more
    than most of these kernels do.
    """
    return _made(kernel, forceinline=True)


def _made(kernel: Kernel, **options: bool) -> Kernel:
    made = njit(nogil=True, _nrt=False, **options)(kernel)
    try:
        vars(made).update(_cache=_Kept(kernel))
    except RuntimeError:
        return cast("Kernel", made)
    return cast("Kernel", made)


class _Kept(FunctionCache):  # type: ignore[misc] # numba has no types
    """Machine code on disk that is taken as it is.

    numba's own cache would load all that it knows of Python and numpy first (a second, and only what compiles needs
    it), and would take the code of a kernel for good while one that it calls has changed in another file.
    """

    def __init__(self, kernel: Callable[..., Any]) -> None:
        super().__init__(kernel)
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, _SOURCES)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The kept code for these types; None where there is none."""
        return self._load_overload(sig, target_context)
