-- The schema platform: what all processes agree on.
CREATE SCHEMA "platform";
CREATE TABLE "platform"."turns" (
    "name" text NOT NULL,
    "next_at" timestamptz NOT NULL,
    PRIMARY KEY ("name")
);
COMMENT ON TABLE "platform"."turns" IS 'When something outside may be asked next';
COMMENT ON COLUMN "platform"."turns"."name" IS 'What is asked';
COMMENT ON COLUMN "platform"."turns"."next_at" IS 'The earliest moment of the next question';

-- The schema ena: the tracker, the machines, and the served tables.
CREATE SCHEMA "ena";
CREATE TABLE "ena"."taxa" (
    "taxonomy_id" bigint NOT NULL,
    "last_checked" timestamptz,
    "droplet_ips" text NOT NULL,
    "last_run_status" text NOT NULL,
    "needs_attention" text NOT NULL,
    "stage" bigint NOT NULL,
    "stage_name" text NOT NULL,
    "priority" bigint NOT NULL,
    "generated_warning" boolean NOT NULL,
    "genome_size" bigint,
    "min_depth" double precision,
    "max_run_bytes" bigint,
    "is_removing" boolean NOT NULL,
    "added_at" timestamptz NOT NULL,
    "changed_at" timestamptz NOT NULL,
    "extra" jsonb NOT NULL,
    PRIMARY KEY ("taxonomy_id")
);
COMMENT ON TABLE "ena"."taxa" IS 'The tracker: one row per taxon, what was done last and what is done next';
COMMENT ON COLUMN "ena"."taxa"."taxonomy_id" IS 'The tracked NCBI taxon';
COMMENT ON COLUMN "ena"."taxa"."last_checked" IS 'When the last check began; NULL for never';
COMMENT ON COLUMN "ena"."taxa"."droplet_ips" IS 'Addresses that hold data of it, separated by blanks';
COMMENT ON COLUMN "ena"."taxa"."last_run_status" IS 'Blank for new, in progress, ready, complete, warning or error';
COMMENT ON COLUMN "ena"."taxa"."needs_attention" IS 'Why a person must look; nothing is done until then';
COMMENT ON COLUMN "ena"."taxa"."stage" IS 'What is done next: 2 fetch, 3 filter, 4 farm, 0 await, 1 update';
COMMENT ON COLUMN "ena"."taxa"."stage_name" IS 'The same in words';
COMMENT ON COLUMN "ena"."taxa"."priority" IS 'Higher goes first; below zero never';
COMMENT ON COLUMN "ena"."taxa"."generated_warning" IS 'Whether the last check saw something odd';
COMMENT ON COLUMN "ena"."taxa"."genome_size" IS 'Bases of one genome, for the rule of depth; NULL turns it off';
COMMENT ON COLUMN "ena"."taxa"."min_depth" IS 'Times the genome must be covered; NULL turns the rule off';
COMMENT ON COLUMN "ena"."taxa"."max_run_bytes" IS 'Most bytes of one run''s files; NULL for any';
COMMENT ON COLUMN "ena"."taxa"."is_removing" IS 'Whether it leaves the tracker once its machines are gone';
COMMENT ON COLUMN "ena"."taxa"."added_at" IS 'When it came into the tracker';
COMMENT ON COLUMN "ena"."taxa"."changed_at" IS 'When anything of it last changed';
COMMENT ON COLUMN "ena"."taxa"."extra" IS 'Columns of an imported file that the tracker does not know';
CREATE TABLE "ena"."machines" (
    "batch_id" text NOT NULL,
    "taxonomy_id" bigint NOT NULL,
    "provider" text NOT NULL,
    "machine_name" text NOT NULL,
    "machine_id" text,
    "ip" text,
    "state" text NOT NULL,
    "attempt" bigint NOT NULL,
    "reason" text,
    "price_usd_per_h" numeric,
    "planned_at" timestamptz NOT NULL,
    "created_at" timestamptz,
    "deadline_at" timestamptz,
    "polled_at" timestamptz,
    "answered_at" timestamptz,
    "collected_at" timestamptz,
    "destroyed_at" timestamptz,
    PRIMARY KEY ("batch_id")
);
CREATE INDEX "machines_taxonomy_id" ON "ena"."machines" ("taxonomy_id");
CREATE INDEX "machines_state" ON "ena"."machines" ("state");
COMMENT ON TABLE "ena"."machines" IS 'Every machine ever asked for, what became of it and what it cost';
COMMENT ON COLUMN "ena"."machines"."batch_id" IS 'Batch of runs that one machine fetches, named by its content';
COMMENT ON COLUMN "ena"."machines"."taxonomy_id" IS 'The tracked NCBI taxon';
COMMENT ON COLUMN "ena"."machines"."provider" IS 'Who runs it: local or digitalocean';
COMMENT ON COLUMN "ena"."machines"."machine_name" IS 'Its name at the provider, made from the batch';
COMMENT ON COLUMN "ena"."machines"."machine_id" IS 'The provider''s id; NULL before it answered';
COMMENT ON COLUMN "ena"."machines"."ip" IS 'Its address; NULL before it is active';
COMMENT ON COLUMN "ena"."machines"."state" IS 'Planned, creating, active, ready, error, collected or destroyed';
COMMENT ON COLUMN "ena"."machines"."attempt" IS 'How often its work was begun; each attempt has its own token';
COMMENT ON COLUMN "ena"."machines"."reason" IS 'What went wrong, in the machine''s or the provider''s words';
COMMENT ON COLUMN "ena"."machines"."price_usd_per_h" IS 'Price while it exists, in US dollars an hour';
COMMENT ON COLUMN "ena"."machines"."planned_at" IS 'When it was decided on';
COMMENT ON COLUMN "ena"."machines"."created_at" IS 'When the provider made it';
COMMENT ON COLUMN "ena"."machines"."deadline_at" IS 'When it should be done; a person is told after that';
COMMENT ON COLUMN "ena"."machines"."polled_at" IS 'When it was last looked at without having answered';
COMMENT ON COLUMN "ena"."machines"."answered_at" IS 'When it said that it is ready or failed';
COMMENT ON COLUMN "ena"."machines"."collected_at" IS 'When all its files were verified at home';
COMMENT ON COLUMN "ena"."machines"."destroyed_at" IS 'When the provider confirmed that it is gone';
CREATE TABLE "ena"."runs" (
    "taxonomy_id" bigint NOT NULL,
    "run_accession" text NOT NULL,
    "experiment_accession" text,
    "sample_accession" text,
    "secondary_sample_accession" text,
    "study_accession" text,
    "secondary_study_accession" text,
    "submission_accession" text,
    "tax_id" bigint,
    "scientific_name" text,
    "instrument_platform" text,
    "instrument_model" text,
    "library_name" text,
    "library_layout" text,
    "library_strategy" text,
    "library_source" text,
    "library_selection" text,
    "nominal_length" bigint,
    "read_count" bigint,
    "base_count" bigint,
    "center_name" text,
    "first_public" date,
    "last_updated" date,
    "first_created" date,
    "collection_date" text,
    "country" text,
    "lat" double precision,
    "lon" double precision,
    "location" text,
    "isolation_source" text,
    "host" text,
    "host_tax_id" bigint,
    "serotype" text,
    "serovar" text,
    "strain" text,
    "sample_alias" text,
    "sample_title" text,
    "description" text,
    "fastq_ftp" text,
    "fastq_bytes" text,
    "fastq_md5" text,
    "submitted_ftp" text,
    "submitted_md5" text,
    "submitted_bytes" text,
    "submitted_format" text,
    "is_excluded" boolean NOT NULL,
    "reason" text,
    "files_bytes" bigint,
    "fetched_on" date NOT NULL,
    PRIMARY KEY ("taxonomy_id", "run_accession") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "ena"."runs" IS 'One row per run of a taxon, as ENA told it last, with the verdict on it';
COMMENT ON COLUMN "ena"."runs"."taxonomy_id" IS 'The tracked NCBI taxon';
COMMENT ON COLUMN "ena"."runs"."run_accession" IS 'Accession of the run, such as SRR1972616';
COMMENT ON COLUMN "ena"."runs"."experiment_accession" IS 'Accession of the experiment';
COMMENT ON COLUMN "ena"."runs"."sample_accession" IS 'BioSample accession';
COMMENT ON COLUMN "ena"."runs"."secondary_sample_accession" IS 'Accession of the sample in the read archive';
COMMENT ON COLUMN "ena"."runs"."study_accession" IS 'BioProject accession';
COMMENT ON COLUMN "ena"."runs"."secondary_study_accession" IS 'Accession of the study in the read archive';
COMMENT ON COLUMN "ena"."runs"."submission_accession" IS 'Accession of the submission';
COMMENT ON COLUMN "ena"."runs"."tax_id" IS 'NCBI taxon of the sample, in the subtree of the tracked one';
COMMENT ON COLUMN "ena"."runs"."scientific_name" IS 'Name of the sample''s organism';
COMMENT ON COLUMN "ena"."runs"."instrument_platform" IS 'Sequencing platform: ILLUMINA, OXFORD_NANOPORE, PACBIO_SMRT and others';
COMMENT ON COLUMN "ena"."runs"."instrument_model" IS 'Sequencing instrument';
COMMENT ON COLUMN "ena"."runs"."library_name" IS 'Name of the library';
COMMENT ON COLUMN "ena"."runs"."library_layout" IS 'SINGLE or PAIRED';
COMMENT ON COLUMN "ena"."runs"."library_strategy" IS 'WGS, AMPLICON, RNA-Seq and others';
COMMENT ON COLUMN "ena"."runs"."library_source" IS 'GENOMIC, METAGENOMIC, TRANSCRIPTOMIC and others';
COMMENT ON COLUMN "ena"."runs"."library_selection" IS 'How fragments were chosen';
COMMENT ON COLUMN "ena"."runs"."nominal_length" IS 'Expected length of a fragment in bases';
COMMENT ON COLUMN "ena"."runs"."read_count" IS 'Fragments in the run, not mates; 0 where ENA did not count';
COMMENT ON COLUMN "ena"."runs"."base_count" IS 'Bases in all files of the run';
COMMENT ON COLUMN "ena"."runs"."center_name" IS 'Who submitted the run';
COMMENT ON COLUMN "ena"."runs"."first_public" IS 'Day the run became public';
COMMENT ON COLUMN "ena"."runs"."last_updated" IS 'Day the run was last changed';
COMMENT ON COLUMN "ena"."runs"."first_created" IS 'Day the run was made';
COMMENT ON COLUMN "ena"."runs"."collection_date" IS 'When the sample was taken, as precise as it was given';
COMMENT ON COLUMN "ena"."runs"."country" IS 'Country, and locality after a colon';
COMMENT ON COLUMN "ena"."runs"."lat" IS 'Latitude in degrees, north positive';
COMMENT ON COLUMN "ena"."runs"."lon" IS 'Longitude in degrees, east positive';
COMMENT ON COLUMN "ena"."runs"."location" IS 'Position as it was given';
COMMENT ON COLUMN "ena"."runs"."isolation_source" IS 'What the sample was isolated from';
COMMENT ON COLUMN "ena"."runs"."host" IS 'Host organism';
COMMENT ON COLUMN "ena"."runs"."host_tax_id" IS 'NCBI taxon of the host';
COMMENT ON COLUMN "ena"."runs"."serotype" IS 'Serotype';
COMMENT ON COLUMN "ena"."runs"."serovar" IS 'Serovar';
COMMENT ON COLUMN "ena"."runs"."strain" IS 'Strain';
COMMENT ON COLUMN "ena"."runs"."sample_alias" IS 'The submitter''s name of the sample';
COMMENT ON COLUMN "ena"."runs"."sample_title" IS 'Title of the sample';
COMMENT ON COLUMN "ena"."runs"."description" IS 'Description of the run';
COMMENT ON COLUMN "ena"."runs"."fastq_ftp" IS 'FASTQ files without scheme, separated by semicolons';
COMMENT ON COLUMN "ena"."runs"."fastq_bytes" IS 'Their sizes in bytes, in the same order';
COMMENT ON COLUMN "ena"."runs"."fastq_md5" IS 'Their MD5 sums, in the same order';
COMMENT ON COLUMN "ena"."runs"."submitted_ftp" IS 'Files as they were submitted';
COMMENT ON COLUMN "ena"."runs"."submitted_md5" IS 'Their MD5 sums';
COMMENT ON COLUMN "ena"."runs"."submitted_bytes" IS 'Their sizes in bytes';
COMMENT ON COLUMN "ena"."runs"."submitted_format" IS 'Their formats';
COMMENT ON COLUMN "ena"."runs"."is_excluded" IS 'Whether the run is not fetched';
COMMENT ON COLUMN "ena"."runs"."reason" IS 'The first rule it fails; NULL for a run that is fetched';
COMMENT ON COLUMN "ena"."runs"."files_bytes" IS 'Bytes of its FASTQ files; NULL where the lists disagree';
COMMENT ON COLUMN "ena"."runs"."fetched_on" IS 'Day of the answer that told of it, UTC';
CREATE TABLE "ena"."ledger" (
    "taxonomy_id" bigint NOT NULL,
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
CREATE INDEX "ledger_partition" ON "ena"."ledger" USING brin ("taxonomy_id" int8_minmax_multi_ops) WITH (autosummarize = on);
COMMENT ON TABLE "ena"."ledger" IS 'Every version of every raw object ever seen, and what became of it';
COMMENT ON COLUMN "ena"."ledger"."taxonomy_id" IS 'The tracked NCBI taxon';
COMMENT ON COLUMN "ena"."ledger"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "ena"."ledger"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "ena"."ledger"."etag" IS 'Signature of the object where it arrived; a sensor knows it again by this';
COMMENT ON COLUMN "ena"."ledger"."size_bytes" IS 'Size of the raw object';
COMMENT ON COLUMN "ena"."ledger"."sha256" IS 'Content hash of the raw object';
COMMENT ON COLUMN "ena"."ledger"."received_at" IS 'When the platform first saw these bytes';
COMMENT ON COLUMN "ena"."ledger"."status" IS 'One of loaded, duplicate, replaced, rejected, incomplete';
COMMENT ON COLUMN "ena"."ledger"."reason" IS 'Why it is not loaded, or what was odd about it';
COMMENT ON COLUMN "ena"."ledger"."rows_in" IS 'Data rows read';
COMMENT ON COLUMN "ena"."ledger"."rows_loaded" IS 'Rows in the tables now';
COMMENT ON COLUMN "ena"."ledger"."rows_quarantined" IS 'Rows set aside with a reason';
COMMENT ON COLUMN "ena"."ledger"."rows_duplicate" IS 'Rows equal to a loaded row';
COMMENT ON COLUMN "ena"."ledger"."rows_superseded" IS 'Rows that gave way to a later report';
CREATE TABLE "ena"."quarantine" (
    "taxonomy_id" bigint NOT NULL,
    "source" text NOT NULL,
    "version" text NOT NULL,
    "member" text NOT NULL,
    "line_number" bigint NOT NULL,
    "reason" text NOT NULL,
    "raw" bytea NOT NULL
);
CREATE INDEX "quarantine_partition" ON "ena"."quarantine" USING brin ("taxonomy_id" int8_minmax_multi_ops) WITH (autosummarize = on);
COMMENT ON TABLE "ena"."quarantine" IS 'Rows that could not be loaded: where, which line, why, and their bytes';
COMMENT ON COLUMN "ena"."quarantine"."taxonomy_id" IS 'The tracked NCBI taxon';
COMMENT ON COLUMN "ena"."quarantine"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "ena"."quarantine"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "ena"."quarantine"."member" IS 'Part of the object the row stands in, empty for a single file';
COMMENT ON COLUMN "ena"."quarantine"."line_number" IS '1-based line in that part, the header counted';
COMMENT ON COLUMN "ena"."quarantine"."reason" IS 'Why the row was not loaded';
COMMENT ON COLUMN "ena"."quarantine"."raw" IS 'The row''s bytes, cut at 64 KiB';
CREATE TABLE "ena"."batches" (
    "taxonomy_id" bigint NOT NULL,
    "batch_id" text NOT NULL,
    "run_accession" text NOT NULL,
    "location" text NOT NULL,
    "size_bytes" bigint NOT NULL,
    "md5" text NOT NULL,
    PRIMARY KEY ("taxonomy_id", "location") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "ena"."batches" IS 'The files that each batch of a taxon fetches; the same runs give the same batches';
COMMENT ON COLUMN "ena"."batches"."taxonomy_id" IS 'The tracked NCBI taxon';
COMMENT ON COLUMN "ena"."batches"."batch_id" IS 'Batch of runs that one machine fetches, named by its content';
COMMENT ON COLUMN "ena"."batches"."run_accession" IS 'Accession of the run, such as SRR1972616';
COMMENT ON COLUMN "ena"."batches"."location" IS 'Where ENA has the file, without scheme';
COMMENT ON COLUMN "ena"."batches"."size_bytes" IS 'Size of the file';
COMMENT ON COLUMN "ena"."batches"."md5" IS 'MD5 sum, lower-case hexadecimal';
CREATE TABLE "ena"."fetched_reads" (
    "taxonomy_id" bigint NOT NULL,
    "run_accession" text NOT NULL,
    "path" text NOT NULL,
    "size_bytes" bigint NOT NULL,
    "md5" text NOT NULL,
    "batch_id" text NOT NULL,
    "verified_at" timestamptz NOT NULL,
    PRIMARY KEY ("taxonomy_id", "path") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "ena"."fetched_reads" IS 'One row per file at home, verified there';
COMMENT ON COLUMN "ena"."fetched_reads"."taxonomy_id" IS 'The tracked NCBI taxon';
COMMENT ON COLUMN "ena"."fetched_reads"."run_accession" IS 'Accession of the run, such as SRR1972616';
COMMENT ON COLUMN "ena"."fetched_reads"."path" IS 'Where the file lies below the home folder: taxon/run/name';
COMMENT ON COLUMN "ena"."fetched_reads"."size_bytes" IS 'Size of the file';
COMMENT ON COLUMN "ena"."fetched_reads"."md5" IS 'MD5 sum, lower-case hexadecimal';
COMMENT ON COLUMN "ena"."fetched_reads"."batch_id" IS 'Batch of runs that one machine fetches, named by its content';
COMMENT ON COLUMN "ena"."fetched_reads"."verified_at" IS 'When its bytes at home had this sum';
