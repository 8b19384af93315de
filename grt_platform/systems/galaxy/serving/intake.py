"""Takes a report that came over HTTP into the instance's folder of the raw store: whole, once, never over another."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from grt_platform.adapters.store import Store
from grt_platform.kernel.errors import BadSourceError
from grt_platform.serving.received import ReceivedFile
from grt_platform.systems.galaxy.logic.arrivals import INBOX, read_inbox
from grt_platform.systems.galaxy.logic.metadata import UnknownVersionError, parse_metadata
from grt_platform.systems.galaxy.logic.names import ARCHIVE, METADATA, check_identifier, later_version, report_id_of

_HASH = re.compile(r"sha256:(?P<hex>[0-9a-f]{64})", re.ASCII | re.IGNORECASE)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it was uploaded: the name it asks for and its two files."""

    identifier: str
    archive: ReceivedFile
    metadata: ReceivedFile


@dataclass(frozen=True, slots=True)
class Held:
    """A report that lies in the raw store: under which name, and whether it was not there before."""

    name: str
    is_new: bool


def accept(store: Store, instance_id: str, report: Report, received_at: datetime) -> Held:
    """Checks a report as it was uploaded, then holds it.

    Raises:
        BadSourceError: The name is none, the metadata are bad or declare another hash than the archive has.
    """
    name, archive = check_identifier(report.identifier), report.archive
    declared = declared_sha256(report.metadata.path.read_bytes(), received_at)
    if declared != archive.sha256:
        reason = f"the archive has sha256 {archive.sha256}, its metadata say {declared}; export or send it again"
        raise BadSourceError(reason, name)
    return hold(store, instance_id, name, archive, report.metadata)


def hold(store: Store, instance_id: str, stem: str, archive: ReceivedFile, metadata: ReceivedFile) -> Held:
    """Puts a report into the instance's folder; it is there for good when this returns.

    It gets the name it asks for, `<stem>`. Where other bytes hold that name it is a new version of the report,
    `<stem>~<first 12 hex digits of the archive's sha256>`; where it is only the metadata that differ, of the
    metadata's. The metadata is written last: a report without it is not there.

    Raises:
        BadSourceError: Other bytes hold all three names.
    """
    for name in (stem, later_version(stem, archive.sha256), later_version(stem, metadata.sha256)):
        is_new = _put(store, f"galaxy/{instance_id}/{INBOX}/{name}", archive, metadata.path.read_bytes())
        if is_new is not None:
            return Held(name, is_new)
    raise BadSourceError("every name it could have is held by other bytes; remove the oldest from the folder", stem)


def reports_held(store: Store, instance_id: str) -> list[str]:
    """Names of all reports of an instance that lie whole in the raw store, each once whatever versions it has."""
    inbox = read_inbox(store.list(f"galaxy/{instance_id}/{INBOX}/"))
    return sorted({report_id_of(arrival.source) for arrival in inbox.arrivals})


def declared_sha256(metadata: bytes, received_at: datetime) -> str:
    """The archive's hash as its metadata declare it, in lower-case hex.

    Metadata of a format made after this platform are taken as they are, if only they declare that hash.

    Raises:
        BadSourceError: They break the format they claim, or declare no sha256.
    """
    try:
        return parse_metadata(metadata, received_at).sha256
    except UnknownVersionError:
        text = json.loads(metadata).get("report_hash")
    match = _HASH.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadSourceError("metadata: report_hash is not `sha256:` and 64 hex digits")
    return match["hex"].lower()


def _put(store: Store, stem: str, archive: ReceivedFile, metadata: bytes) -> bool | None:
    """Whether the pair became new under `stem`; False when it lay there already, None when others hold the name."""
    archive_key, metadata_key = stem + ARCHIVE, stem + METADATA
    if store.head(metadata_key) is not None and store.read(metadata_key) != metadata:
        return None
    if not store.put_file(archive_key, archive.path, only_if_absent=True) and not _is(store, archive_key, archive):
        return None
    if store.put(metadata_key, metadata, only_if_absent=True):
        return True
    return False if store.read(metadata_key) == metadata else None


def _is(store: Store, key: str, archive: ReceivedFile) -> bool:
    found = store.head(key)
    if found is None or found.size_bytes != archive.size_bytes:
        return False
    with store.open(key) as held, archive.path.open("rb") as sent:
        while piece := sent.read(_CHUNK):
            if held.read(len(piece)) != piece:
                return False
    return True
