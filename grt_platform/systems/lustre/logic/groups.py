"""Groups by gid with name, principal investigator and whether they are of human genetics: as CSV, and read from it.

The CSV has the columns gid, name, pi, is_humgen in any order; others are passed over. It is what people write where
there is no directory (GRT_LUSTRE_GROUPS_FILE), and what every snapshot of a directory is kept as.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from grt_platform.kernel.errors import BadInputError

GROUPS_SCHEMA = pl.Schema({"gid": pl.Int64, "group_name": pl.String, "pi": pl.String, "is_humgen": pl.Boolean})
_COLUMNS = ("gid", "name", "pi", "is_humgen")
_MAX_GID = (1 << 32) - 1
_YES, _NO = {"true", "1", "yes", "y"}, {"false", "0", "no", "n", ""}
_EXAMPLES = 5


class Group(NamedTuple):
    """One group as somebody told it."""

    gid: int
    name: str
    pi: str | None = None
    is_humgen: bool = False


@dataclass(frozen=True, slots=True)
class Groups:
    """What a directory told, whole.

    Attributes:
        frame: GROUPS_SCHEMA, each gid once, by gid.
        group_text: The same and its members as group(5) text.
        passwd_text: The people as passwd(5) text; empty where nobody told of them.
        warnings: What people should look at, one sentence for each kind of fault.
    """

    frame: pl.DataFrame
    group_text: bytes
    passwd_text: bytes
    warnings: tuple[str, ...] = ()


class Faults:
    """Faults by kind: each kind becomes one sentence with a count and examples, however often it occurs."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}

    def add(self, kind: str, example: str) -> None:
        """Count one more."""
        self._found.setdefault(kind, []).append(example)

    def sentences(self) -> tuple[str, ...]:
        """One for each kind, in the order in which they first occurred."""
        return tuple(f"{kind}: {self._listed(found)}" for kind, found in self._found.items())

    @staticmethod
    def _listed(found: list[str]) -> str:
        more = f" and {len(found) - _EXAMPLES} more" if len(found) > _EXAMPLES else ""
        return ", ".join(found[:_EXAMPLES]) + more


def gid_of(text: str) -> int | None:
    """The gid that a text says; None where it says none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= 10
    return int(text) if is_number and int(text) <= _MAX_GID else None


def frame_of(groups: Iterable[Group], faults: Faults) -> pl.DataFrame:
    """Each gid once, sorted; of several groups of one gid that of human genetics stays, else the first by name."""
    kept: dict[int, Group] = {}
    names: dict[str, int] = {}
    for group in sorted(groups, key=lambda each: (each.gid, not each.is_humgen, each.name, each.pi or "")):
        first = kept.setdefault(group.gid, group)
        if first is not group:
            faults.add("a gid has several groups, the first is taken", f"{group.gid} ({first.name}, {group.name})")
        elif (other := names.setdefault(group.name, group.gid)) != group.gid:
            faults.add("several gids have one name, so they share its quota", f"{group.name} ({other}, {group.gid})")
    return pl.DataFrame(list(kept.values()), schema=GROUPS_SCHEMA, orient="row")


def groups_csv(frame: pl.DataFrame) -> bytes:
    """The frame as CSV: the same groups give the same bytes."""
    sink = io.StringIO()
    writer = csv.writer(sink)  # CRLF, as RFC 4180 says: with it a lone CR in a name is quoted, too
    writer.writerow(_COLUMNS)
    for gid, name, pi, is_humgen in frame.select(GROUPS_SCHEMA.names()).sort("gid").iter_rows():
        writer.writerow((gid, name, "" if pi is None else pi, str(is_humgen).lower()))
    return sink.getvalue().encode()


def read_groups(data: bytes, source: str) -> pl.DataFrame:
    """The groups of a CSV in GROUPS_SCHEMA; for what was wrong in it see `read_groups_file`.

    Raises:
        BadInputError: It is no such table.
    """
    return read_groups_file(data, source).frame


def read_groups_file(data: bytes, source: str) -> Groups:
    """The groups of a CSV, with what is wrong in it; a bad row is left out and told, its neighbours stay.

    Raises:
        BadInputError: It is no UTF-8, or the header lacks a column.
    """
    faults, groups = Faults(), list[Group]()
    for line, row in table(data, source, _COLUMNS):
        gid, name, is_humgen = gid_of(row["gid"]), row["name"], row["is_humgen"].lower()
        if gid is None or not name:
            faults.add(f"{source}: a row without a whole gid and a name is left out", f"line {line}")
            continue
        if is_humgen not in _YES | _NO:
            faults.add(f"{source}: is_humgen is neither true nor false and counts as false", f"line {line}")
        groups.append(Group(gid, name, row["pi"] or None, is_humgen in _YES))
    frame = frame_of(groups, faults)
    return Groups(frame, group_text(groups, {}, faults), b"", faults.sentences())


def table(data: bytes, source: str, columns: Iterable[str]) -> Iterable[tuple[int, Mapping[str, str]]]:
    """The rows of a CSV that people keep: the line where each ends, and the wanted columns without blanks around.

    Raises:
        BadInputError: It is no CSV in UTF-8, or the header lacks a column.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(f"{source} is no UTF-8 (byte {error.start}): save it as UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise BadInputError(f"{source}, line {reader.line_num} is no CSV: {error}") from error
    header = [name.strip().lower() for name in lines[0][1]] if lines else []
    missing = [name for name in columns if name not in header]
    if missing:
        raise BadInputError(f"{source} lacks the column {missing[0]}: its first line is to say {','.join(columns)}")
    places = {name: header.index(name) for name in columns}
    return [
        (line, {name: row[at].strip() if at < len(row) else "" for name, at in places.items()})
        for line, row in lines[1:]
        if any(field.strip() for field in row)
    ]


def group_text(groups: Iterable[Group], members: Mapping[str, Iterable[str]], faults: Faults) -> bytes:
    """group(5): `name:*:gid:member,member`, one line each, by gid and name.

    Args:
        groups: All groups, also several of one gid.
        members: Logins by group name.
        faults: Where a name that the format cannot hold is told.
    """
    lines = [
        ":".join((
            _field(group.name, faults), "*", str(group.gid),
            ",".join(sorted(_field(login, faults, ",") for login in set(members.get(group.name, ())))),
        ))
        for group in sorted(groups, key=lambda each: (each.gid, each.name))
    ]  # fmt: skip
    return _text(dict.fromkeys(lines))


class Person(NamedTuple):
    """One account."""

    login: str
    uid: int
    gid: int
    full_name: str = ""
    home: str = ""
    shell: str = ""


def passwd_text(people: Iterable[Person], faults: Faults) -> bytes:
    """passwd(5): `login:*:uid:gid:name:home:shell`, one line each, by uid and login."""
    return _text(
        ":".join((
            _field(person.login, faults), "*", str(person.uid), str(person.gid), _field(person.full_name, faults),
            _field(person.home, faults), _field(person.shell, faults),
        ))
        for person in sorted(set(people), key=lambda each: (each.uid, each.login))
    )  # fmt: skip


def _field(text: str, faults: Faults, more: str = "") -> str:
    """The text without what would end its field: those characters are written as `_`."""
    clean = "".join("_" if character in f":\n\r\0{more}" else character for character in text)
    if clean != text:
        faults.add("a name holds what ends a field of passwd(5), written as _ there", repr(text))
    return clean


def _text(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
