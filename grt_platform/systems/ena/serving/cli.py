"""The command line of ENA: track taxa, see where they stand, bring answers and trackers in and out."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grt_platform.serving import handles
from grt_platform.serving.door import Loaded
from grt_platform.serving.output import show
from grt_platform.serving.verbs import PARTIAL, add_uniform_verbs, finish_load
from grt_platform.settings import settings
from grt_platform.systems.ena.logic.taxon import read_taxon
from grt_platform.systems.ena.serving.door import ENA

if TYPE_CHECKING:
    from grt_platform.systems.ena.tracker import Answered, Tracker
    from grt_platform.systems.ena.workshop import Workshop


class _Taxon(click.ParamType[int]):
    """An NCBI taxon id."""

    name = "taxon"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        del param, ctx
        return value if isinstance(value, int) else read_taxon(str(value))


_TAXON = click.argument("taxon", type=_Taxon())
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
_BRIEF = ("taxonomy_id", "last_run_status", "stage_name", "priority", "last_checked", "droplet_ips", "needs_attention")
_BRIEF_MACHINE = ("batch_id", "provider", "state", "ip", "attempt", "created_at", "deadline_at", "reason")


@click.group("ena")
def group() -> None:
    """Runs of the European Nucleotide Archive by taxon: chosen, fetched on machines, verified at home."""


@group.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--taxon", required=True, type=_Taxon(), help="Which taxon the answers are about.")
@click.option("--wait", is_flag=True, help="Wait until they are loaded and divided into batches.")
@click.option("--patience", default=3600, show_default=True, type=click.IntRange(1), help="Seconds to wait.")
@_JSON
def load(*, paths: tuple[Path, ...], taxon: int, wait: bool, patience: int, as_json: bool) -> None:
    """Put answers of the portal (PATH: tab-separated, or that gzipped) into raw, as if ENA had been asked."""
    shop, loaded = _shop(), []
    shop.tracker.add([str(taxon)], _now())
    for path in paths:
        check = shop.records.give(taxon, path, _now())
        partition = (("taxonomy_id", str(taxon)),)
        loaded += [Loaded(check.source(answer), answer.sha256, partition) for answer in check.answers]
    shop.tracker.change(taxon, lambda each: each.fetched() if not each.droplet_ips else each, _now())
    finish_load(ENA, loaded, wait=wait, patience_s=patience, as_json=as_json)


@group.command("add")
@click.argument("taxa", nargs=-1, required=True)
@_JSON
def add(*, taxa: tuple[str, ...], as_json: bool) -> None:
    """Track TAXA (NCBI taxon ids); each one is answered. Exits 3 when one of them is none."""
    _answer(_tracker().add(taxa, _now()), as_json=as_json)


@group.command("status")
@click.argument("taxa", nargs=-1, type=_Taxon())
@_JSON
def status(*, taxa: tuple[int, ...], as_json: bool) -> None:
    """Where TAXA stand; all of them without any."""
    rows = _tracker().rows(list(taxa) if taxa else None)
    _show(rows, _BRIEF, as_json=as_json, empty="no taxon is tracked")


@group.command("clear")
@_TAXON
def clear(*, taxon: int) -> None:
    """You have looked at what TAXON needed: it resumes at the stage that failed, its failed machines begin again."""
    after = _tracker().clear(taxon, _now(), timedelta(hours=settings().ena_deadline_hours))
    click.echo(f"{taxon}: next is to {after.stage.title}")


@group.command("set-priority")
@_TAXON
@click.argument("priority", type=int)
def set_priority(*, taxon: int, priority: int) -> None:
    """TAXON comes before those of lower PRIORITY; -1 stops it (write `-- TAXON -1`)."""
    _tracker().set_priority(taxon, priority, _now())
    click.echo(f"{taxon}: priority {priority}")


@group.command("set-rules")
@_TAXON
@click.option("--genome-size", type=click.IntRange(1), help="Bases of one genome.")
@click.option("--min-depth", type=click.FloatRange(0, min_open=True), help="Times the genome must be covered.")
@click.option("--max-run-bytes", type=click.IntRange(0), help="Most bytes of one run's files.")
def set_rules(*, taxon: int, genome_size: int | None, min_depth: float | None, max_run_bytes: int | None) -> None:
    """What runs of TAXON must have; a rule without a value is off. The next check applies them."""
    from grt_platform.systems.ena.logic.wanted import Wanted

    wanted = Wanted(genome_size, min_depth, max_run_bytes)
    _tracker().set_wanted(taxon, wanted)
    click.echo(f"{taxon}: {wanted.note or 'every rule is on'}")


@group.command("remove")
@_TAXON
def remove(*, taxon: int) -> None:
    """Stop tracking TAXON, once its machines are gone; what is in raw and at home stays."""
    is_gone = _tracker().remove(taxon)
    click.echo(f"{taxon}: {'not tracked any more' if is_gone else 'leaves with its last machine'}")


@group.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_JSON
def import_tracker(*, path: Path, as_json: bool) -> None:
    """Take the rows of PATH, a microfetch.csv; tracked taxa stay as they are. Exits 3 after a bad row."""
    _answer(_tracker().load(path.read_bytes(), path.name, _now()), as_json=as_json)


@group.command("runs")
@_TAXON
@click.option("--csv", "as_csv", is_flag=True, help="The whole accession list with reasons, as CSV.")
@_JSON
def runs(*, taxon: int, as_csv: bool, as_json: bool) -> None:
    """How many runs of TAXON are fetched, and how many each rule leaves out."""
    from grt_platform.systems.ena.serving import queries

    if as_csv:
        sys.stdout.writelines(queries.accession_list(handles.warehouse(), taxon))
        return
    show(
        queries.reasons(handles.warehouse(), taxon), form="json" if as_json else "table", empty="it was not checked yet"
    )


@group.command("files")
@_TAXON
@_JSON
def files(*, taxon: int, as_json: bool) -> None:
    """The files of TAXON that are verified at home."""
    from grt_platform.systems.ena.serving import queries

    show(queries.files(handles.warehouse(), taxon), form="json" if as_json else "table", empty="nothing is home yet")


@group.command("verify")
@_TAXON
def verify(*, taxon: int) -> None:
    """Read every file of TAXON at home again and compare its sum. Exits 1 when one is wrong."""
    from grt_platform.systems.ena.logic.manifest import Fetched
    from grt_platform.systems.ena.serving import queries

    rows = queries.files(handles.warehouse(), taxon)
    listed = (Fetched(row["run_accession"], Path(row["path"]).name, row["size_bytes"], row["md5"]) for row in rows)
    wrong = [f"{file.path}: {fault}" for file, fault in _shop().home.verified(taxon, listed) if fault]
    for line in wrong:
        click.echo(line)
    click.echo(f"{len(rows) - len(wrong)} of {len(rows)} files are as ENA lists them")
    sys.exit(1 if wrong else 0)


@group.command("machines")
@click.option("--all", "with_gone", is_flag=True, help="Those that are gone, too.")
@_JSON
def machines(*, with_gone: bool, as_json: bool) -> None:
    """The machines that are planned or exist."""
    from grt_platform.systems.ena.register import Register

    rows = [row for row in Register(handles.warehouse()).rows() if with_gone or row["state"] != "destroyed"]
    _show(rows, _BRIEF_MACHINE, as_json=as_json, empty="no machine exists")


@group.command("heartbeat")
@click.option("--once", is_flag=True, required=True, help="One look, here; the sensor does it all the time.")
def heartbeat(*, once: bool) -> None:
    """One heartbeat in this process, without Dagster: the next taxon's stages, ready machines, and their tending."""
    from grt_platform.systems.ena.beat import beat

    del once
    handles.warehouse()
    done = beat(_shop(tell=lambda taxon, text: click.echo(f"{taxon}: {text}")))
    click.echo(done)


@group.command("rehearse")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port; a free one without it.")
def rehearse(*, port: int) -> None:
    """Serve a small invented taxon as ENA would, on this machine alone, until Ctrl-C.

    A platform that is started with the settings it prints asks it instead of ENA.
    """
    import threading

    from grt_platform.systems.ena.serving.rehearsal import TAXON, rehearsal
    from grt_platform.systems.ena.serving.stand_in import serving

    with serving(rehearsal(), port) as url:
        click.echo(f"taxon {TAXON} is served; before `grt up`:")
        click.echo(f"export GRT_ENA_URL={url}/portal/api GRT_ENA_FILES_URL={url}")
        threading.Event().wait()


def _shop(tell: Callable[[int, str], None] | None = None) -> "Workshop":
    from grt_platform.systems.ena.workshop import Workshop

    handles.warehouse()
    return Workshop(settings(), tell) if tell else Workshop(settings())


def _tracker() -> "Tracker":
    from grt_platform.systems.ena.tracker import Tracker

    return Tracker(handles.warehouse())


def _now() -> datetime:
    return datetime.now(UTC)


def _answer(answered: "Sequence[Answered]", *, as_json: bool) -> None:
    rows = [{"given": one.given, "outcome": one.outcome, "detail": one.detail} for one in answered]
    show(rows, form="json" if as_json else "table")
    if any(row["outcome"] == "invalid" for row in rows):
        sys.exit(PARTIAL)


def _show(rows: list[dict[str, Any]], brief: tuple[str, ...], *, as_json: bool, empty: str) -> None:
    shown = rows if as_json else [{name: row[name] for name in brief} for row in rows]
    show(shown, form="json" if as_json else "table", empty=empty)


def _export_tracker_too(verb: click.Command) -> None:
    """`export tracker` writes the tracker as microfetch.csv, besides every table of the lake."""
    tables = verb.callback

    def export(*, table: str, out: Path | None, **rest: Any) -> None:
        if table != "tracker":
            tables(table=table, out=out, **rest) if tables else None
        elif out is None:
            sys.stdout.buffer.write(_tracker().dump())
        else:
            out.write_bytes(_tracker().dump())

    verb.callback = export
    verb.help = "Write a whole TABLE of the lake; `tracker` is the tracker as microfetch.csv."


add_uniform_verbs(group, ENA)
_export_tracker_too(group.commands["export"])
