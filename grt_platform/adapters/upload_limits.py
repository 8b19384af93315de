"""What uploads may take, as the settings say."""

from dataclasses import dataclass
from datetime import timedelta

from grt_platform.settings import Settings


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What uploads may take.

    Attributes:
        quota_bytes: Room of a project that has no limit of its own.
        largest_bytes: Most bytes of one object.
        most_pending: Most uploads of a project that are under way at once.
        lifetime: After which an upload that nobody touched ends.
    """

    quota_bytes: int
    largest_bytes: int
    most_pending: int
    lifetime: timedelta


def limits_of(settings: Settings) -> UploadLimits:
    """What the settings allow."""
    return UploadLimits(
        settings.objects_quota_bytes,
        settings.objects_max_bytes,
        settings.objects_max_pending,
        timedelta(hours=settings.objects_upload_hours),
    )
