"""Takes away what a version or a job left; what is gone already is no matter."""

import shutil
from pathlib import Path

from grt_platform.adapters.copying import clear
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import Store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.table import Table
from grt_platform.kernel.versions import ObjectVersion
from grt_platform.systems.variants.derived import Derived
from grt_platform.systems.variants.schemas import FILE_TABLES


def forget(version: ObjectVersion, lake: Lake, warehouse: Warehouse, derived: Derived) -> None:
    """Nothing that was made of the version is left, its line in the ledger last: a killed removal is done again."""
    partition = {"version_id": version.version_id}
    derived.remove(version)
    for table in FILE_TABLES:
        lake.remove(table, partition)
    with warehouse.transaction() as connection:
        for table in FILE_TABLES:
            clear(connection, table.served(), partition)


def remove_rows(table: Table, job_id: str, lake: Lake, warehouse: Warehouse) -> None:
    """No row of the job is left in the table."""
    with warehouse.transaction() as connection:
        clear(connection, table.served(), {"job_id": job_id})
    lake.remove(table, {"job_id": job_id})


def results_folder(project: str, job_id: str) -> str:
    """Where the result of a job is, in the store of products."""
    return f"variants/{project}/{job_id}"


def remove_result(project: str, job_id: str, products: Store, scratch: Path) -> None:
    """No result of the job is left, and no work that was under way."""
    products.delete_prefix(results_folder(project, job_id))
    shutil.rmtree(scratch / "jobs" / job_id, ignore_errors=True)
