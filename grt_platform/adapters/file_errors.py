"""Errors of the local disk as errors of the platform: the object, the step and the remedy."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError

_REMEDIES = {
    errno.ENOSPC: "the disk is full; free space and try again",
    errno.EDQUOT: "the disk quota is used up; free space and try again",
    errno.EACCES: "the right is missing; give this user access to the folder of the store",
    errno.EPERM: "the right is missing, or the disk knows no hard links; check the folder of the store",
    errno.EOPNOTSUPP: "the disk knows no hard links; keep the store on a local disk or NFS",
    errno.EROFS: "the disk is mounted read-only; mount it for writing",
    errno.EXDEV: "its folder lies on another disk than the store; keep a store on one disk",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
}
_FULL = {errno.ENOSPC, errno.EDQUOT}
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENXIO}
_IN_THE_WAY = {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY}


@contextmanager
def told(step: str, key: str) -> Iterator[None]:
    """Runs the block; an OSError of it leaves as one of the platform's three errors.

    Args:
        step: What the block does, as a verb: "read", "write", "list", "delete".
        key: The object it does it to.
    """
    try:
        yield
    except OSError as error:
        if step == "read" and error.errno in _ABSENT:
            raise BadSourceError("is not there, or is no plain file; check the name", key) from error
        if error.errno == errno.ELOOP:
            raise BadInputError(
                f"{key}: is a symbolic link, which a store does not follow; put the file there"
            ) from error
        if step == "write" and error.errno in _IN_THE_WAY:
            raise BadInputError(
                f"{key}: a file cannot be where a folder is, nor below a file; choose another name"
            ) from error
        reason = _REMEDIES.get(error.errno or 0, f"{error.strerror}; check the disk and try again")
        raise UnavailableError(f"cannot {step} {key or 'the store'}: {reason}") from error


@contextmanager
def room() -> Iterator[None]:
    """Runs the block; a disk that is full leaves as `UnavailableError`, whichever library wrote to it."""
    try:
        yield
    except OSError as error:
        is_full = error.errno in _FULL or "no space left on device" in str(error).lower()
        if not is_full:
            raise
        place = error.filename or "a file"
        reason = _REMEDIES[error.errno if error.errno in _FULL else errno.ENOSPC]
        raise UnavailableError(f"cannot write {place}: {reason}") from error
