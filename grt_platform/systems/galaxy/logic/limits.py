"""How much one galaxy report may ask of the platform."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on hostile or broken reports, and on the memory that reading takes.

    Attributes:
        max_archive_bytes: Largest archive taken, packed.
        max_unpacked_bytes: Largest archive taken, unpacked.
        max_ratio: Largest unpacked size over packed size.
        max_members: Most members of an archive.
        max_metadata_bytes: Largest metadata file taken.
        max_bad_share: Share of bad rows above which a report is rejected whole.
        max_rows_per_job: Most rows of one kind that one job may have.
        bucket_rows: Rows compared with each other at a time where a large member is not grouped by job.
        chunk_bytes: Text parsed at a time where an archive is streamed.
        batch_bytes: Text of small archives that is parsed together.
        small_bytes: Unpacked size up to which an archive is kept in memory instead of being read twice.
    """

    max_archive_bytes: int = 2 * 1024 * MEBIBYTE
    max_unpacked_bytes: int = 64 * 1024 * MEBIBYTE
    max_ratio: int = 1000
    max_members: int = 64
    max_metadata_bytes: int = 16 * MEBIBYTE
    max_bad_share: float = 0.5
    max_rows_per_job: int = 1_000_000
    bucket_rows: int = 2_000_000
    chunk_bytes: int = 8 * MEBIBYTE
    batch_bytes: int = 16 * MEBIBYTE
    small_bytes: int = 64 * MEBIBYTE
