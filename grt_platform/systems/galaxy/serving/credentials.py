"""Who uploads, and who reads: an instance by its key; whoever is signed in reads too."""

from dataclasses import dataclass, field

from fastapi import Request

from grt_platform.systems.galaxy.serving.instances import verify
from grt_platform.web.sign_in import identify, refuse_unless


@dataclass(frozen=True, slots=True)
class Uploader:
    """An instance that proved who it is."""

    instance_id: str
    key: str = field(repr=False)


def uploader(request: Request) -> Uploader:
    """The instance behind `Authorization: <instance id>:<key>`.

    Raises:
        ProblemError: 401 or 429.
    """
    asking = _claimed(request)
    is_known = verify(request.app.state.warehouse, asking.instance_id, asking.key)
    refuse_unless(request, credentials_are_good=is_known, scheme="Instance")
    return asking


def reader(request: Request) -> None:
    """Lets everybody who is signed in and every instance with a key read.

    Raises:
        ProblemError: 401 or 429.
    """
    asking = _claimed(request)
    is_known = identify(request) is not None or verify(request.app.state.warehouse, asking.instance_id, asking.key)
    refuse_unless(request, credentials_are_good=is_known, scheme="Bearer")


def _claimed(request: Request) -> Uploader:
    instance_id, _, key = request.headers.get("Authorization", "").strip().partition(":")
    return Uploader(instance_id.lower(), key)
