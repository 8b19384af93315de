-- The schema variants: what is known of uploaded files, answers of queries, and project versions.
CREATE SCHEMA "variants";
CREATE TABLE "variants"."dimensions" (
    "version_id" uuid NOT NULL,
    "project" text NOT NULL,
    "name" text NOT NULL,
    "size_bytes" bigint NOT NULL,
    "variants" bigint NOT NULL,
    "samples_count" bigint NOT NULL,
    "samples" jsonb NOT NULL,
    "samples_sha256" text NOT NULL,
    "scaffolds" jsonb NOT NULL,
    "contigs" jsonb NOT NULL,
    "index_bytes" bigint NOT NULL,
    "copy_bytes" bigint NOT NULL,
    "tool" text NOT NULL,
    PRIMARY KEY ("version_id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "dimensions_project_name" ON "variants"."dimensions" ("project", "name");
COMMENT ON TABLE "variants"."dimensions" IS 'One row per version of a VCF file: its samples, scaffolds and records; its index and copy lie in the lake''s store';
COMMENT ON COLUMN "variants"."dimensions"."version_id" IS 'The uploaded object''s version';
COMMENT ON COLUMN "variants"."dimensions"."project" IS 'The project it belongs to';
COMMENT ON COLUMN "variants"."dimensions"."name" IS 'The object''s name in its project';
COMMENT ON COLUMN "variants"."dimensions"."size_bytes" IS 'Size of the file';
COMMENT ON COLUMN "variants"."dimensions"."variants" IS 'Records in the file';
COMMENT ON COLUMN "variants"."dimensions"."samples_count" IS 'Samples of its header';
COMMENT ON COLUMN "variants"."dimensions"."samples" IS 'Names of its samples in the order of the header';
COMMENT ON COLUMN "variants"."dimensions"."samples_sha256" IS 'Hash over those names in that order';
COMMENT ON COLUMN "variants"."dimensions"."scaffolds" IS 'Scaffolds with records: [name, records], in their order';
COMMENT ON COLUMN "variants"."dimensions"."contigs" IS 'All scaffolds in the order of the header';
COMMENT ON COLUMN "variants"."dimensions"."index_bytes" IS 'Size of its CSI index';
COMMENT ON COLUMN "variants"."dimensions"."copy_bytes" IS 'Size of its BCF copy with index';
COMMENT ON COLUMN "variants"."dimensions"."tool" IS 'What read it: bcftools and its version';

CREATE TABLE "variants"."sample_tables" (
    "version_id" uuid NOT NULL,
    "project" text NOT NULL,
    "name" text NOT NULL,
    "column_kinds" jsonb NOT NULL,
    "samples_count" bigint NOT NULL,
    "warnings" bigint NOT NULL,
    PRIMARY KEY ("version_id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "sample_tables_project_name" ON "variants"."sample_tables" ("project", "name");
COMMENT ON TABLE "variants"."sample_tables" IS 'One row per version of a sample table that can be used';
COMMENT ON COLUMN "variants"."sample_tables"."version_id" IS 'The uploaded object''s version';
COMMENT ON COLUMN "variants"."sample_tables"."project" IS 'The project it belongs to';
COMMENT ON COLUMN "variants"."sample_tables"."name" IS 'The object''s name in its project';
COMMENT ON COLUMN "variants"."sample_tables"."column_kinds" IS 'Its columns in their order: [name, number|text|mixed]';
COMMENT ON COLUMN "variants"."sample_tables"."samples_count" IS 'Samples it tells of';
COMMENT ON COLUMN "variants"."sample_tables"."warnings" IS 'Findings that do not forbid its use';

CREATE TABLE "variants"."samples" (
    "version_id" uuid NOT NULL,
    "row_number" bigint NOT NULL,
    "sample_id" text NOT NULL,
    "cells" jsonb NOT NULL,
    PRIMARY KEY ("version_id", "row_number") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "samples_sample_id" ON "variants"."samples" ("sample_id");
COMMENT ON TABLE "variants"."samples" IS 'One row per sample of a sample table: what the table says of it';
COMMENT ON COLUMN "variants"."samples"."version_id" IS 'The uploaded object''s version';
COMMENT ON COLUMN "variants"."samples"."row_number" IS 'Line of the file it stands in, the header being 1';
COMMENT ON COLUMN "variants"."samples"."sample_id" IS 'Name of the sample, always text';
COMMENT ON COLUMN "variants"."samples"."cells" IS 'For each column the values of its cell, as text';

CREATE TABLE "variants"."findings" (
    "version_id" uuid NOT NULL,
    "ordinal" bigint NOT NULL,
    "severity" text NOT NULL,
    "category" text NOT NULL,
    "row_numbers" jsonb NOT NULL,
    "column_name" text,
    "message" text NOT NULL,
    PRIMARY KEY ("version_id", "ordinal") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "variants"."findings" IS 'What is wrong or odd in a sample table, taken for itself';
COMMENT ON COLUMN "variants"."findings"."version_id" IS 'The uploaded object''s version';
COMMENT ON COLUMN "variants"."findings"."ordinal" IS 'Place in the list of findings, from 1';
COMMENT ON COLUMN "variants"."findings"."severity" IS '`error` or `warning`';
COMMENT ON COLUMN "variants"."findings"."category" IS 'What kind of finding, such as `row_format`';
COMMENT ON COLUMN "variants"."findings"."row_numbers" IS 'Lines of the file that are meant, the header being 1';
COMMENT ON COLUMN "variants"."findings"."column_name" IS 'Column of the table, where one is meant';
COMMENT ON COLUMN "variants"."findings"."message" IS 'What, and what to do';

CREATE TABLE "variants"."quarantine" (
    "version_id" uuid NOT NULL,
    "source" text NOT NULL,
    "version" text NOT NULL,
    "member" text NOT NULL,
    "line_number" bigint NOT NULL,
    "reason" text NOT NULL,
    "raw" bytea NOT NULL
);
CREATE INDEX "quarantine_partition" ON "variants"."quarantine" USING brin ("version_id" uuid_minmax_multi_ops) WITH (autosummarize = on);
COMMENT ON TABLE "variants"."quarantine" IS 'Rows that could not be loaded: where, which line, why, and their bytes';
COMMENT ON COLUMN "variants"."quarantine"."version_id" IS 'The uploaded object''s version';
COMMENT ON COLUMN "variants"."quarantine"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "variants"."quarantine"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "variants"."quarantine"."member" IS 'Part of the object the row stands in, empty for a single file';
COMMENT ON COLUMN "variants"."quarantine"."line_number" IS '1-based line in that part, the header counted';
COMMENT ON COLUMN "variants"."quarantine"."reason" IS 'Why the row was not loaded';
COMMENT ON COLUMN "variants"."quarantine"."raw" IS 'The row''s bytes, cut at 64 KiB';

CREATE TABLE "variants"."ledger" (
    "version_id" uuid NOT NULL,
    "source" text NOT NULL,
    "version" text NOT NULL,
    "etag" text,
    "size_bytes" bigint NOT NULL,
    "sha256" text NOT NULL,
    "received_at" timestamptz NOT NULL,
    "status" text NOT NULL,
    "reason" text,
    "rows_in" bigint NOT NULL,
    "rows_loaded" bigint NOT NULL,
    "rows_quarantined" bigint NOT NULL,
    "rows_duplicate" bigint NOT NULL,
    "rows_superseded" bigint NOT NULL
);
CREATE INDEX "ledger_partition" ON "variants"."ledger" USING brin ("version_id" uuid_minmax_multi_ops) WITH (autosummarize = on);
COMMENT ON TABLE "variants"."ledger" IS 'Every version of every raw object ever seen, and what became of it';
COMMENT ON COLUMN "variants"."ledger"."version_id" IS 'The uploaded object''s version';
COMMENT ON COLUMN "variants"."ledger"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "variants"."ledger"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "variants"."ledger"."etag" IS 'Signature of the object where it arrived; a sensor knows it again by this';
COMMENT ON COLUMN "variants"."ledger"."size_bytes" IS 'Size of the raw object';
COMMENT ON COLUMN "variants"."ledger"."sha256" IS 'Content hash of the raw object';
COMMENT ON COLUMN "variants"."ledger"."received_at" IS 'When the platform first saw these bytes';
COMMENT ON COLUMN "variants"."ledger"."status" IS 'One of loaded, duplicate, replaced, rejected, incomplete';
COMMENT ON COLUMN "variants"."ledger"."reason" IS 'Why it is not loaded, or what was odd about it';
COMMENT ON COLUMN "variants"."ledger"."rows_in" IS 'Data rows read';
COMMENT ON COLUMN "variants"."ledger"."rows_loaded" IS 'Rows in the tables now';
COMMENT ON COLUMN "variants"."ledger"."rows_quarantined" IS 'Rows set aside with a reason';
COMMENT ON COLUMN "variants"."ledger"."rows_duplicate" IS 'Rows equal to a loaded row';
COMMENT ON COLUMN "variants"."ledger"."rows_superseded" IS 'Rows that gave way to a later report';

CREATE TABLE "variants"."query_results" (
    "job_id" uuid NOT NULL,
    "project" text NOT NULL,
    "question_sha256" text NOT NULL,
    "command" text NOT NULL,
    "format" text NOT NULL,
    "files" bigint NOT NULL,
    "samples" bigint NOT NULL,
    "records" bigint NOT NULL,
    "duplicates" bigint NOT NULL,
    "fetched_bytes" bigint NOT NULL,
    "result_key" text NOT NULL,
    "result_bytes" bigint NOT NULL,
    "result_sha256" text NOT NULL,
    "tool" text NOT NULL,
    PRIMARY KEY ("job_id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "query_results_project_question_sha256" ON "variants"."query_results" ("project", "question_sha256");
COMMENT ON TABLE "variants"."query_results" IS 'One row per answered question: what was asked, what came out, where the result is';
COMMENT ON COLUMN "variants"."query_results"."job_id" IS 'The job that answered the question';
COMMENT ON COLUMN "variants"."query_results"."project" IS 'The project it belongs to';
COMMENT ON COLUMN "variants"."query_results"."question_sha256" IS 'Same for the same question over the same versions';
COMMENT ON COLUMN "variants"."query_results"."command" IS 'The command in its normal form';
COMMENT ON COLUMN "variants"."query_results"."format" IS '`vcf.gz`, `bcf` or `tsv`';
COMMENT ON COLUMN "variants"."query_results"."files" IS 'Files that were read';
COMMENT ON COLUMN "variants"."query_results"."samples" IS 'Samples that were selected';
COMMENT ON COLUMN "variants"."query_results"."records" IS 'Records, or lines of a table, in the result';
COMMENT ON COLUMN "variants"."query_results"."duplicates" IS 'Records that stood in several files and are in it once';
COMMENT ON COLUMN "variants"."query_results"."fetched_bytes" IS 'Bytes of them that came from a store elsewhere';
COMMENT ON COLUMN "variants"."query_results"."result_key" IS 'The result in the store of products';
COMMENT ON COLUMN "variants"."query_results"."result_bytes" IS 'Size of the result';
COMMENT ON COLUMN "variants"."query_results"."result_sha256" IS 'Hash of the result';
COMMENT ON COLUMN "variants"."query_results"."tool" IS 'What made it: bcftools and its version';

CREATE TABLE "variants"."updates" (
    "job_id" uuid NOT NULL,
    "version_id" uuid NOT NULL,
    "project" text NOT NULL,
    "name" text NOT NULL,
    "status" text NOT NULL,
    "reason" text,
    PRIMARY KEY ("job_id", "version_id") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "variants"."updates" IS 'What the updates that people asked for found: one row per version that was looked at';
COMMENT ON COLUMN "variants"."updates"."job_id" IS 'The job that looked';
COMMENT ON COLUMN "variants"."updates"."version_id" IS 'The version it looked at';
COMMENT ON COLUMN "variants"."updates"."project" IS 'The project it belongs to';
COMMENT ON COLUMN "variants"."updates"."name" IS 'The object''s name in its project';
COMMENT ON COLUMN "variants"."updates"."status" IS 'What became of it, as in the ledger';
COMMENT ON COLUMN "variants"."updates"."reason" IS 'Why it cannot be used, or what is odd about it';

CREATE TABLE "variants"."checkpoints" (
    "checkpoint_id" uuid NOT NULL,
    "project" text NOT NULL,
    "name" text NOT NULL,
    "description" text NOT NULL,
    "created_by" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "deleted_at" timestamptz,
    UNIQUE ("project", "name"),
    FOREIGN KEY ("project") REFERENCES "identity"."projects",
    PRIMARY KEY ("checkpoint_id")
);
COMMENT ON TABLE "variants"."checkpoints" IS 'Named versions of projects: which object versions were current; written by the HTTP door, not rebuilt from raw';
COMMENT ON COLUMN "variants"."checkpoints"."checkpoint_id" IS 'Its id, whatever it is called';
COMMENT ON COLUMN "variants"."checkpoints"."project" IS 'The project it belongs to';
COMMENT ON COLUMN "variants"."checkpoints"."name" IS 'Its name, never used twice in a project';
COMMENT ON COLUMN "variants"."checkpoints"."description" IS 'What people say of it';
COMMENT ON COLUMN "variants"."checkpoints"."created_by" IS 'Name of the person who made it';
COMMENT ON COLUMN "variants"."checkpoints"."created_at" IS 'When it was made';
COMMENT ON COLUMN "variants"."checkpoints"."deleted_at" IS 'When it was deleted; its name stays taken';

CREATE TABLE "variants"."checkpoint_files" (
    "checkpoint_id" uuid NOT NULL,
    "version_id" uuid NOT NULL,
    FOREIGN KEY ("checkpoint_id") REFERENCES "variants"."checkpoints",
    FOREIGN KEY ("version_id") REFERENCES "objects"."versions",
    PRIMARY KEY ("checkpoint_id", "version_id")
);
COMMENT ON TABLE "variants"."checkpoint_files" IS 'The object versions of each named version of a project';
COMMENT ON COLUMN "variants"."checkpoint_files"."checkpoint_id" IS 'The named version';
COMMENT ON COLUMN "variants"."checkpoint_files"."version_id" IS 'One object version of it';
