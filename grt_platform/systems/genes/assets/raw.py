"""Raw: files of genes that people uploaded, kept as versions of objects of their projects."""

import dagster as dg

from grt_platform.orchestration.describe import OWNERS
from grt_platform.systems.genes.partitions import PARSE_JOBS

UPLOADS = dg.AssetSpec(
    ["genes", "raw", "uploads"],
    description="Gene files as people uploaded them, a pinned version of an object for each job; made by nobody here.",
    group_name="genes",
    owners=OWNERS,
    kinds={"file"},
    tags={"layer": "raw", "system": "genes"},
    partitions_def=PARSE_JOBS,
)
