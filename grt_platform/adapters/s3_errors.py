"""Errors of S3, from both its clients, as errors of the platform: the object, the step and the remedy."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from grt_platform.kernel.errors import BadSourceError, GrtError, UnavailableError

_CODE = re.compile(r"<Code>(\w+)</Code>|\((\w+)\) when calling")
_ABSENT = {"NoSuchKey", "404", "NoSuchVersion", "NoSuchUpload"}
_RIGHTS = "S3 refuses these credentials; check GRT_S3_ACCESS_KEY, GRT_S3_SECRET_KEY and the rights of their owner"
_RIGHTS_OR_CLOCK = f"{_RIGHTS}, and the clock of this machine, which may be 15 minutes off at most"
_REMEDIES = {
    "NoSuchBucket": "the bucket does not exist; make it, or correct the URL of the store",
    "AccessDenied": _RIGHTS,
    "403": _RIGHTS_OR_CLOCK,  # an answer without a body
    "SignatureDoesNotMatch": _RIGHTS,
    "InvalidAccessKeyId": _RIGHTS,
    "RequestTimeTooSkewed": "the clock of this machine is wrong; set it",
}
_SILENT = "S3 does not answer as it should; check that GRT_S3_ENDPOINT is reachable and healthy, then try again"


class OccupiedError(Exception):
    """An object was to be made only if there was none, and there is one."""


@contextmanager
def told(step: str, key: str) -> Iterator[None]:
    """Runs the block; an error of S3 leaves as one of the platform's errors.

    Args:
        step: What the block does, as a verb: "read", "write", "list", "delete".
        key: The object it does it to.

    Raises:
        OccupiedError: When a write found its condition broken.
    """
    try:
        yield
    except (BaseError, FileNotFoundError, BotoCoreError, Boto3Error, ClientError) as error:
        raise _translated(error, step, key) from error


def _translated(error: Exception, step: str, key: str) -> GrtError | OccupiedError:
    code = _code(error) or ("403" if isinstance(error, (PermissionDeniedError, UnauthenticatedError)) else "")
    if isinstance(error, AlreadyExistsError) or (code == "PreconditionFailed" and step == "write"):
        return OccupiedError(key)
    if isinstance(error, PreconditionError):
        return BadSourceError("changed while it was read; read it again", key)
    if code in _ABSENT or (isinstance(error, FileNotFoundError) and not code):
        return BadSourceError("is not there; check the name", key)
    return UnavailableError(
        f"cannot {step} {key or 'the store'}: {_REMEDIES.get(code, f'{_SILENT} ({_first_line(error)})')}"
    )


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    found = _CODE.search(str(error))
    return next(filter(None, found.groups()), "") if found else ""


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]
