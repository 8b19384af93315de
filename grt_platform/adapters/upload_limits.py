"""What uploads may take, as the settings say, and whether one is let in."""

from dataclasses import dataclass
from datetime import timedelta

from grt_platform.adapters.object_rows import take_room
from grt_platform.adapters.postgres import Connection
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.object_names import has_suffix
from grt_platform.kernel.versions import ObjectVersion, Promise, QuotaError
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


def check_promise(promise: Promise, parts: int | None, limits: UploadLimits) -> None:
    """Returns when such bytes may come, in one PUT or in so many parts.

    Raises:
        QuotaError: They are too many.
        BadInputError: Nothing would tell them from others.
    """
    if promise.size_bytes > limits.largest_bytes:
        raise QuotaError(
            f"{promise.size_bytes} bytes are more than the {limits.largest_bytes} that one object may have"
        )
    if parts is None and promise.sha256 is None and promise.md5 is None:
        raise BadInputError("promise the sha256 or the MD5 of the bytes, so that what comes can be checked")


def admit(connection: Connection, version: ObjectVersion, limits: UploadLimits) -> None:
    """The upload has its room in its project; the caller holds the project's lock.

    Raises:
        BadInputError: The project does not take such names.
        QuotaError: It has no room, or too many uploads under way.
    """
    [row] = connection.execute(
        "SELECT suffixes, (SELECT count(*) FROM objects.versions AS v WHERE v.project = p.project "
        "AND v.state = 'pending') AS pending FROM objects.projects AS p WHERE p.project = %s",
        [version.project],
    ).fetchall()
    suffixes = tuple(row["suffixes"]) if isinstance(row["suffixes"], list) else ()
    if not has_suffix(version.name, suffixes):
        raise BadInputError(f"{version.name}: project {version.project} takes {', '.join(suffixes)} only")
    if int(str(row["pending"])) >= limits.most_pending:
        raise QuotaError(
            f"project {version.project} has {row['pending']} uploads under way, which is the most; "
            "announce or abort some first"
        )
    take_room(connection, version.project, version.size_bytes, limits.quota_bytes)
