"""Where the JSON results of genes are kept, and what is needed until there is one."""


def result_key(job_id: str) -> str:
    """The key of a job's result in the store of products."""
    return f"genes/parses/{job_id}.json"


def pieces_folder(job_id: str) -> str:
    """The folder of what the shards of a job made, in the same store."""
    return f"genes/pieces/{job_id}"
