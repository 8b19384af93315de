"""Notifications of buckets: S3's and SeaweedFS's forms, and what is neither."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.bucket_events import BucketEvent, read_events
from grt_platform.kernel.errors import BadInputError


def s3(key: str, name: str = "ObjectCreated:Put", **more: Any) -> dict[str, Any]:
    thing = {"key": key, "size": 4, "eTag": "abc", "sequencer": "0055AED6DCD90281E5", **more}
    return {"eventSource": "aws:s3", "eventName": name, "s3": {"bucket": {"name": "b"}, "object": thing}}


def seaweed(key: str, kind: str = "create", **entry: Any) -> dict[str, Any]:
    return {"key": key, "event_type": kind, "message": {"new_entry": {"name": "x", "is_directory": False, **entry}}}


def read(said: object) -> list[BucketEvent]:
    return read_events(json.dumps(said).encode())


def test_the_key_of_an_s3_event_is_decoded_and_its_version_told() -> None:
    events = read(
        {"Records": [s3("projects/a/%C3%A9+b%2Bc.fa"), s3("x", versionId="v1"), s3("y", "s3:ObjectCreated:Copy")]}
    )
    assert events == [
        BucketEvent("b", "projects/a/é b+c.fa", "0055AED6DCD90281E5"),
        BucketEvent("b", "x", "v1"),
        BucketEvent("b", "y", "0055AED6DCD90281E5"),
    ]


def test_other_events_and_the_test_event_announce_nothing() -> None:
    assert read({"Records": [s3("x", "ObjectRemoved:Delete"), s3("x", "ObjectRestore:Post")]}) == []
    assert read({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}) == []
    assert read({"Records": []}) == []


def test_a_webhook_of_seaweedfs_is_read_and_its_noise_passed_over() -> None:
    [event] = read(seaweed("/buckets/b/projects/p q/x"))
    assert (event.bucket, event.key) == ("b", "projects/p q/x")
    assert read(seaweed("/buckets/b/projects/p q/x")) == [event]
    assert read(seaweed("/buckets/b/projects/p q/x", md5="1")) != [event]
    for noise in (
        seaweed("/buckets/b/.uploads/1/0001.part"),
        seaweed("/buckets/b/x", "delete"),
        seaweed("/buckets/b/x", is_directory=True),
        seaweed("/buckets/b"),
        seaweed("/etc/x"),
    ):
        assert read(noise) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", b"1", b"null", b"{}", b"[" * 100_000, b'{"Records": [{}]}', b'{"Records": [1]}',
     b'{"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": 1}, "object": {"key": "x"}}}]}',
     b'{"event_type": "create"}', b'{"event_type": "create", "key": 5}', b"\xff"],
    ids=lambda body: ascii(body)[:30],
)  # fmt: skip
def test_what_is_no_notification_is_refused(body: bytes) -> None:
    with pytest.raises(BadInputError, match=r"notification|JSON"):
        read_events(body)


WORDS = ("Records", "s3", "object", "bucket", "name", "key", "eventName", "event_type", "message", "new_entry")
LEAVES = st.none() | st.integers() | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(WORDS), inner)))
def test_any_json_is_read_or_refused(said: object) -> None:
    try:
        read(said)
    except BadInputError:
        return
