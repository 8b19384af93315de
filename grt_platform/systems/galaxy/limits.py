"""The bounds on galaxy's reports, as the settings say."""

from grt_platform.settings import settings
from grt_platform.systems.galaxy.logic.limits import Limits


def limits() -> Limits:
    """How much one report may ask."""
    now = settings()
    return Limits(
        max_archive_bytes=now.galaxy_max_archive_bytes,
        max_unpacked_bytes=now.galaxy_max_unpacked_bytes,
        max_ratio=now.galaxy_max_ratio,
        max_members=now.galaxy_max_members,
        max_metadata_bytes=now.galaxy_max_metadata_bytes,
        max_bad_share=now.galaxy_max_bad_share,
    )
