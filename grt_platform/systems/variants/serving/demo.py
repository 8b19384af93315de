"""The demo of variants: two VCF files and a sample table go into a project, and are known soon after."""

from pathlib import Path

from grt_platform.serving.demo import DemoPlatform, DemoResult
from grt_platform.serving.remote import Remote
from grt_platform.settings import settings
from grt_platform.systems.variants.serving.loading import send, told

SAMPLE = Path(__file__).resolve().parents[1] / "sample"
FILES = ("HOM_20ind_17SNPs_first_10_samples.vcf.gz", "HOM_20ind_17SNPs_last_10_samples.vcf.gz")
TABLE = "sample_metadata_HOM_20ind_17SNPs.tsv"
_FOLDER = "horse-mackerel"
_PATIENCE_S = 300


def run(platform: DemoPlatform) -> list[DemoResult]:
    """Loads the samples and answers what people ask of variants."""
    project = settings().project
    with Remote(platform.web_url, platform.admin_key) as remote:
        sent = [send(remote, project, SAMPLE / name, _FOLDER) for name in (*FILES, TABLE)]
        rows = told(remote, project, sent, _PATIENCE_S)
        totals = remote.get(f"/variants/projects/{project}/dimensions/totals")
    return [
        DemoResult(
            "What do the files hold?",
            f"{sum(row['state'] == 'ready' for row in rows)} of {len(rows)} files can be asked: "
            f"{len(totals['samples'])} samples, {len(totals['scaffolds'])} scaffolds",
            "grt variants dimensions show",
        )
    ]
