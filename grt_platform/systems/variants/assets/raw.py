"""Raw: VCF files and sample tables that people uploaded, kept as versions of objects of their projects."""

import dagster as dg

from grt_platform.orchestration.describe import about_raw
from grt_platform.systems.variants.partitions import VERSIONS


def _spec(noun: str, description: str) -> dg.AssetSpec:
    return dg.AssetSpec(**about_raw("variants", noun, description), partitions_def=VERSIONS)


FILES = _spec("files", "VCF files as people uploaded them, each version for itself; made by nobody here.")
SAMPLE_TABLES = _spec("sample_tables", "Sample tables as people uploaded them; made by nobody here.")
RAW = (FILES, SAMPLE_TABLES)
