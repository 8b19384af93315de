"""What a listing tells of one object in a store."""

from dataclasses import dataclass
from datetime import datetime

from grt_platform.kernel.errors import BadInputError


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: its key below the store's root, when it was last written (UTC), and what tells versions apart."""

    key: str
    size_bytes: int
    modified_at: datetime
    etag: str


class ObjectExistsError(BadInputError):
    """An object was to be made only if there was none, and there is one."""
