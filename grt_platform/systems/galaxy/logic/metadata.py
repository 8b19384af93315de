"""The metadata file of a galaxy report, formats 1, 2 and 3 (Galaxy's `scripts/grt/export.py`)."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

from grt_platform.kernel.errors import BadSourceError

VERSIONS = (1, 2, 3)
CLOCK_SKEW = timedelta(days=1)
_KNOWN = {"version", "galaxy_version", "generated", "report_hash", "metrics", "users", "jobs", "tools"}
_GENERATED = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_HASH = re.compile(r"sha256:([0-9a-fA-F]{64})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 4_102_444_800  # the year 2100
_MAX_DEPTH, _MAX_INTEGER = 32, 2**63 - 1

Json = Any


class UnknownVersionError(BadSourceError):
    """The metadata is of a format made after this platform: the report stays raw and is listed."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a report says of itself and of its instance.

    Attributes:
        sha256: Hash that the archive must have, lower-case hex.
        jobs: Jobs by state as declared; None where not declared.
        times: `metrics._times` as given: steps of the export with seconds since its start.
        tools: Rows of id, name, version, tool_shed, repository_id, repository_name; format 1 only.
        extra: Keys that the platform does not know.
    """

    version: int
    galaxy_version: str | None
    generated_at: datetime
    sha256: str
    users_active: int | None
    users_total: int | None
    jobs: dict[str, int] | None
    times: list[Json] | None
    tools: tuple[tuple[str | None, ...], ...]
    extra: dict[str, Json]


def parse_metadata(raw: bytes, received_at: datetime | None = None) -> Metadata:
    """The metadata in the bytes of a `.json` file.

    Args:
        raw: The whole file.
        received_at: When it came in; a report made more than a day later than that is refused.

    Raises:
        UnknownVersionError: `version` is an integer other than 1, 2 and 3.
        BadSourceError: Anything else that is wrong, with its reason.
    """
    fields = _load(raw)
    version = _version(fields)
    generated_at = _generated_at(fields.get("generated"), received_at)
    report_hash = fields.get("report_hash")
    matched = _HASH.fullmatch(report_hash) if isinstance(report_hash, str) else None
    if matched is None:
        _refuse("report_hash is not `sha256:` and 64 hex digits")
    if version == 1 and "tools" not in fields:
        _refuse("format 1 needs the key tools (null is allowed)")
    users, metrics = _object(fields, "users") or {}, _object(fields, "metrics") or {}
    return Metadata(
        version,
        _text(fields.get("galaxy_version"), "galaxy_version"),
        generated_at,
        matched[1].lower(),
        _count(users.get("active"), "users.active"),
        _count(users.get("total"), "users.total"),
        _jobs(_object(fields, "jobs")),
        _times(metrics.get("_times")),
        _tools(fields.get("tools")) if version == 1 else (),
        {key: value for key, value in fields.items() if key not in _KNOWN or (key == "tools" and version != 1)},
    )


def _refuse(reason: str) -> NoReturn:
    raise BadSourceError(f"metadata: {reason}")


def _load(raw: bytes) -> dict[str, Json]:
    if raw.startswith(b"\xef\xbb\xbf"):
        _refuse("begins with a byte order mark")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadSourceError(f"metadata: not UTF-8 at byte {error.start}") from error
    try:
        fields = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError as error:
        raise BadSourceError("metadata: nested too deeply") from error
    except ValueError as error:
        raise BadSourceError(f"metadata: not JSON: {str(error)[:100]}") from error
    if not isinstance(fields, dict):
        _refuse("not a JSON object")
    _check_values(fields)
    return fields


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("a key occurs twice")
    return found


def _no_constant(name: str) -> NoReturn:
    _refuse(f"holds {name}")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        _refuse("holds a number too large")
    return value


def _check_values(fields: dict[str, Json]) -> None:
    level: list[Json] = [fields]
    for _ in range(_MAX_DEPTH):
        for text in level:
            if isinstance(text, str) and ("\0" in text or not _is_unicode(text)):
                _refuse("a text holds NUL or half a surrogate pair")
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    _refuse("nested too deeply")


def _children(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else ()


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _version(fields: dict[str, Json]) -> int:
    version = fields.get("version")
    if type(version) is not int:
        _refuse("version is missing or not an integer")
    if version not in VERSIONS:
        raise UnknownVersionError(
            f"metadata: unknown version {str(version)[:20]}, kept raw until the platform knows it"
        )
    return version


def _generated_at(text: Json, received_at: datetime | None) -> datetime:
    if not isinstance(text, str) or not _GENERATED.fullmatch(text):
        _refuse("generated is not the text of a Unix time")
    seconds = Decimal(text)
    if seconds > _LATEST:
        _refuse("generated lies beyond the year 2100")
    generated_at = _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))
    if received_at is not None and generated_at > received_at + CLOCK_SKEW:
        _refuse("generated lies more than a day after the report came in")
    return generated_at


def _object(fields: dict[str, Json], key: str) -> dict[str, Json] | None:
    value = fields.get(key)
    if value is not None and not isinstance(value, dict):
        _refuse(f"{key} is not an object")
    return value


def _text(value: Json, key: str) -> str | None:
    if value is not None and not isinstance(value, str):
        _refuse(f"{key} is not a text")
    return value or None


def _count(value: Json, key: str) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= _MAX_INTEGER:
        _refuse(f"{key} is not a count")
    return value


def _jobs(counts: dict[str, Json] | None) -> dict[str, int] | None:
    if counts is None:
        return None
    return {state: _count(count, "a count of jobs") or 0 for state, count in counts.items()}


def _times(times: Json) -> list[Json] | None:
    if times is not None and not isinstance(times, list):
        _refuse("metrics._times is not a list")
    return times


def _tools(tools: Json) -> tuple[tuple[str | None, ...], ...]:
    if tools is None:
        return ()
    if not isinstance(tools, list) or not all(_is_tool(tool) for tool in tools):
        _refuse("tools is not a list of six texts each, the first not null")
    return tuple(tuple(tool) for tool in tools)


def _is_tool(tool: Json) -> bool:
    return (
        isinstance(tool, list)
        and len(tool) == 6
        and bool(tool[0])
        and all(value is None or isinstance(value, str) for value in tool)
    )
