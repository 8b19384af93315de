"""What to give a tool: memory and cores suggested by evidence, and the rules in the form of Total Perspective Vortex.

TPV (github.com/galaxyproject/total-perspective-vortex) matches a tool by a regular expression from the start of its
id, counts `mem` and `input_size` in units of 2^30 bytes, and lets a later matching rule override an earlier one.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import polars as pl

MINIMUM_JOBS: Final = 20
MARGIN: Final = 1.2
LIMIT_HITS_TOLERATED: Final = 0.05
GB: Final = 2**30
_STEPS: Final = ((8, 0.5), (64, 1), (256, 4))
_LAST_STEP: Final = 16


def memory_gb(group: Sequence[str]) -> pl.Expr:
    """Memory for one bin, null without evidence, and never less than for a smaller bin of the same tool.

    The 95th percentile times the margin; where more jobs than tolerated came to their limit the percentile is cut off
    by it, so the largest peak counts instead. Rows must be sorted by bin.
    """
    is_cut_off = pl.col("limit_hit_share") > LIMIT_HITS_TOLERATED
    peak = pl.when(is_cut_off).then("memory_max_bytes").otherwise("memory_p95_bytes")
    enough = pl.when(pl.col("memory_jobs") >= MINIMUM_JOBS).then(peak * MARGIN / GB)
    is_sized = pl.col("input_from_bytes") >= 0
    return _rounded_up(enough).cum_max().over(*group, "tool_id", is_sized)


def cores() -> pl.Expr:
    """Whole cores for one bin: the 95th percentile of the cores kept busy, rounded up; null without evidence."""
    return pl.when(pl.col("cores_jobs") >= MINIMUM_JOBS).then(pl.col("cores_p95").ceil().clip(1)).cast(pl.Int64)


def _rounded_up(gb: pl.Expr) -> pl.Expr:
    """Up to the next half below 8 GB, whole below 64, multiple of 4 below 256, of 16 above."""
    steps = [pl.when(gb <= limit).then((gb / step).ceil() * step) for limit, step in _STEPS]
    return pl.coalesce(*steps, (gb / _LAST_STEP).ceil() * _LAST_STEP)


def tpv_rule(tool_id: str, bins: Sequence[dict[str, Any]]) -> str | None:
    """The tool's entry as a YAML document with its evidence as comments; None where no bin has enough jobs.

    Args:
        tool_id: Without its version. Ids that are not printable ASCII get no rule: Galaxy makes none.
        bins: Rows of tool_resources_by_input of this tool, by rising size.
    """
    sized = [row for row in bins if row["input_from_bytes"] >= 0]
    known = [row for row in sized if row["suggested_memory_gb"] is not None]
    base = known[0] if known else next((row for row in bins if row["suggested_memory_gb"] is not None), None)
    if base is None or not (tool_id.isascii() and tool_id.isprintable()):
        return None
    lines = ["tools:", f"  {_tool_key(tool_id)}:", *(f"    # {_evidence(row)}" for row in bins)]
    if any(row["suggested_cores"] for row in bins):
        lines.append(f"    cores: {max(row['suggested_cores'] or 0 for row in bins)}")
    lines.append(f"    mem: {_number(base['suggested_memory_gb'])}")
    return "\n".join([*lines, *_rules(base, known)]) + "\n"


def _rules(base: dict[str, Any], known: Iterable[dict[str, Any]]) -> list[str]:
    """One rule wherever a larger input needs more memory than all smaller ones."""
    lines, memory = [], base["suggested_memory_gb"]
    for row in known:
        if row["suggested_memory_gb"] > memory:
            memory = row["suggested_memory_gb"]
            lines += [
                f"    - id: input_from_{_size(row['input_from_bytes']).replace(' ', '_').lower()}",
                f"      if: input_size >= {_number(row['input_from_bytes'] / GB)}",
                f"      mem: {_number(memory)}",
            ]
    return ["    rules:", *lines] if lines else []


def _tool_key(tool_id: str) -> str:
    """A regular expression for every version of the tool and nothing else, as a single-quoted YAML string."""
    is_versioned = "/repos/" in tool_id
    pattern = re.escape(tool_id).replace(r"\-", "-").replace(r"\ ", " ") + ("/.*" if is_versioned else "$")
    return "'" + pattern.replace("'", "''") + "'"


def _evidence(row: dict[str, Any]) -> str:
    """What one bin rests on, in one line of figures."""
    start, below = row["input_from_bytes"], row["input_below_bytes"]
    span = "input size unknown" if start < 0 else f"input {_size(start)} to {_size(below) if below else 'any'}"
    if not row["memory_jobs"]:
        return f"{span}: {row['jobs']} jobs, no memory peak known"
    peaks = f"p95 {row['memory_p95_bytes'] / GB:.2f} GB, max {row['memory_max_bytes'] / GB:.2f} GB"
    hits = "" if row["limit_hit_share"] is None else f", {row['limit_hit_share']:.0%} at their limit"
    few = "" if row["memory_jobs"] >= MINIMUM_JOBS else f" (fewer than {MINIMUM_JOBS}: no suggestion)"
    return f"{span}: {row['memory_jobs']} memory peaks, {peaks}{hits}{few}"


def _size(size: int) -> str:
    """Such as `64 MiB`; exact, since edges are powers of two."""
    for unit, power in (("TiB", 40), ("GiB", 30), ("MiB", 20)):
        if size >= 2**power:
            return f"{size // 2**power} {unit}"
    return f"{size} B"


def _number(value: float) -> str:
    """Plain decimals without an exponent or trailing zeros."""
    return f"{value:.12f}".rstrip("0").rstrip(".")
