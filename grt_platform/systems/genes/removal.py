"""Takes away what a job made: rows, lake files and the result; what is gone already is no matter."""

from grt_platform.adapters.copying import clear
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import Store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.systems.genes.results import pieces_folder, result_key
from grt_platform.systems.genes.schemas import LEDGER, SERVED_TABLES, TABLES


def remove(job_id: str, lake: Lake, products: Store, warehouse: Warehouse, *, with_ledger: bool = True) -> None:
    """Nothing of the job is left; its line in the ledger only where it shall go, too."""
    partition = {"job_id": job_id}
    with warehouse.transaction() as connection:
        for table in SERVED_TABLES:
            if with_ledger or table.noun != LEDGER.noun:
                clear(connection, table, partition)
    products.delete(result_key(job_id))
    products.delete_prefix(pieces_folder(job_id))
    for table in TABLES:
        if with_ledger or table.noun != LEDGER.noun:
            lake.remove(table, partition)
