"""What a child of ours gives up before it runs bcftools: network, programs, our files, and more than its share."""

import ctypes
import os
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
# Landlock (linux/landlock.h): its calls have these numbers on every machine.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_CHANGES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))  # write, remove, make anything
_TRUNCATES_SINCE = 3


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


def write_only_in(directory: str) -> bool:
    """From now on this process and its children change files below `directory` alone; they read what they could.

    Returns:
        False where the kernel cannot do it (no Landlock).
    """
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    version = library.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    if version < 1 or library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    on_files = _WRITE_FILE | (_TRUNCATE if version >= _TRUNCATES_SINCE else 0)
    rules = library.syscall(_CREATE_RULESET, struct.pack("=Q", _CHANGES | on_files), 8, 0)
    for path, rights in ((directory, _CHANGES | on_files), (os.devnull, on_files)):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        library.syscall(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
        os.close(place)
    is_done = library.syscall(_RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return bool(is_done)


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
