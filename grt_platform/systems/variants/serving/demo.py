"""The demo of variants: two VCF files and a sample table go into a project, then both files are asked as one."""

from pathlib import Path
from typing import Any

from grt_platform.serving.demo import DemoPlatform, DemoResult
from grt_platform.serving.job_wait import wait_for_job
from grt_platform.serving.remote import Remote
from grt_platform.settings import settings
from grt_platform.systems.variants.serving.loading import send, told

SAMPLE = Path(__file__).resolve().parents[1] / "sample"
FILES = ("HOM_20ind_17SNPs_first_10_samples.vcf.gz", "HOM_20ind_17SNPs_last_10_samples.vcf.gz")
TABLE = "sample_metadata_HOM_20ind_17SNPs.tsv"
_FOLDER = "horse-mackerel"
_FILTER = "Area:West of Ireland,Northern Portugal;Sex:F"
_COMMAND = "view -i 'MAF>=0.3'"
_PATIENCE_S = 300


def run(platform: DemoPlatform) -> list[DemoResult]:
    """Loads the samples and answers what people ask of variants."""
    project = settings().project
    with Remote(platform.web_url, platform.admin_key) as remote:
        sent = [send(remote, project, SAMPLE / name, _FOLDER) for name in (*FILES, TABLE)]
        rows = told(remote, project, sent, _PATIENCE_S)
        totals = remote.get(f"/variants/projects/{project}/dimensions/totals")
        job = wait_for_job(remote, _asked(remote, project)["job_id"], _PATIENCE_S)
    return [
        DemoResult(
            "What do the files hold?",
            f"{sum(row['state'] == 'ready' for row in rows)} of {len(rows)} files can be asked: "
            f"{len(totals['samples'])} samples, {len(totals['scaffolds'])} scaffolds",
            "grt variants dimensions show",
        ),
        DemoResult(
            "Which common SNPs do the females of two areas have?",
            _told(job),
            f"grt variants results get {job['job_id']}",
        ),
    ]


def _asked(remote: Remote, project: str) -> Any:
    question = {
        "filter": _FILTER,
        "sample_table": f"{_FOLDER}/{TABLE}",
        "command": _COMMAND,
        "regions": "",
    }
    return remote.post(f"/variants/projects/{project}/queries", question)


def _told(job: dict[str, Any]) -> str:
    if job["state"] != "COMPLETE":
        return f"{job['state']}: {job['reason']}"
    counts = job["counts"]
    return f"{counts['records']} records of {counts['samples']} samples, out of {counts['files']} files"
