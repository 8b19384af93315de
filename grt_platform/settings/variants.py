"""Settings of the system variants."""

from pydantic import Field

from grt_platform.settings.part import Part


class VariantsSettings(Part):
    """What bcftools may take, and how questions are answered."""

    variants_bcftools: str = Field("", description="Path of a bcftools to run (1.16 or newer); empty runs pysam's")
    variants_time_s: float = Field(6 * 3600, gt=0, description="Longest duration of one pipeline of bcftools")
    variants_cpu_s: int = Field(6 * 3600, ge=1, description="CPU seconds of one process of bcftools")
    variants_memory_bytes: int = Field(
        2 * 1024**3, ge=256 * 1024**2, description="Address space of one process of bcftools"
    )
    variants_file_bytes: int = Field(100 * 1024**3, ge=1, description="Largest file that a process of bcftools writes")
    variants_open_files: int = Field(1024, ge=64, description="Files that a process of bcftools may have open")
    variants_files_at_once: int = Field(
        50, ge=2, le=500, description="VCF files that are merged at once; more are merged in batches"
    )
    variants_sort_memory_bytes: int = Field(
        256 * 1024**2, ge=1024**2, description="Memory of a sort of variants; more goes to disk"
    )
    variants_scratch: str = Field(
        "", description="Folder for queries and looks under way, on a fast disk; empty for GRT_HOME/scratch/variants"
    )
    variants_table_bytes: int = Field(16 * 1024**2, ge=1, description="Largest sample table")
    variants_shard_s: float = Field(
        120, gt=0, description="Likely seconds of a question beyond which it is cut into steps, each of about so many"
    )
    variants_url_minutes: int = Field(10, ge=1, le=60, description="Minutes for which the URLs of a result hold")
