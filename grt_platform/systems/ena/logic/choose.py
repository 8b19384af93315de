"""Which runs are worth fetching: the rules in their order; the first that a run fails is its reason.

The rules are those of the microfetch procedure as it meant them: strategy, platform, source, layout, depth, place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grt_platform.systems.ena.logic.fields import Value, is_sentinel
from grt_platform.systems.ena.logic.files import RunFiles, read_files
from grt_platform.systems.ena.logic.wanted import Wanted

Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Choice:
    """The verdict on one run: its reason is empty when it is wanted."""

    reason: str
    files: RunFiles

    @property
    def is_excluded(self) -> bool:
        """Whether the run is left out."""
        return bool(self.reason)


def choose(row: Row, wanted: Wanted) -> Choice:
    """The verdict on a run.

    Args:
        row: Values by field, as `RunField.read` gives them.
        wanted: The rules of its taxon.
    """
    files = read_files({name: _text(row, name) for name in _LISTS}, is_paired=row.get("library_layout") == "PAIRED")
    reason = next((name for name, is_met in _RULES if not is_met(row, wanted)), "")
    return Choice(reason or files.reason or _over_budget(files, wanted), files)


def _is(name: str, value: str) -> Callable[[Row, Wanted], bool]:
    return lambda row, _: row.get(name) == value


def _is_deep(row: Row, wanted: Wanted) -> bool:
    if not wanted.genome_size or not wanted.min_depth:
        return True
    bases = row.get("base_count")
    return isinstance(bases, int) and bases >= wanted.genome_size * wanted.min_depth


def _has_date(row: Row) -> bool:
    return bool(_text(row, "collection_date")) and not is_sentinel(_text(row, "collection_date"))


def _is_placed(row: Row, _: Wanted) -> bool:
    has_position = row.get("lat") is not None and row.get("lon") is not None
    return has_position or bool(row.get("country")) or _has_date(row)


def _over_budget(files: RunFiles, wanted: Wanted) -> str:
    if wanted.max_run_bytes is None or files.size_bytes <= wanted.max_run_bytes:
        return ""
    return f"{files.size_bytes} bytes are over the budget of {wanted.max_run_bytes}"


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value)


_LISTS = ("fastq_ftp", "fastq_bytes", "fastq_md5")
_RULES: tuple[tuple[str, Callable[[Row, Wanted], bool]], ...] = (
    ("library_strategy is not WGS", _is("library_strategy", "WGS")),
    ("instrument_platform is not ILLUMINA", _is("instrument_platform", "ILLUMINA")),
    ("library_source is not GENOMIC", _is("library_source", "GENOMIC")),
    ("library_layout is not PAIRED", _is("library_layout", "PAIRED")),
    ("base_count is below genome size times depth", _is_deep),
    ("neither location nor collection date", _is_placed),
)
