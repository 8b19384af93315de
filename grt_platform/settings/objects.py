"""Settings of the objects that people upload into projects."""

from pydantic import Field, SecretStr

from grt_platform.settings.part import Part


class ObjectSettings(Part):
    """What people may upload into projects."""

    objects_quota_bytes: int = Field(
        100 * 1024**3, ge=0, description="Room of a project's objects, where the project has no limit of its own"
    )
    objects_max_bytes: int = Field(1024**4, ge=1, le=5 * 1024**4, description="Largest object that people may upload")
    objects_max_pending: int = Field(1000, ge=1, description="Uploads of a project under way at once, at most")
    objects_upload_hours: int = Field(24, ge=2, description="Hours after which an upload that nobody goes on with ends")
    objects_events_secret: SecretStr = Field(
        SecretStr(""), description="Secret of bucket notifications (bearer token or HMAC key); empty takes none"
    )
