"""How this process's allocator treats freed memory, and memory that lies on a disk."""

import ctypes
import sys
from mmap import mmap
from tempfile import TemporaryFile

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3  # of glibc's malloc.h
_MEBIBYTE = 1024 * 1024


def keep_freed_memory(up_to_mib: int = 32) -> None:
    """Freed buffers of some mebibytes are used again instead of going back to the system (with glibc only).

    A job that makes and drops many such buffers else pays for touching fresh pages each time: a fifth of its CPU.

    Args:
        up_to_mib: Size of buffers, from which on they go back.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, up_to_mib * _MEBIBYTE)
        mallopt(_M_TRIM_THRESHOLD, 1024 * _MEBIBYTE)
        mallopt(_M_TOP_PAD, 64 * _MEBIBYTE)


def give_back_freed_memory() -> None:
    """Freed buffers go back to the system now (with glibc only), before something else needs memory."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def mapped_file(size: int) -> mmap:
    """So many zero bytes in a file without a name, which is gone when the memory is let go or the process dies.

    Raises:
        OSError: The temporary folder has no room.
    """
    with TemporaryFile(prefix="grt-scratch-") as file:
        file.truncate(size)
        return mmap(file.fileno(), size)
