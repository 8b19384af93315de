"""The same sums as `scan`, the plainest way: line after line, Python's own numbers, each entry to all its ancestors.

Entries of one directory, type, user and group are added up first and go to their ancestors together: a million lines
take seconds so, not minutes.
"""

import gzip
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import polars as pl

from grt_platform.systems.lustre import schemas
from grt_platform.systems.lustre.logic.entry import Entry, Form, read_line
from grt_platform.systems.lustre.logic.paths import path_text
from grt_platform.systems.lustre.logic.rules import ScanRules

DAYS = (30, 60, 180, 365, 730, 1095, 1825, 2555)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = -62_135_596_800, 253_402_300_799
Key = tuple[str, str, str]


@dataclass
class Sum:
    used: int = 0
    file_used: int = 0
    inodes: int = 0
    files: int = 0
    newest: int | None = None
    oldest: int | None = None
    ages: list[int] = field(default_factory=lambda: [0] * 9)
    classes: dict[str, int] = field(default_factory=dict)

    def add(self, entry: Entry, rules: ScanRules) -> None:
        used, as_of = entry.used_bytes, rules.as_of_s
        self.used += used
        self.inodes += 1
        if entry.type == "f":
            self.file_used += used
            self.files += entry.nlink > 0
            name = entry.path.rsplit(b"/", 1)[1]
            found = [c.name for c in rules.classes if any(name.endswith(s) for s in c.suffixes)]
            if found:
                self.classes[found[0]] = self.classes.get(found[0], 0) + used
        counts = FIRST <= entry.mtime <= as_of
        age = (as_of - entry.mtime) / 86_400 if counts else 0
        self.ages[sum(age >= days for days in DAYS)] += used
        if counts and (self.newest is None or entry.mtime > self.newest):
            self.newest = entry.mtime
        if FIRST <= entry.atime <= LAST and (self.oldest is None or entry.atime < self.oldest):
            self.oldest = entry.atime

    def merge(self, other: "Sum") -> None:
        self.used += other.used
        self.file_used += other.file_used
        self.inodes += other.inodes
        self.files += other.files
        if other.newest is not None and (self.newest is None or other.newest > self.newest):
            self.newest = other.newest
        if other.oldest is not None and (self.oldest is None or other.oldest < self.oldest):
            self.oldest = other.oldest
        for age, used in enumerate(other.ages):
            self.ages[age] += used
        for name, used in other.classes.items():
            self.classes[name] = self.classes.get(name, 0) + used

    def numbers(self) -> list:
        return [self.used, self.file_used, self.inodes, self.files, when(self.newest), when(self.oldest)]

    def class_json(self, rules: ScanRules) -> str | None:
        some = {c.name: self.classes[c.name] for c in rules.classes if self.classes.get(c.name)}
        return json.dumps(some, separators=(",", ":")) if some else None


def when(seconds: int | None) -> datetime | None:
    return None if seconds is None else EPOCH + timedelta(seconds=seconds)


@dataclass
class Plain:
    rules: ScanRules
    cells: defaultdict[tuple[bytes, str, int, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    users: defaultdict[tuple[int, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    groups: defaultdict[int, Sum] = field(default_factory=lambda: defaultdict(Sum))
    tree: defaultdict[bytes, Sum] = field(default_factory=lambda: defaultdict(Sum))
    projects: defaultdict[Key, Sum] = field(default_factory=lambda: defaultdict(Sum))
    by_gid: defaultdict[Key, defaultdict[int, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    own: defaultdict[Key, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, entry: Entry) -> None:
        inside = entry.path if entry.type == "d" else entry.path.rsplit(b"/", 1)[0]
        self.cells[inside, entry.type, entry.uid, entry.gid].add(entry, self.rules)

    def spread(self) -> None:
        """Each cell adds to all that it is part of; nothing may be added any more."""
        rules = self.rules
        for (inside, kind, uid, gid), cell in self.cells.items():
            self.users[uid, gid].merge(cell)
            self.groups[gid].merge(cell)
            parts = [] if inside in (b"", b"/") else inside[1:].split(b"/")
            for size in range(len(parts) + 1):
                self.tree[b"/" + b"/".join(parts[:size])].merge(cell)
            keys = project_keys(parts, rules)
            for key in keys:
                self.projects[key].merge(cell)
                if kind == "f":
                    self.by_gid[key][gid] += cell.file_used
            if keys and kind == "d" and is_key_itself(parts, rules):
                self.own[keys[-1]].add(gid)

    def owner(self, key: Key) -> int | None:
        if len(self.own[key]) == 1:
            return next(iter(self.own[key]))
        most = self.by_gid[key]
        return min(most, key=lambda gid: (-most[gid], gid)) if most else None

    def users_frame(self) -> pl.DataFrame:
        rows = [(u, g, s.used, s.inodes, s.files, when(s.newest)) for (u, g), s in sorted(self.users.items())]
        return frame(schemas.USER_USAGE, rows)

    def groups_frame(self) -> pl.DataFrame:
        rows = [(g, s.used, s.inodes, s.files, when(s.newest)) for g, s in sorted(self.groups.items())]
        return frame(schemas.GROUP_TOTALS, rows)

    def projects_frame(self) -> pl.DataFrame:
        rows = [
            (*key, self.owner(key), s.file_used, s.files, when(s.newest), s.class_json(self.rules))
            for key, s in sorted(self.projects.items())
        ]
        return frame(schemas.PROJECT_TOTALS, rows)

    def tree_frame(self) -> pl.DataFrame:
        rows = [
            [depth, path, *s.numbers(), *s.ages, s.class_json(self.rules)]
            for (depth, path), s in sorted(((depth_of(path), path), s) for path, s in self.tree.items())
        ]
        return frame(schemas.TREE, rows)


def depth_of(path: bytes) -> int:
    return 0 if path == b"/" else path.count(b"/")


def frame(table, rows: list[tuple]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=table.polars_schema(with_partition=False), orient="row")


def located(parts: list[bytes], rules: ScanRules) -> tuple[list[bytes], list[bytes]] | None:
    """The shallowest ancestor that is an area, and what lies below it."""
    wanted_by_area = [area.pattern[1:].split("/") for area in rules.areas]
    for size in range(1, min(len(parts), max(map(len, wanted_by_area), default=0)) + 1):
        for wanted in wanted_by_area:
            if len(wanted) == size and all(
                re.fullmatch(regex.encode(), part) for regex, part in zip(wanted, parts, strict=False)
            ):
                return parts[:size], parts[size:]
    return None


def project_keys(parts: list[bytes], rules: ScanRules) -> list[Key]:
    """The keys of the directory, from the area on."""
    found = located(parts, rules)
    if found is None:
        return []
    area, below = found
    levels = rules.depth + (len(below) > rules.depth and below[rules.depth - 1].lower() == b"users")
    name = "/".join(path_text(part) for part in area[2:] if not re.fullmatch(rb"mdt[0-9]|realdata", part))
    text = [path_text(part) for part in below[:levels]]
    return [(name, text[0] if size else "", "/".join(text[1:size])) for size in range(len(text) + 1)]


def is_key_itself(parts: list[bytes], rules: ScanRules) -> bool:
    found = located(parts, rules)
    return found is not None and len(project_keys(parts, rules)) == len(found[1]) + 1


def plain_scan(lines: Iterable[bytes], form: Form, rules: ScanRules) -> tuple[Plain, list[tuple[int, str, bytes]]]:
    """Everything that the lines add up to, and the bad ones: number, reason, bytes."""
    plain, bad = Plain(rules), []
    for number, line in enumerate(lines, 1):
        entry = read_line(line, form, rules.max_line_bytes)
        if isinstance(entry, str):
            bad.append((number, entry, line[: 64 * 1024]))
        else:
            plain.add(entry)
    plain.spread()
    return plain, bad


def lines_of(packed: bytes) -> list[bytes]:
    """The lines of a dump without their newlines."""
    text = gzip.GzipFile(fileobj=io.BytesIO(packed)).read()
    return text.removesuffix(b"\n").split(b"\n")
