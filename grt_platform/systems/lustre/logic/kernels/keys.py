"""Project keys of directories: given on from a directory to those below it, and the groups that keys belong to.

Keys are a tree of their own (`Directories` again): areas below its root, projects below areas, their directories below
projects. Several directories may have one key, such as those of one project on several metadata servers.
"""

import numpy as np
from numpy.typing import NDArray

from grt_platform.systems.lustre.logic.kernels.directories import (
    ROOT,
    Directories,
    child,
    has_room,
    hash_of,
    name_begin,
    name_length,
)
from grt_platform.systems.lustre.logic.kernels.jit import compiled, inlined
from grt_platform.systems.lustre.logic.kernels.pairs import PAIRS, USED, Pairs, pair_of

CLOSED, LAST, ASKS = 0, -1, -2
"""How a directory's sub-directories get their keys: they have its own; they have keys of their own and give these on;
the caller says. A number above 0 says for how many levels each has a key of its own."""
NO_KEY = -1
NO_OWNER = -1
_USERS = np.frombuffer(b"users", np.uint8)


@compiled
def give_keys(
    known: Directories, first: int, behind: int, key: NDArray[np.int32], opens: NDArray[np.int8], keys: Directories
) -> int:
    """Gives directories from `first` up to before `behind` their keys.

    Returns:
        The first whose parent's children ask, or which `keys` has no room for; `behind` when all have one.
    """
    for node in range(first, behind):
        parent = known.parent[node]
        open_for = np.int64(opens[parent])
        if open_for == CLOSED:
            key[node], opens[node] = key[parent], CLOSED
            continue
        begin, length = name_begin(known, node), name_length(known, node)
        if open_for == ASKS or not has_room(keys, 1, length):
            return node
        hashed = hash_of(key[parent], known.names, begin, begin + length)
        key[node] = child(keys, key[parent], hashed, known.names, begin, begin + length, ROOT)
        is_deeper = open_for == 1 and is_users(known.names, begin, length)
        opens[node] = LAST if is_deeper else max(open_for - 1, CLOSED)
    return behind


@inlined
def is_users(names: NDArray[np.uint8], begin: int, length: int) -> bool:
    """Whether the name is `users`, in any case."""
    if length != len(_USERS):
        return False
    for each in range(len(_USERS)):
        byte = names[begin + each]
        if byte != _USERS[each] and byte != _USERS[each] - 32:
            return False
    return True


@compiled
def add_above(keys: Directories, pairs: Pairs, first: int, levels: int, into: Pairs) -> int:
    """Adds the bytes of each key and group to those of the key and of all above it.

    Returns:
        The first pair not added since `into` has no room for `levels` more; as many as there are when all are.
    """
    for number in range(first, pairs.now[PAIRS]):
        if into.now[PAIRS] + levels > len(into.keys):
            return number
        key, gid = pairs.keys[number, 0], pairs.keys[number, 1]
        while key > 0:
            into.sums[pair_of(into, key, gid, -1), USED] += pairs.sums[number, USED]
            key = np.int64(keys.parent[key])
    return pairs.now[PAIRS]


@compiled
def choose_owners(below: Pairs, own: Pairs, owner: NDArray[np.int64], most: NDArray[np.int64]) -> None:
    """Writes of each key the group of its own directories where they agree, else the one with most bytes below it.

    Groups with equal bytes: the lowest number. `owner` is NO_OWNER at first, `most` is 0.
    """
    for number in range(below.now[PAIRS]):
        key, gid, used = below.keys[number, 0], below.keys[number, 1], below.sums[number, USED]
        if owner[key] == NO_OWNER or used > most[key] or (used == most[key] and gid < owner[key]):
            owner[key], most[key] = gid, used
    for key in range(len(most)):
        most[key] = 0
    for number in range(own.now[PAIRS]):
        most[own.keys[number, 0]] += 1
    for number in range(own.now[PAIRS]):
        if most[own.keys[number, 0]] == 1:
            owner[own.keys[number, 0]] = own.keys[number, 1]
