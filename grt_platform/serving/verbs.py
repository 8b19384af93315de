"""The verbs every system has on the command line: ledger, quarantine, rebuild, export, and the end of every load."""

import sys
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click

from grt_platform.kernel.accounts import STATUSES
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving import handles
from grt_platform.serving.door import Door, Loaded
from grt_platform.serving.output import show

PARTIAL = 3
_FORMS = click.Choice(["csv", "tsv", "parquet", "json"])
_MOST_RAW = 300
_BRIEF_ROW = ("source", "member", "line_number", "reason", "raw")
_BRIEF = (
    *("source", "status", "reason", "rows_in", "rows_loaded", "rows_quarantined", "rows_duplicate", "rows_superseded"),
)


def add_uniform_verbs(group: click.Group, door: Door) -> None:
    """Gives the group of a system the verbs all systems share."""
    for verb in (_ledger(door), _quarantine(door), _rebuild(door), _export(door)):
        group.add_command(verb)


def finish_load(door: Door, loaded: Sequence[Loaded], *, wait: bool, patience_s: float, as_json: bool) -> None:
    """Tells what was put into raw; with `wait`, what became of it. Exits 3 when something was not loaded in full."""
    if not wait:
        show([{"source": one.source, "sha256": one.sha256} for one in loaded], form=_form(as_json))
        click.echo(f"in raw; `grt {door.system} ledger` tells what becomes of it", err=True)
        return
    from grt_platform.serving.waiting import wait_for_loaded

    rows = wait_for_loaded(door, loaded, patience_s=patience_s)
    show(rows if as_json else _brief(rows), form=_form(as_json))
    if any(row["status"] == "rejected" or row["rows_quarantined"] for row in rows):
        sys.exit(PARTIAL)


def _ledger(door: Door) -> click.Command:
    @click.command("ledger")
    @click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
    @click.option("--status", type=click.Choice(STATUSES), help="Only objects of this status.")
    def ledger(*, as_json: bool, status: str | None) -> None:
        """List every raw object ever seen and what became of it."""
        rows = handles.warehouse().fetch(f"SELECT * FROM {door.system}.ledger ORDER BY received_at, source, version")
        rows = [row for row in [*rows, *door.pending()] if status in {None, row["status"]}]
        nothing = f"nothing is {status}" if status else "nothing was received yet"
        show(rows if as_json else _brief(rows), form=_form(as_json), empty=nothing)

    return ledger


def _quarantine(door: Door) -> click.Command:
    @click.command("quarantine")
    @click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
    @click.option("--source", help="Only rows of this raw object.")
    @click.option("--limit", default=1000, show_default=True, type=click.IntRange(1), help="Most rows shown.")
    def quarantine(*, as_json: bool, source: str | None, limit: int) -> None:
        """List the rows that could not be loaded: where, which line, why, and their bytes (the first; all as JSON)."""
        rows = handles.warehouse().fetch(
            f"SELECT * FROM {door.system}.quarantine WHERE %(source)s::text IS NULL OR source = %(source)s "
            "ORDER BY source, version, member, line_number LIMIT %(limit)s",
            {"source": source, "limit": limit + 1},
        )
        shown = rows[:limit] if as_json else [_shortened(row) for row in _brief(rows[:limit], _BRIEF_ROW)]
        show(shown, form=_form(as_json), empty="no row is in quarantine")
        if len(rows) > limit:
            click.echo(f"the first {limit} only; more with --limit", err=True)

    return quarantine


def _rebuild(door: Door) -> click.Command:
    @click.command("rebuild")
    @click.option("--partition", "patterns", multiple=True, help="Partition such as 'a|b'; * and ? match. Repeatable.")
    @click.option("--source", "sources", multiple=True, help="The partitions that hold this raw object. Repeatable.")
    @click.option("--all", "is_all", is_flag=True, help="Every partition.")
    @click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until the runs have ended.")
    @click.option("--patience", default=3600, show_default=True, type=click.IntRange(1), help="Seconds to wait.")
    def rebuild(
        *, patterns: tuple[str, ...], sources: tuple[str, ...], is_all: bool, wait: bool, patience: int
    ) -> None:
        """Make tables again from raw; the rows are the same as before."""
        if not (patterns or sources or is_all):
            raise click.UsageError("Say what: --partition, --source or --all.")
        chosen = _chosen(door, ("*",) if is_all else patterns, sources)
        api = handles.dagster_api()
        backfill = api.launch_backfill(door.rebuilt, chosen, f"grt {door.system} rebuild")
        click.echo(f"backfill {backfill} of {len(chosen)} partition(s)", err=True)
        if wait:
            from grt_platform.serving.waiting import wait_for_backfill

            failed = wait_for_backfill(backfill, patience_s=patience)
            click.echo(f"{len(chosen)} partition(s) asked for, {failed} failed")
            sys.exit(1 if failed else 0)

    return rebuild


def _export(door: Door) -> click.Command:
    @click.command("export")
    @click.argument("table")
    @click.option("--format", "form", type=_FORMS, default="csv", show_default=True)
    @click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File; standard output without it.")
    @click.option("--private", "with_private", is_flag=True, help="Allow a table that holds private values.")
    def export(*, table: str, form: str, out: Path | None, with_private: bool) -> None:
        """Write a whole TABLE of the lake."""
        from grt_platform.serving.exporting import export_table

        shape = door.table(table)
        if shape.is_private and not with_private:
            raise BadInputError(f"{shape.name} is private: say --private if you may have it")
        if out is not None and not out.absolute().parent.is_dir():
            raise BadInputError(f"{out.parent} is no folder: make it, or say another --out")
        if out is None and form == "parquet" and sys.stdout.isatty():
            raise BadInputError("Parquet is not for a terminal: say --out FILE")
        export_table(handles.lake(), shape, form, out)

    return export


def _chosen(door: Door, patterns: Sequence[str], sources: Sequence[str]) -> list[str]:
    cut = door.tables["ledger"].partition_by
    rows = handles.warehouse().fetch(f"SELECT DISTINCT {', '.join(cut)}, source FROM {door.system}.ledger")
    known = {"|".join(str(row[name]) for name in cut): set[str]() for row in rows}
    for row in rows:
        known["|".join(str(row[name]) for name in cut)].add(str(row["source"]))
    in_raw = {*known, *(door.partitions() if patterns else ())}
    chosen = {key for key in in_raw for pattern in patterns if fnmatchcase(key, pattern)}
    chosen |= {key for key, held in known.items() if held & set(sources)}
    if not chosen:
        raise BadInputError(f"No partition of {door.system} matches; `grt {door.system} ledger --json` lists them")
    return sorted(chosen)


def _brief(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = _BRIEF) -> list[dict[str, Any]]:
    return [{name: row.get(name) for name in columns} for row in rows]


def _shortened(row: dict[str, Any]) -> dict[str, Any]:
    """The row with so much of its bytes as a table has room for."""
    raw = bytes(row["raw"])
    return {**row, "raw": raw if len(raw) <= _MOST_RAW else raw[:_MOST_RAW] + b" ..."}


def _form(as_json: object) -> str:
    return "json" if as_json else "table"
