-- The schema genes: served tables, and the register of uploads.
CREATE SCHEMA genes;

CREATE TABLE "genes"."genes" (
    "job_id" uuid NOT NULL,
    "ordinal" bigint NOT NULL,
    "line_number" bigint NOT NULL,
    "gene_name" text NOT NULL,
    "name" text NOT NULL,
    "occurrence" bigint NOT NULL,
    "length" bigint NOT NULL,
    "gc" double precision,
    "digest" text NOT NULL,
    "identical_to" bigint,
    "blanks_removed" bigint NOT NULL,
    "letters_masked" bigint NOT NULL,
    "sequence" text,
    PRIMARY KEY ("job_id", "ordinal") DEFERRABLE INITIALLY DEFERRED
);
DO $$ BEGIN ALTER TABLE "genes"."genes" ALTER COLUMN "sequence" SET COMPRESSION lz4; EXCEPTION WHEN feature_not_supported THEN ALTER TABLE "genes"."genes" ALTER COLUMN "sequence" SET STORAGE EXTERNAL; END $$;
CREATE INDEX "genes_job_id_name_ordinal" ON "genes"."genes" ("job_id", "name", "ordinal");
CREATE INDEX "genes_digest" ON "genes"."genes" ("digest");
CREATE INDEX "genes_name" ON "genes"."genes" ("name");
COMMENT ON TABLE "genes"."genes" IS 'One row per gene of a parsed upload: its name and what was measured of its sequence';
COMMENT ON COLUMN "genes"."genes"."job_id" IS 'The job that parsed the upload';
COMMENT ON COLUMN "genes"."genes"."ordinal" IS 'Number of the record in its file, from 1';
COMMENT ON COLUMN "genes"."genes"."line_number" IS 'Line of the file its header or row begins in';
COMMENT ON COLUMN "genes"."genes"."gene_name" IS 'Whole header without `>`, or the CSV''s name field';
COMMENT ON COLUMN "genes"."genes"."name" IS 'First word of gene_name; empty where it has none';
COMMENT ON COLUMN "genes"."genes"."occurrence" IS '1 for the first gene of this name in the upload, 2 ...';
COMMENT ON COLUMN "genes"."genes"."length" IS 'Letters of the sequence, gaps and stops counted';
COMMENT ON COLUMN "genes"."genes"."gc" IS 'Share of G, C and S among A, C, G, T, U, S and W; NULL where it is no nucleotide sequence';
COMMENT ON COLUMN "genes"."genes"."digest" IS 'GA4GH digest of the upper-case letters: `SQ.` and sha512t24u';
COMMENT ON COLUMN "genes"."genes"."identical_to" IS 'Ordinal of the first gene of the upload with the same digest';
COMMENT ON COLUMN "genes"."genes"."blanks_removed" IS 'Blanks taken out of the sequence';
COMMENT ON COLUMN "genes"."genes"."letters_masked" IS 'Letters outside the alphabet that were masked';
COMMENT ON COLUMN "genes"."genes"."sequence" IS 'The letters up to GRT_GENES_TEXT_LETTERS; NULL for longer ones';

CREATE TABLE "genes"."quarantine" (
    "job_id" uuid NOT NULL,
    "source" text NOT NULL,
    "version" text NOT NULL,
    "member" text NOT NULL,
    "line_number" bigint NOT NULL,
    "reason" text NOT NULL,
    "raw" bytea NOT NULL
);
CREATE INDEX "quarantine_partition" ON "genes"."quarantine" USING brin ("job_id" uuid_minmax_multi_ops) WITH (autosummarize = on);
COMMENT ON TABLE "genes"."quarantine" IS 'Rows that could not be loaded: where, which line, why, and their bytes';
COMMENT ON COLUMN "genes"."quarantine"."job_id" IS 'The job that parsed the upload';
COMMENT ON COLUMN "genes"."quarantine"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "genes"."quarantine"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "genes"."quarantine"."member" IS 'Part of the object the row stands in, empty for a single file';
COMMENT ON COLUMN "genes"."quarantine"."line_number" IS '1-based line in that part, the header counted';
COMMENT ON COLUMN "genes"."quarantine"."reason" IS 'Why the row was not loaded';
COMMENT ON COLUMN "genes"."quarantine"."raw" IS 'The row''s bytes, cut at 64 KiB';

CREATE TABLE "genes"."ledger" (
    "job_id" uuid NOT NULL,
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
CREATE INDEX "ledger_partition" ON "genes"."ledger" USING brin ("job_id" uuid_minmax_multi_ops) WITH (autosummarize = on);
COMMENT ON TABLE "genes"."ledger" IS 'Every version of every raw object ever seen, and what became of it';
COMMENT ON COLUMN "genes"."ledger"."job_id" IS 'The job that parsed the upload';
COMMENT ON COLUMN "genes"."ledger"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "genes"."ledger"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "genes"."ledger"."etag" IS 'Signature of the object where it arrived; a sensor knows it again by this';
COMMENT ON COLUMN "genes"."ledger"."size_bytes" IS 'Size of the raw object';
COMMENT ON COLUMN "genes"."ledger"."sha256" IS 'Content hash of the raw object';
COMMENT ON COLUMN "genes"."ledger"."received_at" IS 'When the platform first saw these bytes';
COMMENT ON COLUMN "genes"."ledger"."status" IS 'One of loaded, duplicate, replaced, rejected, incomplete';
COMMENT ON COLUMN "genes"."ledger"."reason" IS 'Why it is not loaded, or what was odd about it';
COMMENT ON COLUMN "genes"."ledger"."rows_in" IS 'Data rows read';
COMMENT ON COLUMN "genes"."ledger"."rows_loaded" IS 'Rows in the tables now';
COMMENT ON COLUMN "genes"."ledger"."rows_quarantined" IS 'Rows set aside with a reason';
COMMENT ON COLUMN "genes"."ledger"."rows_duplicate" IS 'Rows equal to a loaded row';
COMMENT ON COLUMN "genes"."ledger"."rows_superseded" IS 'Rows that gave way to a later report';

CREATE TABLE "genes"."parses" (
    "job_id" uuid NOT NULL,
    "upload_id" uuid NOT NULL,
    "project" text NOT NULL,
    "file_name" text NOT NULL,
    "alphabet" text NOT NULL,
    "on_invalid" text NOT NULL,
    "on_repeat" text NOT NULL,
    "genes" bigint NOT NULL,
    "letters" bigint NOT NULL,
    "genes_empty" bigint NOT NULL,
    "genes_repeated" bigint NOT NULL,
    "genes_identical" bigint NOT NULL,
    "blanks_removed" bigint NOT NULL,
    "letters_masked" bigint NOT NULL,
    "comments_skipped" bigint NOT NULL,
    "records_quarantined" bigint NOT NULL,
    "records_dropped" bigint NOT NULL,
    "result_key" text NOT NULL,
    "result_bytes" bigint NOT NULL,
    PRIMARY KEY ("job_id") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "genes"."parses" IS 'One row per parsed upload: how it was read, what came out, where the JSON result is';
COMMENT ON COLUMN "genes"."parses"."job_id" IS 'The job that parsed the upload';
COMMENT ON COLUMN "genes"."parses"."upload_id" IS 'The uploaded object''s version';
COMMENT ON COLUMN "genes"."parses"."project" IS 'The project it belongs to';
COMMENT ON COLUMN "genes"."parses"."file_name" IS 'Name of the uploaded file';
COMMENT ON COLUMN "genes"."parses"."alphabet" IS '`dna`, `rna`, `protein` or `any`';
COMMENT ON COLUMN "genes"."parses"."on_invalid" IS '`fail`, `skip` or `mask`';
COMMENT ON COLUMN "genes"."parses"."on_repeat" IS '`keep`, `first` or `error`';
COMMENT ON COLUMN "genes"."parses"."genes" IS 'Genes in the result';
COMMENT ON COLUMN "genes"."parses"."letters" IS 'Letters of all their sequences';
COMMENT ON COLUMN "genes"."parses"."genes_empty" IS 'Genes without a letter';
COMMENT ON COLUMN "genes"."parses"."genes_repeated" IS 'Genes whose name came before';
COMMENT ON COLUMN "genes"."parses"."genes_identical" IS 'Genes whose sequence came before';
COMMENT ON COLUMN "genes"."parses"."blanks_removed" IS 'Blanks taken out of their sequences';
COMMENT ON COLUMN "genes"."parses"."letters_masked" IS 'Letters that were masked';
COMMENT ON COLUMN "genes"."parses"."comments_skipped" IS 'Comment lines passed';
COMMENT ON COLUMN "genes"."parses"."records_quarantined" IS 'Records set aside';
COMMENT ON COLUMN "genes"."parses"."records_dropped" IS 'Records left out because their name came before';
COMMENT ON COLUMN "genes"."parses"."result_key" IS 'The JSON result in the store of products';
COMMENT ON COLUMN "genes"."parses"."result_bytes" IS 'Size of the JSON result';

CREATE TABLE "genes"."uploads" (
    "upload_id" uuid NOT NULL,
    "project" text NOT NULL,
    "file_name" text NOT NULL,
    "alphabet" text NOT NULL,
    "on_invalid" text NOT NULL,
    "on_repeat" text NOT NULL,
    "user_id" uuid NOT NULL,
    "user_name" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "job_id" uuid,
    "idempotency_key" text,
    UNIQUE ("project", "user_id", "idempotency_key"),
    PRIMARY KEY ("upload_id")
);
CREATE INDEX "uploads_project_created_at" ON "genes"."uploads" ("project", "created_at");
CREATE INDEX "uploads_job_id" ON "genes"."uploads" ("job_id");
COMMENT ON TABLE "genes"."uploads" IS 'Uploads that people began, with how they want them read; written by the HTTP door, not rebuilt from raw';
COMMENT ON COLUMN "genes"."uploads"."upload_id" IS 'The uploaded object''s version';
COMMENT ON COLUMN "genes"."uploads"."project" IS 'The project it belongs to';
COMMENT ON COLUMN "genes"."uploads"."file_name" IS 'Name of the file';
COMMENT ON COLUMN "genes"."uploads"."alphabet" IS '`dna`, `rna`, `protein` or `any`';
COMMENT ON COLUMN "genes"."uploads"."on_invalid" IS '`fail`, `skip` or `mask`';
COMMENT ON COLUMN "genes"."uploads"."on_repeat" IS '`keep`, `first` or `error`';
COMMENT ON COLUMN "genes"."uploads"."user_id" IS 'Who began it';
COMMENT ON COLUMN "genes"."uploads"."user_name" IS 'Their name then';
COMMENT ON COLUMN "genes"."uploads"."created_at" IS 'When it was begun';
COMMENT ON COLUMN "genes"."uploads"."job_id" IS 'The job that parses it; NULL until it is announced';
COMMENT ON COLUMN "genes"."uploads"."idempotency_key" IS 'What its maker named it by, to make it once';
