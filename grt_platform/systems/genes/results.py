"""Where the JSON results of genes are kept."""


def result_key(job_id: str) -> str:
    """The key of a job's result in the store of products."""
    return f"genes/parses/{job_id}.json"
