"""Promises particular to variants: what is made beside a file is there, and a result is what its row says."""

import dagster as dg

from grt_platform.orchestration.describe import asset_key
from grt_platform.orchestration.promises import ALL, promises_together
from grt_platform.orchestration.resources import LakeResource, StoresResource
from grt_platform.orchestration.verdict import verdict
from grt_platform.systems.variants.derived import COPY, COPY_INDEX, INDEX, folder_of_id
from grt_platform.systems.variants.partitions import QUERY_JOBS, UPDATE_JOBS, VERSIONS
from grt_platform.systems.variants.schemas import DIMENSIONS, FILE_TABLES, QUERY_RESULTS, UPDATES


@dg.asset_check(
    asset=asset_key(DIMENSIONS),
    name="index_is_there",
    description="The index and the copy of every file are as large as its dimensions say",
    blocking=True,
    partitions_def=VERSIONS,
)
def index_is_there(context: dg.AssetCheckExecutionContext, lake: LakeResource) -> dg.AssetCheckResult:
    """Compares the stored sizes with the table."""
    rows = lake.lake().scan(DIMENSIONS, {"version_id": list(context.partition_keys)}).collect()
    store, faults = lake.store(), list[str]()
    for row in rows.iter_rows(named=True):
        folder = folder_of_id(row["project"], row["version_id"])
        sizes = {
            name: found.size_bytes for name in (INDEX, COPY, COPY_INDEX) if (found := store.head(f"{folder}/{name}"))
        }
        if sizes.pop(INDEX, 0) != row["index_bytes"] or sum(sizes.values()) != row["copy_bytes"]:
            faults.append(f"{row['project']}/{row['name']}: its index or copy is not there whole")
    return verdict(faults)


@dg.asset_check(
    asset=asset_key(QUERY_RESULTS),
    name="result_is_there",
    description="The result is in the store of products, as large as its row says",
    blocking=True,
    partitions_def=QUERY_JOBS,
)
def result_is_there(
    context: dg.AssetCheckExecutionContext, lake: LakeResource, stores: StoresResource
) -> dg.AssetCheckResult:
    """Compares the stored size with the table."""
    rows = lake.lake().scan(QUERY_RESULTS, {"job_id": list(context.partition_keys)}).collect()
    faults = list[str]()
    for row in rows.iter_rows(named=True):
        found = stores.products().head(row["result_key"])
        if found is None or found.size_bytes != row["result_bytes"]:
            faults.append(
                f"{row['result_key']}: {found.size_bytes if found else 'no'} bytes, {row['result_bytes']} told"
            )
    return verdict(faults)


CHECKS = (
    index_is_there,
    result_is_there,
    promises_together("variants_file_promises", dict.fromkeys(FILE_TABLES, ALL), VERSIONS),
    promises_together("variants_result_promises", {QUERY_RESULTS: ALL}, QUERY_JOBS),
    promises_together("variants_update_promises", {UPDATES: ALL}, UPDATE_JOBS),
)
