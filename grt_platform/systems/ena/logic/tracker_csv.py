"""`microfetch.csv`: the old tracker's table, read in all its spellings and written back without loss.

Its header changed over the years: `taxonomy_id` or `taxon_id`, `generated_waring` or `generated_warning`, with or
without `droplet_ips`, a `checkpoint_time` and a leading `index`. What the tracker has no column for is kept as it came.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import AddressValueError, IPv4Address

from grt_platform.kernel.errors import BadInputError, BadSourceError
from grt_platform.systems.ena.logic.stages import STAGES, STATUSES, Stage, Status, Taxon
from grt_platform.systems.ena.logic.taxon import read_taxon

HEADER = (
    "taxonomy_id",
    "last_checked",
    "droplet_ips",
    "last_run_status",
    "needs_attention",
    "stage",
    "stage_name",
    "priority",
    "generated_warning",
)
_SPELLINGS = {"taxon_id": "taxonomy_id", "generated_waring": "generated_warning"}
_BLANK = {"", "<NA>", "NaN", "nan", "None"}
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}


@dataclass(frozen=True, slots=True)
class Tracked:
    """A taxon with the columns of its file that the tracker does not know, by name, in their order."""

    taxon: Taxon
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that could not be taken, with its line (the header is line 1)."""

    line: int
    reason: str


def read_tracker(data: bytes, source: str) -> Iterator[Tracked | Refused]:
    """Every row of a tracker file, good or refused; of a taxon that stands twice the first row counts.

    Raises:
        BadSourceError: It is no such table: not UTF-8, no header, or without a column of taxon ids.
    """
    rows = _rows(data, source)
    header = [_SPELLINGS.get(name.strip(), name.strip()) for name in next(rows, (0, []))[1]]
    if "taxonomy_id" not in header or len(set(header)) < len(header):
        raise BadSourceError(f"the header needs taxonomy_id, and each name once: {','.join(header)[:200]}", source, 1)
    seen: dict[int, int] = {}
    for line, cells in rows:
        if not any(cells):
            continue
        try:
            tracked = _tracked(header, cells)
        except BadInputError as error:
            yield Refused(line, str(error))
            continue
        first = seen.setdefault(tracked.taxon.taxonomy_id, line)
        yield tracked if first == line else Refused(line, f"taxon {tracked.taxon.taxonomy_id} stands in line {first}")


def write_tracker(taxa: Iterable[Tracked]) -> bytes:
    """The file of these taxa: the tracker's columns, then every extra one that any of them has."""
    listed = list(taxa)
    extra = list(dict.fromkeys(name for tracked in listed for name in tracked.extra))
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*HEADER, *extra])
    for tracked in listed:
        table.writerow([*_cells(tracked.taxon), *(tracked.extra.get(name, "") for name in extra)])
    return out.getvalue().encode()


def _rows(data: bytes, source: str) -> Iterator[tuple[int, list[str]]]:
    try:
        table = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        for cells in table:
            yield table.line_num, cells
    except UnicodeDecodeError as error:
        raise BadSourceError("it is not UTF-8 text; save it as CSV in UTF-8", source) from error
    except csv.Error as error:
        raise BadSourceError(f"it is no CSV: {error}", source, table.line_num) from error


def _tracked(header: list[str], cells: list[str]) -> Tracked:
    if len(cells) != len(header):
        raise BadInputError(f"{len(cells)} fields instead of {len(header)}")
    row = dict(zip(header, cells, strict=True))
    known = {name: "" if row.get(name, "").strip() in _BLANK else row[name].strip() for name in HEADER}
    extra = {name: value for name, value in row.items() if name not in HEADER}
    return Tracked(_taxon(known), extra)


def _taxon(known: Mapping[str, str]) -> Taxon:
    return Taxon(
        taxonomy_id=read_taxon(known["taxonomy_id"]),
        last_checked=_time(known["last_checked"]),
        droplet_ips=_ips(known["droplet_ips"]),
        last_run_status=_status(known["last_run_status"]),
        needs_attention=known["needs_attention"],
        stage=_stage(known["stage"]),
        priority=_number("priority", known["priority"] or "0"),
        generated_warning=_flag(known["generated_warning"]),
    )


def _cells(taxon: Taxon) -> list[object]:
    checked = taxon.last_checked.astimezone(UTC).isoformat().replace("+00:00", "Z") if taxon.last_checked else ""
    ips = " ".join(taxon.droplet_ips)
    flag = "True" if taxon.generated_warning else ""
    told = (taxon.last_run_status, taxon.needs_attention, taxon.stage.number, taxon.stage.title, taxon.priority)
    return [taxon.taxonomy_id, checked, ips, *told, flag]


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInputError(f"last_checked {text[:40]!r} is no time: write it as 2022-04-14T16:14:24Z") from error
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _ips(text: str) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(str(IPv4Address(word)) for word in text.split()))
    except AddressValueError as error:
        raise BadInputError(f"droplet_ips {text[:80]!r} are no IPv4 addresses: separate them by blanks") from error


def _status(text: str) -> str:
    status = Status.NEW if text == "new" else text
    if status not in STATUSES:
        raise BadInputError(f"last_run_status {text[:40]!r} is none of new, {', '.join(STATUSES[1:])}")
    return status


def _stage(text: str) -> Stage:
    number = _number("stage", text or str(Stage.FETCH.number))
    if number not in STAGES:
        raise BadInputError(f"stage {number} is none of {', '.join(map(str, sorted(STAGES)))}")
    return STAGES[number]


def _number(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise BadInputError(f"{name} {text[:40]!r} is no whole number")
    return int(text)


def _flag(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text and text.lower() not in _FALSE:
        raise BadInputError(f"generated_warning {text[:40]!r} is neither True nor False")
    return False
