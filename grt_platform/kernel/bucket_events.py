"""What buckets announce: the JSON of S3's event notifications, and of SeaweedFS's webhook, as values.

Sources: Amazon S3 User Guide, "Event message structure" (2.x; keys are URL-encoded, a test event comes first);
SeaweedFS wiki, "Server side notification", webhook.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from grt_platform.kernel.errors import BadInputError

_MADE = ("ObjectCreated:", "s3:ObjectCreated:")
_SEAWEED_ROOT = "/buckets/"


@dataclass(frozen=True, slots=True)
class BucketEvent:
    """Somebody says that there is a new object.

    Attributes:
        bucket: Its bucket.
        key: Its key there.
        version: What tells this announcement from one of another object under the same key.
    """

    bucket: str
    key: str
    version: str


def read_events(body: bytes) -> list[BucketEvent]:
    """The new objects that a notification tells of; other events, and S3's test event, are none.

    Raises:
        BadInputError: It has neither form.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInputError("this is no JSON; send an S3 event notification") from error
    if not isinstance(said, dict):
        raise BadInputError("this is no S3 event notification, which is an object with Records")
    try:
        if isinstance(said.get("Records"), list):
            return list(_of_s3(said["Records"]))
        if said.get("Event") == "s3:TestEvent":
            return []
        if isinstance(said.get("event_type"), str):
            return list(_of_seaweed(said))
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInputError(f"this event notification lacks {error}; send it as S3 does") from error
    raise BadInputError("this is no S3 event notification, which is an object with Records")


def _of_s3(records: list[Any]) -> Iterator[BucketEvent]:
    for record in records:
        if str(record["eventName"]).startswith(_MADE):
            thing = record["s3"]["object"]
            version = thing.get("versionId") or thing.get("sequencer") or thing.get("eTag") or ""
            yield BucketEvent(_text(record["s3"]["bucket"]["name"]), unquote_plus(_text(thing["key"])), _text(version))


def _of_seaweed(said: Mapping[str, Any]) -> Iterator[BucketEvent]:
    path = _text(said["key"])
    entry = (said.get("message") or {}).get("new_entry")
    if said["event_type"] not in {"create", "update"} or not path.startswith(_SEAWEED_ROOT) or not entry:
        return
    bucket, _, key = path.removeprefix(_SEAWEED_ROOT).partition("/")
    if key and not key.startswith(".uploads/") and not entry.get("is_directory"):
        yield BucketEvent(bucket, key, hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text where {value!r} stands")
    return value
