"""Every table of variants, written once: Parquet schema, DDL, Dagster columns, docs and checks come from here."""

from dataclasses import replace

from grt_platform.kernel.accounts import ledger_table, quarantine_table
from grt_platform.kernel.table import Column, Kind, Table

SYSTEM = "variants"
VERSION = Column("version_id", Kind.UUID, "The uploaded object's version", is_nullable=False)
JOB = Column("job_id", Kind.UUID, "The job that answered the question", is_nullable=False)
PROJECT = Column("project", Kind.TEXT, "The project it belongs to", is_nullable=False)
NAME = Column("name", Kind.TEXT, "The object's name in its project", is_nullable=False)
PARTITION = ("version_id",)
OF_PROJECT = (("project", "name"),)

DIMENSIONS = Table(
    SYSTEM,
    "table",
    "dimensions",
    "One row per version of a VCF file: its samples, scaffolds and records; its index and copy lie in the lake's store",
    (
        VERSION,
        PROJECT,
        NAME,
        Column("size_bytes", Kind.INTEGER, "Size of the file", is_nullable=False),
        Column("variants", Kind.INTEGER, "Records in the file", is_nullable=False),
        Column("samples_count", Kind.INTEGER, "Samples of its header", is_nullable=False),
        Column("samples", Kind.JSON, "Names of its samples in the order of the header", is_nullable=False),
        Column("samples_sha256", Kind.TEXT, "Hash over those names in that order", is_nullable=False),
        Column("scaffolds", Kind.JSON, "Scaffolds with records: [name, records], in their order", is_nullable=False),
        Column("contigs", Kind.JSON, "All scaffolds in the order of the header", is_nullable=False),
        Column("index_bytes", Kind.INTEGER, "Size of its CSI index", is_nullable=False),
        Column("copy_bytes", Kind.INTEGER, "Size of its BCF copy with index", is_nullable=False),
        Column("tool", Kind.TEXT, "What read it: bcftools and its version", is_nullable=False),
    ),
    PARTITION,
    PARTITION,
    indexed=OF_PROJECT,
)
SAMPLE_TABLES = Table(
    SYSTEM,
    "table",
    "sample_tables",
    "One row per version of a sample table that can be used",
    (
        VERSION,
        PROJECT,
        NAME,
        Column("column_kinds", Kind.JSON, "Its columns in their order: [name, number|text|mixed]", is_nullable=False),
        Column("samples_count", Kind.INTEGER, "Samples it tells of", is_nullable=False),
        Column("warnings", Kind.INTEGER, "Findings that do not forbid its use", is_nullable=False),
    ),
    PARTITION,
    PARTITION,
    indexed=OF_PROJECT,
)
SAMPLES = Table(
    SYSTEM,
    "table",
    "samples",
    "One row per sample of a sample table: what the table says of it",
    (
        VERSION,
        Column("row_number", Kind.INTEGER, "Line of the file it stands in, the header being 1", is_nullable=False),
        Column("sample_id", Kind.TEXT, "Name of the sample, always text", is_nullable=False),
        Column("cells", Kind.JSON, "For each column the values of its cell, as text", is_nullable=False),
    ),
    PARTITION,
    ("version_id", "row_number"),
    indexed=(("sample_id",),),
)
FINDINGS = Table(
    SYSTEM,
    "table",
    "findings",
    "What is wrong or odd in a sample table, taken for itself",
    (
        VERSION,
        Column("ordinal", Kind.INTEGER, "Place in the list of findings, from 1", is_nullable=False),
        Column("severity", Kind.TEXT, "`error` or `warning`", is_nullable=False),
        Column("category", Kind.TEXT, "What kind of finding, such as `row_format`", is_nullable=False),
        Column("row_numbers", Kind.JSON, "Lines of the file that are meant, the header being 1", is_nullable=False),
        Column("column_name", Kind.TEXT, "Column of the table, where one is meant"),
        Column("message", Kind.TEXT, "What, and what to do", is_nullable=False),
    ),
    PARTITION,
    ("version_id", "ordinal"),
)
LEDGER = ledger_table(SYSTEM, (VERSION,))
QUARANTINE = quarantine_table(SYSTEM, (VERSION,))

QUERY_RESULTS = Table(
    SYSTEM,
    "product",
    "query_results",
    "One row per answered question: what was asked, what came out, where the result is",
    (
        JOB,
        PROJECT,
        Column("question_sha256", Kind.TEXT, "Same for the same question over the same versions", is_nullable=False),
        Column("command", Kind.TEXT, "The command in its normal form", is_nullable=False),
        Column("format", Kind.TEXT, "`vcf.gz`, `bcf` or `tsv`", is_nullable=False),
        Column("files", Kind.INTEGER, "Files that were read", is_nullable=False),
        Column("samples", Kind.INTEGER, "Samples that were selected", is_nullable=False),
        Column("records", Kind.INTEGER, "Records, or lines of a table, in the result", is_nullable=False),
        Column("duplicates", Kind.INTEGER, "Records that stood in several files and are in it once", is_nullable=False),
        Column("fetched_bytes", Kind.INTEGER, "Bytes of them that came from a store elsewhere", is_nullable=False),
        Column("result_key", Kind.TEXT, "The result in the store of products", is_nullable=False),
        Column("result_bytes", Kind.INTEGER, "Size of the result", is_nullable=False),
        Column("result_sha256", Kind.TEXT, "Hash of the result", is_nullable=False),
        Column("tool", Kind.TEXT, "What made it: bcftools and its version", is_nullable=False),
    ),
    ("job_id",),
    ("job_id",),
    indexed=(("project", "question_sha256"),),
)

UPDATES = Table(
    SYSTEM,
    "product",
    "updates",
    "What the updates that people asked for found: one row per version that was looked at",
    (
        replace(JOB, description="The job that looked"),
        replace(VERSION, description="The version it looked at"),
        PROJECT,
        NAME,
        Column("status", Kind.TEXT, "What became of it, as in the ledger", is_nullable=False),
        Column("reason", Kind.TEXT, "Why it cannot be used, or what is odd about it"),
    ),
    ("job_id",),
    ("job_id", "version_id"),
)

CHECKPOINTS = Table(
    SYSTEM,
    "registry",
    "checkpoints",
    "Named versions of projects: which object versions were current; written by the HTTP door, not rebuilt from raw",
    (
        Column("checkpoint_id", Kind.UUID, "Its id, whatever it is called", is_nullable=False),
        PROJECT,
        Column("name", Kind.TEXT, "Its name, never used twice in a project", is_nullable=False),
        Column("description", Kind.TEXT, "What people say of it", is_nullable=False),
        Column("created_by", Kind.TEXT, "Name of the person who made it", is_nullable=False),
        Column("created_at", Kind.TIMESTAMP, "When it was made", is_nullable=False),
        Column("deleted_at", Kind.TIMESTAMP, "When it was deleted; its name stays taken"),
    ),
    (),
    ("checkpoint_id",),
    unique=(("project", "name"),),
    refers=(("project", "identity.projects"),),
)
CHECKPOINT_FILES = Table(
    SYSTEM,
    "registry",
    "checkpoint_files",
    "The object versions of each named version of a project",
    (
        Column("checkpoint_id", Kind.UUID, "The named version", is_nullable=False),
        replace(VERSION, description="One object version of it"),
    ),
    (),
    ("checkpoint_id", "version_id"),
    refers=(("checkpoint_id", "variants.checkpoints"), ("version_id", "objects.versions")),
)

FILE_TABLES = (DIMENSIONS, SAMPLE_TABLES, SAMPLES, FINDINGS, QUARANTINE, LEDGER)
TABLES = (*FILE_TABLES, QUERY_RESULTS, UPDATES)
SERVED_TABLES = tuple(table.served() for table in TABLES)
