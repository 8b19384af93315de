"""Where buckets announce new objects (S3 event notifications by webhook): a second way to announce an upload."""

import hashlib
import hmac
from collections import Counter
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from grt_platform.adapters.bucket_events import BucketEvents
from grt_platform.kernel.bucket_events import read_events
from grt_platform.settings import settings
from grt_platform.web.sign_in import asks_itself, refuse_unless

router = APIRouter(tags=["uploads"])
_SIGNATURE = "X-Hub-Signature-256"


@router.post("/objects/events", summary="A bucket announces new objects")
@asks_itself("the secret of bucket notifications")
async def announced(request: Request) -> dict[str, int]:
    """Takes S3's event notifications and SeaweedFS's webhook; answers how many events came to what.

    Credentials are `Authorization: Bearer <secret>`, or `X-Hub-Signature-256: sha256=<HMAC of the body>`. An event is a
    hint: what is in the store decides. 503 when that cannot be looked at now; send the event again.
    """
    body = await request.body()
    refuse_unless(request, credentials_are_good=_is_ours(request, body), scheme="Bearer")
    events = read_events(body)
    hints: BucketEvents = request.app.state.bucket_events
    return dict(Counter(await run_in_threadpool(hints.take, events, datetime.now(UTC))))


def _is_ours(request: Request, body: bytes) -> bool:
    secret = settings().objects_events_secret.get_secret_value().encode()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    is_bearer = scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), secret)
    is_signed = hmac.compare_digest(request.headers.get(_SIGNATURE, "").encode(), signature.encode())
    return bool(secret) and (is_bearer or is_signed)
