"""Removes an upload and all that came of it, for good."""

from grt_platform.adapters.objects import Objects
from grt_platform.adapters.uploads import Uploads
from grt_platform.kernel.versions import State
from grt_platform.serving import handles
from grt_platform.systems.genes import registry
from grt_platform.systems.genes.registry import UploadRow
from grt_platform.systems.genes.removal import remove


def purge_upload(row: UploadRow, uploads: Uploads, objects: Objects, *, by: str) -> None:
    """Rows, lake files, result, bytes and the register's line are gone, in this order: a killed purge is done again."""
    if row.job_id is not None:
        remove(row.job_id, handles.lake(), handles.products_store(), handles.warehouse())
    if objects.version(row.project, row.upload_id).state is State.PENDING:
        uploads.abort(row.project, row.upload_id)
    elif objects.version(row.project, row.upload_id).state in {State.STORED, State.PURGED}:
        objects.purge(row.project, row.upload_id, by=by)
    registry.forget(handles.warehouse(), row.upload_id)
