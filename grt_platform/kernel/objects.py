"""What a listing tells of one object in a store."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object: its key below the store's root, when it was last written (UTC), and what tells versions apart."""

    key: str
    size_bytes: int
    modified_at: datetime
    etag: str
