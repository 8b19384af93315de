"""The bounds on a parse, as the settings say."""

from grt_platform.settings import settings
from grt_platform.systems.genes.logic.options import Limits


def limits() -> Limits:
    """How much one upload may ask."""
    now = settings()
    return Limits(
        chunk_bytes=now.genes_chunk_bytes,
        workers=now.genes_workers,
        max_header_bytes=now.genes_max_header_bytes,
        max_records=now.genes_max_records,
        text_letters=now.genes_text_letters,
        max_unpacked_bytes=now.genes_max_unpacked_bytes,
    )
