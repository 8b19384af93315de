"""Whether the bytes in a store are those that were promised, in bounded memory."""

import hashlib
from collections.abc import Sequence

from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.versions import NotYetError, ObjectVersion, PartPromise

_CHUNK = 1 << 20


class BrokenPromiseError(BadSourceError):
    """Bytes came, and they are others than were promised."""


def digest_in(store: Store, version: ObjectVersion) -> str:
    """The sha256 of the bytes that lie in the store; they have the promised size and MD5.

    Raises:
        NotYetError: None lie there.
        BrokenPromiseError: Others than promised.
    """
    found = store.head(version.key)
    if found is None:
        raise NotYetError(f"{version.name}: its bytes are not here yet; PUT them to the signed URL, then announce")
    if found.size_bytes != version.size_bytes:
        raise BrokenPromiseError(f"{found.size_bytes} bytes came, {version.size_bytes} were promised")
    if version.part_bytes is None and version.sha256 and store.vouches(version.key, version.sha256):
        return version.sha256
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with store.open(version.key) as stream:
        while chunk := stream.read(_CHUNK):
            sha256.update(chunk)
            if version.md5 is not None:
                md5.update(chunk)
    if version.md5 not in {None, md5.hexdigest()}:
        raise BrokenPromiseError(f"MD5 {md5.hexdigest()} came, {version.md5} was promised")
    return sha256.hexdigest()


def join(store: Store, version: ObjectVersion, token: str, parts: Sequence[PartPromise]) -> str | None:
    """The parts that have come are one object in the store; its sha256 where it was computed on the way.

    Raises:
        NotYetError: Some have not come; names the first.
        ObjectExistsError: They were joined before.
    """
    here = {part.number: part for part in parts}
    missing = [number for number in range(1, version.parts_count + 1) if number not in here]
    if missing:
        raise NotYetError(
            f"{version.name}: {len(missing)} of {version.parts_count} parts are not here yet, the first is part "
            f"{missing[0]}; send them, then announce"
        )
    return store.parts.join(version.key, token, [here[number] for number in sorted(here)])


def check_found(version: ObjectVersion, found: str, announced: str | None) -> None:
    """Returns when the hash that was found is the one that was promised, before or with the announcement.

    Raises:
        BrokenPromiseError: It is another.
    """
    for wanted in (version.sha256, announced):
        if wanted not in {None, found}:
            raise BrokenPromiseError(f"sha256 {found} came, {wanted} was promised")


def check_stored(version: ObjectVersion, announced: str | None) -> None:
    """Returns when a stored version is the one that is announced again.

    Raises:
        BadSourceError: It has another hash.
    """
    if announced not in {None, version.sha256}:
        reason = f"it is stored with sha256 {version.sha256}, not {announced}; compare your file"
        raise BadSourceError(reason, version.name)
