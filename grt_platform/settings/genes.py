"""Settings of the system genes."""

from pydantic import Field

from grt_platform.settings.part import Part


class GenesSettings(Part):
    """How gene files are parsed."""

    genes_chunk_bytes: int = Field(2 * 1024**2, ge=4096, description="Bytes of a gene file read at once, per worker")
    genes_workers: int = Field(2, ge=1, le=64, description="Threads that parse parts of one gene file side by side")
    genes_max_header_bytes: int = Field(64 * 1024, ge=1, description="Longest header line of a gene file")
    genes_max_records: int = Field(
        2_000_000, ge=1, description="Most records of a gene file; each takes about 100 bytes of memory"
    )
    genes_text_letters: int = Field(
        1_000_000,
        ge=0,
        le=1_048_576,
        description="Longest sequence that Postgres gets too; longer ones are in the lake",
    )
    genes_max_unpacked_bytes: int = Field(1024**4, ge=1, description="Largest gene file when unpacked")
    genes_shard_bytes: int = Field(
        256 * 1024**2,
        ge=1,
        description="Bytes of a FASTA file above which it is cut into steps, each of about so many",
    )
    genes_url_minutes: int = Field(10, ge=1, le=60, description="Minutes for which the URL of a result holds")
