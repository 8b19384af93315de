"""The command line of lustre: load dumps, ask who uses what, where, and when it runs out."""

from datetime import UTC, date, datetime
from pathlib import Path

import click

from grt_platform.serving import handles
from grt_platform.serving.output import show
from grt_platform.serving.page import Page
from grt_platform.serving.verbs import add_uniform_verbs, finish_load
from grt_platform.systems.lustre.serving import ahead, leaders_cli, queries, shown
from grt_platform.systems.lustre.serving.door import LUSTRE

FORMS = ("mpistat", "wrstat_old", "wrstat", "wrstat_new")
FAULTS = ("", "truncated", "empty", "garbage", "zeros", "members", "corrupt")
_NOTHING = "nothing of a loaded dump fits; `grt lustre days` lists what is loaded"
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
_TSV = click.option("--tsv", "as_tsv", is_flag=True, help="All rows, tab-separated, as the programs before wrote it.")
_DATE = click.option(
    "--date",
    "dumped_on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Date of the dump; without, the newest.",
)
_VOLUME = click.option("--volume", help="One volume, such as scratch114.")
_GROUP = click.option("--group", "group_name", help="One group, by name or number.")
_LIMIT = click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="Most rows.")


@click.group("lustre")
def group() -> None:
    """Usage of Lustre volumes: who uses what, where it is, when quotas run out."""


@group.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--wait", is_flag=True, help="Wait until they are loaded and reported.")
@click.option("--patience", default=7200, show_default=True, type=click.IntRange(1), help="Seconds to wait.")
@_JSON
def load(*, paths: tuple[Path, ...], wait: bool, patience: int, as_json: bool) -> None:
    """Put dumps (PATH: folders, <YYYYMMDD>_<volume>.dat.gz, wrstat's stats.gz) into raw.

    Exits 3 when a dump was rejected or lines of it are in quarantine.
    """
    from grt_platform.serving.waiting import progress
    from grt_platform.systems.lustre.serving.loading import find_dumps, put_into_raw

    dumps = find_dumps(paths)
    with progress() as bars:
        loaded = list(bars.track(put_into_raw(handles.raw_store(), dumps), len(dumps), description="copying"))
    finish_load(LUSTRE, loaded, wait=wait, patience_s=patience, as_json=as_json)


@group.command("report")
@_DATE
@_VOLUME
@_GROUP
@_LIMIT
@_TSV
@_JSON
def report(
    *,
    dumped_on: datetime | None,
    volume: str | None,
    group_name: str | None,
    limit: int,
    as_tsv: bool,
    as_json: bool,
) -> None:
    """What each group uses of each volume, with quotas and last change."""
    _refuse_both(as_tsv=as_tsv, as_json=as_json)
    wanted = queries.Wanted(_day(dumped_on), volume, group_name)
    most = Page(10**9 if as_tsv else limit)
    rows = queries.report(handles.warehouse(), wanted, most)
    if as_tsv:
        click.echo(shown.old_report(rows), nl=False)
        return
    show(rows if as_json else shown.brief_report(rows), form=_form(as_json), empty=_NOTHING)


@group.command("users")
@_DATE
@_VOLUME
@_GROUP
@click.option("--uid", type=int, help="One user, by number.")
@_LIMIT
@_JSON
def users(
    *,
    dumped_on: datetime | None,
    volume: str | None,
    group_name: str | None,
    uid: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """What each user uses in each group, the largest first."""
    wanted = queries.Wanted(_day(dumped_on), volume, group_name, uid)
    rows = queries.users(handles.warehouse(), wanted, Page(limit))
    show(rows if as_json else shown.readable(rows), form=_form(as_json), empty=_NOTHING)


@group.command("projects")
@click.argument("project", required=False)
@_DATE
@_VOLUME
@_GROUP
@_LIMIT
@_TSV
@_JSON
def projects(
    *,
    project: str | None,
    dumped_on: datetime | None,
    volume: str | None,
    group_name: str | None,
    limit: int,
    as_tsv: bool,
    as_json: bool,
) -> None:
    """What each directory of PROJECT (all without it) holds, by file class."""
    _refuse_both(as_tsv=as_tsv, as_json=as_json)
    wanted = queries.Wanted(_day(dumped_on), volume, group_name)
    most = Page(10**9 if as_tsv else limit)
    rows = queries.projects(handles.warehouse(), wanted, project, most)
    if as_tsv:
        click.echo(shown.old_projects(rows), nl=False)
        return
    show(rows if as_json else shown.brief_projects(rows), form=_form(as_json), empty=_NOTHING)


@group.command("history")
@click.argument("group_name", metavar="GROUP")
@_VOLUME
@_LIMIT
@_JSON
def history(*, group_name: str, volume: str | None, limit: int, as_json: bool) -> None:
    """What GROUP (name or number) used at every date, and when its quotas will be exceeded."""
    wanted = queries.Wanted(volume=volume, group=group_name)
    rows = queries.history(handles.warehouse(), wanted, Page(limit))
    coming = queries.forecasts(handles.warehouse(), wanted, 1, Page(limit))
    if as_json:
        show([{"history": rows, "forecasts": coming}], form="json")
        return
    show(shown.readable(rows), empty=f"nothing is known of {group_name}")
    show(shown.brief_forecasts(coming), title="Forecast", empty="none")


@group.command("forecasts")
@_VOLUME
@click.option("--level", default=1, show_default=True, type=click.IntRange(1, 9), help="This warning level or worse.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Instead what is expected to be used on that date.")
@_LIMIT
@_JSON
def forecasts(*, volume: str | None, level: int, on: datetime | None, limit: int, as_json: bool) -> None:
    """When quotas will be exceeded, the most pressing first."""
    rows = queries.forecasts(handles.warehouse(), queries.Wanted(volume=volume), level, Page(limit))
    found = ahead.expected(rows, _day(on))
    if not as_json:
        found = shown.readable(found) if on else shown.brief_forecasts(found)
    show(found, form=_form(as_json), empty="nothing to warn of")


@group.command("days")
@_LIMIT
@_JSON
def days(*, limit: int, as_json: bool) -> None:
    """Which dates are complete, and which volumes are missing."""
    show(queries.days(handles.warehouse(), Page(limit)), form=_form(as_json), empty="no dump is loaded")


@group.command("where")
@click.argument("path")
@_DATE
@click.option("--depth", default=1, show_default=True, type=click.IntRange(0, 100), help="Levels below PATH.")
@click.option("--by", type=click.Choice(["group", "user", "class", "age"]), help="Instead of directories.")
@_LIMIT
@_JSON
def where(*, path: str, dumped_on: datetime | None, depth: int, by: str | None, limit: int, as_json: bool) -> None:
    r"""Where the data is: PATH and the directories below it, or what is below it by group, user, class or age.

    Bytes of PATH that are no UTF-8 are written \xNN, a backslash twice.
    """
    from grt_platform.systems.lustre.serving.where import answer

    question = queries.Question(path, _day(dumped_on), depth, by, limit)
    rows = answer(handles.warehouse(), handles.lake(), question)
    show(rows if as_json else shown.brief_where(rows), form=_form(as_json))


@group.command("generate")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--volume", default="scratch114", show_default=True, help="Name of the volume.")
@click.option("--date", "dumped_on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Date of the last dump.")
@click.option("--days", default=1, show_default=True, type=click.IntRange(1, 3660), help="Dumps, one a day.")
@click.option("--lines", default=100_000, show_default=True, type=click.IntRange(1), help="Inodes on the first day.")
@click.option("--seed", default=0, show_default=True, help="Other seeds give other volumes.")
@click.option("--form", default="mpistat", show_default=True, type=click.Choice(FORMS), help="How lines are written.")
@click.option("--bad-lines", default=0, show_default=True, type=click.IntRange(0), help="Of each kind of bad line.")
@click.option("--fault", default="", type=click.Choice(FAULTS), help="What is wrong with the last dump.")
def generate(
    *,
    folder: Path,
    volume: str,
    dumped_on: datetime,
    days: int,
    lines: int,
    seed: int,
    form: str,
    bad_lines: int,
    fault: str,
) -> None:
    """Make dumps of a volume that nobody scanned in FOLDER, and the files that go with them.

    The same options make the same bytes. The files groups.csv, passwd and quotas.csv stand in for a directory and for
    `lfs quota`: name them in GRT_LUSTRE_GROUPS_FILE, GRT_LUSTRE_PASSWD_FILE and GRT_LUSTRE_QUOTAS_FILE.
    """
    from grt_platform.systems.lustre.serving.making import Making, make, write_side_files

    made = list(make(folder, Making(volume, dumped_on.date(), days, lines, seed, form, bad_lines, fault)))
    write_side_files(folder, {volume: made[0][1]})
    show([{"file": str(path), "lines": each.lines, "size_bytes": each.packed_bytes} for path, each in made])


@group.command("plan")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The date; today's without it.")
@click.option("--full-set", is_flag=True, help="By the rule of the old manager: all volumes of a date or none.")
@_JSON
def plan(*, today: datetime | None, full_set: bool, as_json: bool) -> None:
    """What would be reported today, and why, looking back GRT_LUSTRE_MAX_DAYS_AGO days.

    GRT_LUSTRE_PUBLICATION says whether volume by volume or by the old rule: the newest date on which every volume has
    a dump, unless that date or a later one has a report.
    """
    from grt_platform.systems.lustre.serving.planning import is_strict, planned

    day = _day(today) or datetime.now(UTC).date()
    rows = planned(handles.warehouse(), handles.raw_store(), day, is_strict=full_set or is_strict())
    show(rows, form=_form(as_json), empty="no volume is known")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _refuse_both(*, as_tsv: bool, as_json: bool) -> None:
    if as_tsv and as_json:
        raise click.UsageError("Say --tsv or --json, not both.")


def _form(as_json: object) -> str:
    return "json" if as_json else "table"


for _command in (leaders_cli.grant, leaders_cli.revoke, leaders_cli.leaders):
    group.add_command(_command)
add_uniform_verbs(group, LUSTRE)
