"""Raw: files of genes that people uploaded, kept as versions of objects of their projects."""

import dagster as dg

from grt_platform.orchestration.describe import about_raw
from grt_platform.systems.genes.partitions import PARSE_JOBS

UPLOADS = dg.AssetSpec(
    **about_raw(
        "genes",
        "uploads",
        "Gene files as people uploaded them, a pinned version of an object for each job; made by nobody here.",
    ),
    partitions_def=PARSE_JOBS,
)
