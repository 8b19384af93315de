"""Every table of genes, written once: Parquet schema, DDL, Dagster columns, docs and checks come from here."""

from dataclasses import replace

from grt_platform.kernel.accounts import ledger_table, quarantine_table
from grt_platform.kernel.table import Column, Kind, Table

SYSTEM = "genes"
JOB = Column("job_id", Kind.UUID, "The job that parsed the upload", is_nullable=False)
PARTITION = ("job_id",)
ORDINAL = Column("ordinal", Kind.INTEGER, "Number of the record in its file, from 1", is_nullable=False)
SEQUENCE = Column("sequence", Kind.LETTERS, "The letters, case as sent")

GENES = Table(
    SYSTEM,
    "table",
    "genes",
    "One row per gene of a parsed upload: its name and what was measured of its sequence",
    (
        JOB,
        ORDINAL,
        Column("line_number", Kind.INTEGER, "Line of the file its header or row begins in", is_nullable=False),
        Column("gene_name", Kind.TEXT, "Whole header without `>`, or the CSV's name field", is_nullable=False),
        Column("name", Kind.TEXT, "First word of gene_name; empty where it has none", is_nullable=False),
        Column("occurrence", Kind.INTEGER, "1 for the first gene of this name in the upload, 2 ...", is_nullable=False),
        Column("length", Kind.INTEGER, "Letters of the sequence, gaps and stops counted", is_nullable=False),
        Column(
            "gc",
            Kind.FLOAT,
            "Share of G, C and S among A, C, G, T, U, S and W; NULL where it is no nucleotide sequence",
        ),
        Column("digest", Kind.TEXT, "GA4GH digest of the upper-case letters: `SQ.` and sha512t24u", is_nullable=False),
        Column("identical_to", Kind.INTEGER, "Ordinal of the first gene of the upload with the same digest"),
        Column("blanks_removed", Kind.INTEGER, "Blanks taken out of the sequence", is_nullable=False),
        Column("letters_masked", Kind.INTEGER, "Letters outside the alphabet that were masked", is_nullable=False),
    ),
    PARTITION,
    ("job_id", "ordinal"),
)
SERVED_GENES = replace(
    GENES.served(),
    columns=(
        *GENES.columns,
        replace(SEQUENCE, description="The letters up to GRT_GENES_TEXT_LETTERS; NULL for longer ones"),
    ),
    indexed=(("job_id", "name", "ordinal"), ("digest",), ("name",)),
)
SEQUENCES = Table(
    SYSTEM,
    "table",
    "sequences",
    "The letters of every gene, cut into pieces of 1,048,576; private, they leave by the doors that ask who reads",
    (
        JOB,
        ORDINAL,
        Column("piece", Kind.INTEGER, "0 for the first piece of the sequence, 1 ...", is_nullable=False),
        replace(SEQUENCE, is_nullable=False),
    ),
    PARTITION,
    ("job_id", "ordinal", "piece"),
    is_private=True,
)
LEDGER = ledger_table(SYSTEM, (JOB,))
QUARANTINE = quarantine_table(SYSTEM, (JOB,))
PARSES = Table(
    SYSTEM,
    "product",
    "parses",
    "One row per parsed upload: how it was read, what came out, where the JSON result is",
    (
        JOB,
        Column("upload_id", Kind.UUID, "The uploaded object's version", is_nullable=False),
        Column("project", Kind.TEXT, "The project it belongs to", is_nullable=False),
        Column("file_name", Kind.TEXT, "Name of the uploaded file", is_nullable=False),
        Column("alphabet", Kind.TEXT, "`dna`, `rna`, `protein` or `any`", is_nullable=False),
        Column("on_invalid", Kind.TEXT, "`fail`, `skip` or `mask`", is_nullable=False),
        Column("on_repeat", Kind.TEXT, "`keep`, `first` or `error`", is_nullable=False),
        Column("genes", Kind.INTEGER, "Genes in the result", is_nullable=False),
        Column("letters", Kind.INTEGER, "Letters of all their sequences", is_nullable=False),
        Column("genes_empty", Kind.INTEGER, "Genes without a letter", is_nullable=False),
        Column("genes_repeated", Kind.INTEGER, "Genes whose name came before", is_nullable=False),
        Column("genes_identical", Kind.INTEGER, "Genes whose sequence came before", is_nullable=False),
        Column("blanks_removed", Kind.INTEGER, "Blanks taken out of their sequences", is_nullable=False),
        Column("letters_masked", Kind.INTEGER, "Letters that were masked", is_nullable=False),
        Column("comments_skipped", Kind.INTEGER, "Comment lines passed", is_nullable=False),
        Column("records_quarantined", Kind.INTEGER, "Records set aside", is_nullable=False),
        Column("records_dropped", Kind.INTEGER, "Records left out because their name came before", is_nullable=False),
        Column("result_key", Kind.TEXT, "The JSON result in the store of products", is_nullable=False),
        Column("result_bytes", Kind.INTEGER, "Size of the JSON result", is_nullable=False),
    ),
    PARTITION,
    ("job_id",),
)

UPLOADS = Table(
    SYSTEM,
    "registry",
    "uploads",
    "Uploads that people began, with how they want them read; written by the HTTP door, not rebuilt from raw",
    (
        Column("upload_id", Kind.UUID, "The uploaded object's version", is_nullable=False),
        Column("project", Kind.TEXT, "The project it belongs to", is_nullable=False),
        Column("file_name", Kind.TEXT, "Name of the file", is_nullable=False),
        Column("alphabet", Kind.TEXT, "`dna`, `rna`, `protein` or `any`", is_nullable=False),
        Column("on_invalid", Kind.TEXT, "`fail`, `skip` or `mask`", is_nullable=False),
        Column("on_repeat", Kind.TEXT, "`keep`, `first` or `error`", is_nullable=False),
        Column("user_id", Kind.UUID, "Who began it", is_nullable=False),
        Column("user_name", Kind.TEXT, "Their name then", is_nullable=False),
        Column("created_at", Kind.TIMESTAMP, "When it was begun", is_nullable=False),
        Column("job_id", Kind.UUID, "The job that parses it; NULL until it is announced"),
        Column("idempotency_key", Kind.TEXT, "What its maker named it by, to make it once"),
    ),
    (),
    ("upload_id",),
    unique=(("project", "user_id", "idempotency_key"),),
    indexed=(("project", "created_at"), ("job_id",)),
)

LAKE_TABLES = (SEQUENCES, GENES, QUARANTINE, LEDGER)
TABLES = (*LAKE_TABLES, PARSES)
SERVED_TABLES = (SERVED_GENES, QUARANTINE.served(), LEDGER.served(), PARSES.served())
