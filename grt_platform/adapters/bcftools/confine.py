"""What a child of ours gives up before it runs bcftools: the network, other programs, and more than its share."""

import ctypes
import resource
import signal
import struct
import sys
from collections.abc import Mapping

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_FILTER_MODE = 2
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | EACCES
_NUMBER_AT, _MACHINE_AT = 0, 4  # in struct seccomp_data
_X32 = 0x40000000  # numbers of a second set of calls on x86-64
# Machine -> AUDIT_ARCH, and numbers of: socket, io_uring_setup; execve, execveat (linux/audit.h, asm/unistd.h).
_CALLS = {
    "x86_64": (0xC000003E, (41, 425), (59, 322)),
    "aarch64": (0xC00000B7, (198, 425), (221, 281)),
}


def bound(limits: Mapping[str, int]) -> None:
    """This process takes no more than these, by names of `resource` without RLIMIT_; it leaves no core."""
    for name, value in {**limits, "CORE": 0}.items():
        which = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(which)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # CPU: the soft limit sends SIGXCPU, by which the cause is known; the hard one kills two seconds later.
        resource.setrlimit(which, (most, most + 2 if name == "CPU" and hard == resource.RLIM_INFINITY else most))


def die_with_parent() -> None:
    """The kernel kills this process when its parent ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


def forbid(machine: str, *, programs: bool) -> bool:
    """From now on this process and its children open no socket and, with `programs`, start no program.

    Returns:
        False where the kernel cannot do it (no seccomp, another machine than x86-64 and aarch64).
    """
    if sys.platform != "linux" or machine not in _CALLS:
        return False
    audit, sockets, execs = _CALLS[machine]
    return _install(_program(audit, (*sockets, *(execs if programs else ()))))


def _program(audit: int, denied: tuple[int, ...]) -> list[bytes]:
    """A classic BPF program: calls of another machine and these numbers fail with EACCES, others pass."""
    count = len(denied)
    lines = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_IF_EQUAL, 0, count + 2, audit),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_AT_LEAST, count, 0, _X32),
        *((_IF_EQUAL, count - index, 0, number) for index, number in enumerate(denied)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    return [struct.pack("=HBBI", *line) for line in lines]


def _install(program: list[bytes]) -> bool:
    """Give the program to the kernel, for good."""
    library = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(b"".join(program))
    described = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return bool(library.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(described), 0, 0) == 0)
