"""How much bcftools may take."""

from dataclasses import dataclass

from grt_platform.settings import Settings


@dataclass(frozen=True, slots=True)
class ToolLimits:
    """Bounds on the children that answer one question; each has a setting GRT_VARIANTS_<NAME>.

    Attributes:
        bcftools: Path of the program; empty for the one inside pysam.
        time_s: Longest duration of one pipeline.
        cpu_s: CPU seconds of one child.
        memory_bytes: Address space of one child.
        file_bytes: Size of any file that a child writes.
        open_files: Files that a child may have open.
        files_at_once: Files that are merged or concatenated at once; more are taken in batches.
        sort_memory_bytes: Memory of a sort, before it goes on on disk.
    """

    bcftools: str = ""
    time_s: float = 6 * 3600
    cpu_s: int = 6 * 3600
    memory_bytes: int = 2 * 1024**3
    file_bytes: int = 100 * 1024**3
    open_files: int = 1024
    files_at_once: int = 50
    sort_memory_bytes: int = 256 * 1024**2


def limits_of(settings: Settings) -> ToolLimits:
    """What the settings allow."""
    return ToolLimits(
        bcftools=settings.variants_bcftools,
        time_s=settings.variants_time_s,
        cpu_s=settings.variants_cpu_s,
        memory_bytes=settings.variants_memory_bytes,
        file_bytes=settings.variants_file_bytes,
        open_files=settings.variants_open_files,
        files_at_once=settings.variants_files_at_once,
        sort_memory_bytes=settings.variants_sort_memory_bytes,
    )
