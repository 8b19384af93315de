"""The demo of lustre: dumps of two made volumes go through the real sensors and runs, then questions are asked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from grt_platform.serving import handles
from grt_platform.serving.demo import DemoPlatform, DemoResult
from grt_platform.serving.page import Page, Row
from grt_platform.serving.waiting import wait_for_loaded
from grt_platform.systems.lustre.asking import ask_groups, ask_quotas
from grt_platform.systems.lustre.logic.iec import humanise
from grt_platform.systems.lustre.serving import queries
from grt_platform.systems.lustre.serving.door import LUSTRE
from grt_platform.systems.lustre.serving.loading import find_dumps, put_into_raw
from grt_platform.systems.lustre.serving.making import Making, SideFiles, make, write_side_files
from grt_platform.systems.lustre.serving.where import answer
from grt_platform.systems.lustre.snapshots import Snapshots
from grt_platform.systems.lustre.sources.groups import FileOfGroups
from grt_platform.systems.lustre.sources.quotas import FileOfQuotas

DAYS = {"scratch114": 3, "scratch119": 1}
"""How many dumps of each volume are made."""
LINES = 20_000
_PATIENCE_S = 900


def run(_platform: DemoPlatform) -> list[DemoResult]:
    """Makes and loads the dumps, and answers what people ask of lustre."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    with TemporaryDirectory() as folder:
        made = {
            volume: list(make(Path(folder), Making(volume, yesterday, days, LINES))) for volume, days in DAYS.items()
        }
        _ask(write_side_files(Path(folder), {volume: dumps[0][1] for volume, dumps in made.items()}))
        loaded = list(put_into_raw(handles.raw_store(), find_dumps([Path(folder)])))
    rows = wait_for_loaded(LUSTRE, loaded, patience_s=_PATIENCE_S)
    database, everything = handles.warehouse(), queries.Wanted()
    largest = max(queries.report(database, everything, Page(1000)), key=lambda row: row["used_bytes"])
    name = largest["group_name"] or str(largest["gid"])
    projects = [row for row in queries.projects(database, everything, None, Page(1000)) if row["project"]]
    project = max(projects, key=lambda row: row["used_bytes"])
    root = f"/lustre/{largest['volume']}"
    places = answer(database, handles.lake(), queries.Question(root, None, 2, None, 20))
    most = max(places[1:], key=lambda row: (row["depth"], row["used_bytes"]))
    [pressing] = queries.forecasts(database, everything, 1, Page(1))
    return [
        DemoResult(
            "What came in, and was anything lost?",
            f"{len(rows)} dumps: {sum(row['rows_loaded'] for row in rows):,} of "
            f"{sum(row['rows_in'] for row in rows):,} lines loaded",
            "grt lustre ledger",
        ),
        DemoResult(
            "Who uses most?",
            f"{name}: {humanise(largest['used_bytes'])} of {largest['volume']} in {largest['inodes']:,} inodes",
            "grt lustre report",
        ),
        DemoResult(
            "Which project holds most?",
            f"{project['area']}/{project['project']}: {humanise(project['used_bytes'])} in {project['files']:,} files",
            "grt lustre projects",
        ),
        DemoResult("Where is it?", f"{most['path']}: {humanise(most['used_bytes'])}", f"grt lustre where {root}"),
        DemoResult("When does its space end?", _end(pressing), "grt lustre forecasts"),
    ]


def _end(row: Row) -> str:
    name, share = row["group_name"] or row["gid"], row["fraction_in_7_days"]
    when = f"is full on {row['space_exceeded_on']}" if row["space_exceeded_on"] else "does not fill up"
    return f"{name} on {row['volume']} {when}" + (f", at {share:.0%} of its quota in a week" if share else "")


def _ask(files: SideFiles) -> None:
    """Groups and quotas are asked for once, of files that stand in for a directory and for `lfs`."""
    store, now = handles.raw_store(), datetime.now(UTC)
    if Snapshots(store, "groups").newest() is None:
        ask_groups(store, FileOfGroups(str(files.groups), str(files.passwd)), now)
    if Snapshots(store, "quotas").newest() is None:
        ask_quotas(store, FileOfQuotas(str(files.quotas)), list(DAYS), now)
