"""The demo of galaxy: a day of usegalaxy.org goes through the real sensor and runs, then questions are asked of it."""

from pathlib import Path

from grt_platform.serving import handles
from grt_platform.serving.demo import DemoPlatform, DemoResult
from grt_platform.serving.page import Page, Row
from grt_platform.serving.waiting import wait_for_loaded
from grt_platform.systems.galaxy.serving import queries
from grt_platform.systems.galaxy.serving.door import GALAXY
from grt_platform.systems.galaxy.serving.loading import find_reports, put_into_raw

SAMPLE = Path(__file__).resolve().parents[1] / "sample"
_PATIENCE_S = 300


def run(_platform: DemoPlatform) -> list[DemoResult]:
    """Loads the sample and answers what people ask of galaxy."""
    loaded = list(put_into_raw(handles.raw_store(), find_reports([SAMPLE], None)))
    rows = wait_for_loaded(GALAXY, loaded, patience_s=_PATIENCE_S)
    database = handles.warehouse()
    usage = queries.tool_usage(database, queries.UsageFilter("", None, "month", None, None), Page(1))[0]
    tool = str(usage["tool_id"])
    memory = {str(row["quantity"]): row for row in queries.tool_resources(database, tool, None, None, Page(50))}
    rules = queries.tool_resources_by_input(database, tool, None)
    return [
        DemoResult(
            "What came in, and was anything lost?",
            f"{rows[0]['source']}: {rows[0]['rows_loaded']:,} of {rows[0]['rows_in']:,} rows loaded, "
            f"{rows[0]['rows_quarantined']} in quarantine",
            "grt galaxy ledger",
        ),
        DemoResult(
            "Which tool is used most?",
            f"{tool} {usage['tool_version']}: {usage['jobs']:,} jobs in {usage['starts_on']:%B %Y}",
            "grt galaxy tools --period day",
        ),
        DemoResult("How long does it run?", _span(memory.get("runtime_s"), 1, "s"), f"grt galaxy resources {tool}"),
        DemoResult(
            "How much memory does it use?",
            _span(memory.get("memory_used_bytes"), 2**20, "MiB"),
            f"grt galaxy resources {tool} --json",
        ),
        DemoResult(
            "What should it be given?",
            next((f"{row['suggested_memory_gb']} GB" for row in rules if row["suggested_memory_gb"]), "no rule yet"),
            f"grt galaxy by-input {tool}",
        ),
        DemoResult("Where did it come from?", "the lineage shows, with pictures", "grt up, then Lineage in the UI"),
    ]


def _span(row: Row | None, unit: int, name: str) -> str:
    if row is None or not row["jobs"]:
        return "it was not measured"
    half, most = row["p50"] / unit, row["p95"] / unit
    return f"half of {row['jobs']:,} jobs up to {half:,.0f} {name}, 95 % up to {most:,.0f} {name}"
