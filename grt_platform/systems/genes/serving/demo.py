"""The demo of genes: both sample files go the whole way over HTTP, then questions are asked of them."""

from pathlib import Path
from typing import Any

from grt_platform.serving.demo import DemoPlatform, DemoResult
from grt_platform.serving.job_wait import wait_for_job
from grt_platform.serving.remote import Remote
from grt_platform.settings import settings
from grt_platform.systems.genes.serving.loading import Chosen, send

SAMPLE = Path(__file__).resolve().parents[1] / "sample"
_PATIENCE_S = 300


def run(platform: DemoPlatform) -> list[DemoResult]:
    """Loads the samples and answers what people ask of genes."""
    chosen = Chosen(settings().project, "dna", "fail", "keep")
    with Remote(platform.web_url, platform.admin_key) as remote:
        sent = [send(remote, SAMPLE / name, chosen) for name in ("demo_file.fasta", "demo_file.csv")]
        fasta, csv = (wait_for_job(remote, job_id, _PATIENCE_S) for _, job_id in sent)
        return _results(remote, sent[0][0], fasta, csv)


def _results(remote: Remote, upload_id: str, fasta: dict[str, Any], csv: dict[str, Any]) -> list[DemoResult]:
    base = f"/genes/uploads/{upload_id}"
    repeated = remote.get(f"{base}/genes", name="LTR")["items"]
    twins = [gene for gene in remote.get(f"{base}/genes")["items"] if gene["identical_to"]]
    elsewhere = remote.get("/genes/search", digest=repeated[0]["digest"])["items"]
    return [
        DemoResult("What is in the FASTA file?", _counted(fasta), f"grt genes get {upload_id}"),
        DemoResult("And in the CSV file?", _counted(csv), "grt genes ls"),
        DemoResult(
            "Which genes share a name?",
            f"LTR stands {len(repeated)} times, told apart by its occurrence",
            f"grt genes get {upload_id} --name LTR",
        ),
        DemoResult(
            "Which are the same sequence?",
            "; ".join(f"gene {gene['ordinal']} is gene {gene['identical_to']}" for gene in twins) or "none",
            f"grt genes get {upload_id} --format csv",
        ),
        DemoResult(
            "Where else is the first LTR?",
            ", ".join(sorted({f"{gene['name']} in {gene['file_name']}" for gene in elsewhere})),
            f"grt genes search --digest {repeated[0]['digest']}",
        ),
    ]


def _counted(job: dict[str, Any]) -> str:
    if not job["counts"]:
        return f"{job['state']}: {job['reason']}"
    blanks = job["counts"]["blanks_removed"]
    return f"{job['counts']['genes']} genes, {job['counts']['letters']:,} letters" + (
        f"; {blanks} blanks taken out" if blanks else ""
    )
