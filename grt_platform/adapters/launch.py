"""A script: becomes another command that dies with its starter, as another user where that is asked for.

Called as `python -I -S launch.py PARENT_PID DEATH_SIGNAL IDENTITY COMMAND...`, with the standard library alone, because
it stands in the way of every process that the platform starts. IDENTITY is `same`, `namespace` (an ordinary user in a
user namespace, for root) or the number of a user. The process id stays the same: the command replaces this script.
"""

import ctypes
import os
import sys
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_INNER_ID = 1000


def _enter_namespace() -> None:
    """Become an ordinary user inside, who owns outside what this user owns."""
    outer_user, outer_group = os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "no user namespaces here")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_INNER_ID} {outer_user} 1")
    Path("/proc/self/gid_map").write_text(f"{_INNER_ID} {outer_group} 1")


def _become(user: int) -> None:
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def _die_with(parent: int, death_signal: int) -> None:
    """Have the kernel signal this process when `parent` ends (Linux only; elsewhere the guard alone does it)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        sys.exit(1)


def main(parent: str, death_signal: str, identity: str, *command: str) -> None:
    """Take on the identity, tie this process to its parent, and become the command."""
    if identity == "namespace":
        _enter_namespace()
    elif identity != "same":
        _become(int(identity))
    _die_with(int(parent), int(death_signal))
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
