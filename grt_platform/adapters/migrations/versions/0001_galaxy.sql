-- The schema galaxy: its served tables and its register of instances.
CREATE SCHEMA galaxy;
CREATE SCHEMA galaxy_rows;

CREATE TABLE "galaxy_rows"."jobs_partitions" (
    "partition_no" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "instance_id" uuid NOT NULL,
    "received_month" text NOT NULL,
    UNIQUE ("instance_id", "received_month")
);
CREATE TABLE "galaxy_rows"."jobs" (
    "partition_no" integer NOT NULL,
    "job_id" bigint NOT NULL,
    "tool_id" text,
    "tool_version" text,
    "state" text,
    "created_at" timestamptz,
    "report_id" text NOT NULL
);
CREATE INDEX "jobs_partition" ON "galaxy_rows"."jobs" USING brin ("partition_no" int4_minmax_multi_ops) WITH (autosummarize = on);
CREATE VIEW "galaxy"."jobs" AS SELECT p."instance_id", p."received_month", r."job_id", r."tool_id", r."tool_version", r."state", r."created_at", r."report_id" FROM "galaxy_rows"."jobs" AS r JOIN "galaxy_rows"."jobs_partitions" AS p USING ("partition_no");
COMMENT ON VIEW "galaxy"."jobs" IS 'One row per job of an instance, from the latest report that names it';
COMMENT ON COLUMN "galaxy"."jobs"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."jobs"."received_month" IS 'Month the report came in, `YYYY-MM`, UTC';
COMMENT ON COLUMN "galaxy"."jobs"."job_id" IS 'Job id, unique within the instance';
COMMENT ON COLUMN "galaxy"."jobs"."tool_id" IS 'Tool id as the server names it; ToolShed ids hold the version';
COMMENT ON COLUMN "galaxy"."jobs"."tool_version" IS 'Version of the tool''s wrapper';
COMMENT ON COLUMN "galaxy"."jobs"."state" IS 'State when the job was exported; a job exported while running stays `running`';
COMMENT ON COLUMN "galaxy"."jobs"."created_at" IS 'When the job was made on the server';
COMMENT ON COLUMN "galaxy"."jobs"."report_id" IS 'Name of the report: file name without `.tar.gz`';

CREATE TABLE "galaxy_rows"."metrics_num_partitions" (
    "partition_no" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "instance_id" uuid NOT NULL,
    "received_month" text NOT NULL,
    UNIQUE ("instance_id", "received_month")
);
CREATE TABLE "galaxy_rows"."metrics_num" (
    "partition_no" integer NOT NULL,
    "job_id" bigint NOT NULL,
    "plugin" text NOT NULL,
    "name" text NOT NULL,
    "value" numeric
);
CREATE INDEX "metrics_num_partition" ON "galaxy_rows"."metrics_num" USING brin ("partition_no" int4_minmax_multi_ops) WITH (autosummarize = on);
CREATE VIEW "galaxy"."metrics_num" AS SELECT p."instance_id", p."received_month", r."job_id", r."plugin", r."name", trim_scale(r."value") AS "value" FROM "galaxy_rows"."metrics_num" AS r JOIN "galaxy_rows"."metrics_num_partitions" AS p USING ("partition_no");
COMMENT ON VIEW "galaxy"."metrics_num" IS 'Numeric job metrics as exported; units depend on plugin and name';
COMMENT ON COLUMN "galaxy"."metrics_num"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."metrics_num"."received_month" IS 'Month the report came in, `YYYY-MM`, UTC';
COMMENT ON COLUMN "galaxy"."metrics_num"."job_id" IS 'Job id, unique within the instance';
COMMENT ON COLUMN "galaxy"."metrics_num"."plugin" IS 'Metric plugin: core, cgroup, ...';
COMMENT ON COLUMN "galaxy"."metrics_num"."name" IS 'Metric name within its plugin';
COMMENT ON COLUMN "galaxy"."metrics_num"."value" IS 'Exact value, at most 7 decimals; NULL where the server had none';

CREATE TABLE "galaxy_rows"."metrics_txt_partitions" (
    "partition_no" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "instance_id" uuid NOT NULL,
    "received_month" text NOT NULL,
    UNIQUE ("instance_id", "received_month")
);
CREATE TABLE "galaxy_rows"."metrics_txt" (
    "partition_no" integer NOT NULL,
    "job_id" bigint NOT NULL,
    "plugin" text NOT NULL,
    "name" text NOT NULL,
    "value" text
);
CREATE INDEX "metrics_txt_partition" ON "galaxy_rows"."metrics_txt" USING brin ("partition_no" int4_minmax_multi_ops) WITH (autosummarize = on);
CREATE VIEW "galaxy"."metrics_txt" AS SELECT p."instance_id", p."received_month", r."job_id", r."plugin", r."name", r."value" FROM "galaxy_rows"."metrics_txt" AS r JOIN "galaxy_rows"."metrics_txt_partitions" AS p USING ("partition_no");
COMMENT ON VIEW "galaxy"."metrics_txt" IS 'Text job metrics as exported';
COMMENT ON COLUMN "galaxy"."metrics_txt"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."metrics_txt"."received_month" IS 'Month the report came in, `YYYY-MM`, UTC';
COMMENT ON COLUMN "galaxy"."metrics_txt"."job_id" IS 'Job id, unique within the instance';
COMMENT ON COLUMN "galaxy"."metrics_txt"."plugin" IS 'Metric plugin';
COMMENT ON COLUMN "galaxy"."metrics_txt"."name" IS 'Metric name within its plugin';
COMMENT ON COLUMN "galaxy"."metrics_txt"."value" IS 'Value';

CREATE TABLE "galaxy_rows"."datasets_partitions" (
    "partition_no" integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "instance_id" uuid NOT NULL,
    "received_month" text NOT NULL,
    UNIQUE ("instance_id", "received_month")
);
CREATE TABLE "galaxy_rows"."datasets" (
    "partition_no" integer NOT NULL,
    "job_id" bigint NOT NULL,
    "dataset_id" bigint NOT NULL,
    "extension" text,
    "size_bytes" bigint,
    "param_name" text,
    "direction" text NOT NULL
);
CREATE INDEX "datasets_partition" ON "galaxy_rows"."datasets" USING brin ("partition_no" int4_minmax_multi_ops) WITH (autosummarize = on);
CREATE VIEW "galaxy"."datasets" AS SELECT p."instance_id", p."received_month", r."job_id", r."dataset_id", r."extension", r."size_bytes", r."param_name", r."direction" FROM "galaxy_rows"."datasets" AS r JOIN "galaxy_rows"."datasets_partitions" AS p USING ("partition_no");
COMMENT ON VIEW "galaxy"."datasets" IS 'Inputs and outputs of jobs; sizes of format 3 are rounded to two digits by the exporter';
COMMENT ON COLUMN "galaxy"."datasets"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."datasets"."received_month" IS 'Month the report came in, `YYYY-MM`, UTC';
COMMENT ON COLUMN "galaxy"."datasets"."job_id" IS 'Job id, unique within the instance';
COMMENT ON COLUMN "galaxy"."datasets"."dataset_id" IS 'History dataset id on the server';
COMMENT ON COLUMN "galaxy"."datasets"."extension" IS 'Galaxy datatype';
COMMENT ON COLUMN "galaxy"."datasets"."size_bytes" IS 'Size; NULL where it is 0 or unknown (exported as -1 or None)';
COMMENT ON COLUMN "galaxy"."datasets"."param_name" IS 'Name of the tool''s input or output';
COMMENT ON COLUMN "galaxy"."datasets"."direction" IS '`input` or `output`';

CREATE TABLE "galaxy"."tools" (
    "instance_id" uuid NOT NULL,
    "received_month" text NOT NULL,
    "report_id" text NOT NULL,
    "tool_id" text NOT NULL,
    "name" text,
    "version" text,
    "tool_shed" text,
    "repository_id" text,
    "repository_name" text
);
CREATE INDEX "tools_partition" ON "galaxy"."tools" USING brin ("instance_id" uuid_minmax_multi_ops, "received_month" text_bloom_ops) WITH (autosummarize = on);
COMMENT ON TABLE "galaxy"."tools" IS 'Tools installed on the instance, as listed in reports of format 1';
COMMENT ON COLUMN "galaxy"."tools"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."tools"."received_month" IS 'Month the report came in, `YYYY-MM`, UTC';
COMMENT ON COLUMN "galaxy"."tools"."report_id" IS 'Name of the report: file name without `.tar.gz`';
COMMENT ON COLUMN "galaxy"."tools"."tool_id" IS 'Tool id';
COMMENT ON COLUMN "galaxy"."tools"."name" IS 'Name people see';
COMMENT ON COLUMN "galaxy"."tools"."version" IS 'Version of the wrapper';
COMMENT ON COLUMN "galaxy"."tools"."tool_shed" IS 'Host of the ToolShed it came from';
COMMENT ON COLUMN "galaxy"."tools"."repository_id" IS 'Repository id in that ToolShed';
COMMENT ON COLUMN "galaxy"."tools"."repository_name" IS 'Repository name in that ToolShed';

CREATE TABLE "galaxy"."reports" (
    "instance_id" uuid NOT NULL,
    "received_month" text NOT NULL,
    "report_id" text NOT NULL,
    "schema_version" bigint NOT NULL,
    "galaxy_version" text,
    "generated_at" timestamptz NOT NULL,
    "received_at" timestamptz NOT NULL,
    "sha256" text NOT NULL,
    "users_active" bigint,
    "users_total" bigint,
    "jobs_declared" jsonb,
    "export_times" jsonb,
    "metadata" jsonb,
    PRIMARY KEY ("instance_id", "report_id") DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX "reports_partition" ON "galaxy"."reports" USING brin ("instance_id" uuid_minmax_multi_ops, "received_month" text_bloom_ops) WITH (autosummarize = on);
COMMENT ON TABLE "galaxy"."reports" IS 'One row per loaded report: what it said of its instance';
COMMENT ON COLUMN "galaxy"."reports"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."reports"."received_month" IS 'Month the report came in, `YYYY-MM`, UTC';
COMMENT ON COLUMN "galaxy"."reports"."report_id" IS 'Name of the report: file name without `.tar.gz`';
COMMENT ON COLUMN "galaxy"."reports"."schema_version" IS 'Format of the report: 1, 2 or 3';
COMMENT ON COLUMN "galaxy"."reports"."galaxy_version" IS 'Release of Galaxy, such as 17.09';
COMMENT ON COLUMN "galaxy"."reports"."generated_at" IS 'When the server made the report';
COMMENT ON COLUMN "galaxy"."reports"."received_at" IS 'When the platform received it';
COMMENT ON COLUMN "galaxy"."reports"."sha256" IS 'Content hash of the archive';
COMMENT ON COLUMN "galaxy"."reports"."users_active" IS 'Distinct users with jobs in this report';
COMMENT ON COLUMN "galaxy"."reports"."users_total" IS 'Users registered on the server';
COMMENT ON COLUMN "galaxy"."reports"."jobs_declared" IS 'Jobs by state as the report declares them';
COMMENT ON COLUMN "galaxy"."reports"."export_times" IS 'Steps of the export with seconds since its start';
COMMENT ON COLUMN "galaxy"."reports"."metadata" IS 'Keys of the metadata that the platform has no column for';

CREATE TABLE "galaxy"."quarantine" (
    "instance_id" uuid NOT NULL,
    "received_month" text NOT NULL,
    "source" text NOT NULL,
    "version" text NOT NULL,
    "member" text NOT NULL,
    "line_number" bigint NOT NULL,
    "reason" text NOT NULL,
    "raw" bytea NOT NULL
);
CREATE INDEX "quarantine_partition" ON "galaxy"."quarantine" USING brin ("instance_id" uuid_minmax_multi_ops, "received_month" text_bloom_ops) WITH (autosummarize = on);
COMMENT ON TABLE "galaxy"."quarantine" IS 'Rows that could not be loaded: where, which line, why, and their bytes';
COMMENT ON COLUMN "galaxy"."quarantine"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."quarantine"."received_month" IS 'Month the report came in, `YYYY-MM`, UTC';
COMMENT ON COLUMN "galaxy"."quarantine"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "galaxy"."quarantine"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "galaxy"."quarantine"."member" IS 'Part of the object the row stands in, empty for a single file';
COMMENT ON COLUMN "galaxy"."quarantine"."line_number" IS '1-based line in that part, the header counted';
COMMENT ON COLUMN "galaxy"."quarantine"."reason" IS 'Why the row was not loaded';
COMMENT ON COLUMN "galaxy"."quarantine"."raw" IS 'The row''s bytes, cut at 64 KiB';

CREATE TABLE "galaxy"."ledger" (
    "instance_id" uuid NOT NULL,
    "received_month" text NOT NULL,
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
CREATE INDEX "ledger_partition" ON "galaxy"."ledger" USING brin ("instance_id" uuid_minmax_multi_ops, "received_month" text_bloom_ops) WITH (autosummarize = on);
COMMENT ON TABLE "galaxy"."ledger" IS 'Every version of every raw object ever seen, and what became of it';
COMMENT ON COLUMN "galaxy"."ledger"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."ledger"."received_month" IS 'Month the report came in, `YYYY-MM`, UTC';
COMMENT ON COLUMN "galaxy"."ledger"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "galaxy"."ledger"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "galaxy"."ledger"."etag" IS 'Signature of the object where it arrived; a sensor knows it again by this';
COMMENT ON COLUMN "galaxy"."ledger"."size_bytes" IS 'Size of the raw object';
COMMENT ON COLUMN "galaxy"."ledger"."sha256" IS 'Content hash of the raw object';
COMMENT ON COLUMN "galaxy"."ledger"."received_at" IS 'When the platform first saw these bytes';
COMMENT ON COLUMN "galaxy"."ledger"."status" IS 'One of loaded, duplicate, replaced, rejected, incomplete';
COMMENT ON COLUMN "galaxy"."ledger"."reason" IS 'Why it is not loaded, or what was odd about it';
COMMENT ON COLUMN "galaxy"."ledger"."rows_in" IS 'Data rows read';
COMMENT ON COLUMN "galaxy"."ledger"."rows_loaded" IS 'Rows in the tables now';
COMMENT ON COLUMN "galaxy"."ledger"."rows_quarantined" IS 'Rows set aside with a reason';
COMMENT ON COLUMN "galaxy"."ledger"."rows_duplicate" IS 'Rows equal to a loaded row';
COMMENT ON COLUMN "galaxy"."ledger"."rows_superseded" IS 'Rows that gave way to a later report';

CREATE TABLE "galaxy"."tool_usage" (
    "instance_id" uuid NOT NULL,
    "period" text NOT NULL,
    "starts_on" date NOT NULL,
    "tool_id" text NOT NULL,
    "tool_version" text NOT NULL,
    "jobs" bigint NOT NULL,
    "jobs_ok" bigint NOT NULL,
    "jobs_error" bigint NOT NULL,
    "jobs_other" bigint NOT NULL,
    "jobs_unfinished" bigint NOT NULL,
    "error_rate" double precision,
    PRIMARY KEY ("instance_id", "period", "starts_on", "tool_id", "tool_version") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "galaxy"."tool_usage" IS 'Jobs, states and error rate per tool, version and period';
COMMENT ON COLUMN "galaxy"."tool_usage"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."tool_usage"."period" IS '`day`, `week` (ISO, from Monday) or `month`';
COMMENT ON COLUMN "galaxy"."tool_usage"."starts_on" IS 'First day of the period, by the job''s created_at, UTC';
COMMENT ON COLUMN "galaxy"."tool_usage"."tool_id" IS 'Tool id without its version; empty where the job has none';
COMMENT ON COLUMN "galaxy"."tool_usage"."tool_version" IS 'Tool version; empty where the job has none';
COMMENT ON COLUMN "galaxy"."tool_usage"."jobs" IS 'All jobs';
COMMENT ON COLUMN "galaxy"."tool_usage"."jobs_ok" IS 'Jobs that ended ok';
COMMENT ON COLUMN "galaxy"."tool_usage"."jobs_error" IS 'Jobs that ended in error or failed';
COMMENT ON COLUMN "galaxy"."tool_usage"."jobs_other" IS 'Jobs that ended otherwise (deleted, stopped, skipped)';
COMMENT ON COLUMN "galaxy"."tool_usage"."jobs_unfinished" IS 'Jobs exported before they ended';
COMMENT ON COLUMN "galaxy"."tool_usage"."error_rate" IS 'jobs_error / (jobs_ok + jobs_error); NULL where none of them ended';

CREATE TABLE "galaxy"."tool_resources" (
    "instance_id" uuid NOT NULL,
    "tool_id" text NOT NULL,
    "tool_version" text NOT NULL,
    "quantity" text NOT NULL,
    "jobs" bigint NOT NULL,
    "mean" double precision NOT NULL,
    "p50" double precision NOT NULL,
    "p95" double precision NOT NULL,
    "p99" double precision NOT NULL,
    "max" double precision NOT NULL,
    PRIMARY KEY ("instance_id", "tool_id", "tool_version", "quantity") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "galaxy"."tool_resources" IS 'Runtime, cores, memory and slot hours that jobs of a tool took, allocated against used';
COMMENT ON COLUMN "galaxy"."tool_resources"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."tool_resources"."tool_id" IS 'Tool id';
COMMENT ON COLUMN "galaxy"."tool_resources"."tool_version" IS 'Tool version; empty where the job has none';
COMMENT ON COLUMN "galaxy"."tool_resources"."quantity" IS 'What is measured, its unit in its name: runtime_s, memory_used_bytes, ...';
COMMENT ON COLUMN "galaxy"."tool_resources"."jobs" IS 'Jobs with this quantity (the evidence)';
COMMENT ON COLUMN "galaxy"."tool_resources"."mean" IS 'Arithmetic mean';
COMMENT ON COLUMN "galaxy"."tool_resources"."p50" IS 'Median';
COMMENT ON COLUMN "galaxy"."tool_resources"."p95" IS '95th percentile';
COMMENT ON COLUMN "galaxy"."tool_resources"."p99" IS '99th percentile';
COMMENT ON COLUMN "galaxy"."tool_resources"."max" IS 'Largest value';

CREATE TABLE "galaxy"."tool_resources_by_input" (
    "instance_id" uuid NOT NULL,
    "tool_id" text NOT NULL,
    "input_bin" bigint NOT NULL,
    "input_from_bytes" bigint,
    "input_below_bytes" bigint,
    "jobs" bigint NOT NULL,
    "runtime_p50_s" double precision,
    "runtime_p95_s" double precision,
    "memory_jobs" bigint NOT NULL,
    "memory_p50_bytes" double precision,
    "memory_p95_bytes" double precision,
    "memory_max_bytes" double precision,
    "limit_hit_share" double precision,
    "cores_jobs" bigint NOT NULL,
    "cores_p95" double precision,
    "suggested_memory_gb" double precision,
    "suggested_cores" bigint,
    "suggested_rule" text,
    PRIMARY KEY ("instance_id", "tool_id", "input_bin") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "galaxy"."tool_resources_by_input" IS 'Runtime and memory of a tool by the size of its inputs, with the rule they suggest';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."tool_id" IS 'Tool id without its version';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."input_bin" IS 'Number of the bin, by size; 0 where sizes are unknown';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."input_from_bytes" IS 'Lower edge of the bin, inclusive; NULL where unknown';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."input_below_bytes" IS 'Upper edge of the bin, exclusive; NULL where unknown or open';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."jobs" IS 'Jobs that ended ok with inputs in this bin (the evidence)';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."runtime_p50_s" IS 'Median runtime';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."runtime_p95_s" IS '95th percentile of the runtime';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."memory_jobs" IS 'Jobs of the bin with a measured memory peak';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."memory_p50_bytes" IS 'Median memory peak';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."memory_p95_bytes" IS '95th percentile of the memory peak';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."memory_max_bytes" IS 'Largest memory peak';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."limit_hit_share" IS 'Share of jobs whose peak came within 5 % of their memory limit';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."cores_jobs" IS 'Jobs of the bin with a measured CPU time';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."cores_p95" IS '95th percentile of the cores kept busy, at most those allocated';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."suggested_memory_gb" IS 'Memory (GB of 2^30 bytes) that served 95 % of the bin, with a margin';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."suggested_cores" IS 'Cores that served 95 % of the bin';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input"."suggested_rule" IS 'The tool''s rules in the YAML form of Total Perspective Vortex';

CREATE TABLE "galaxy"."instance_activity" (
    "instance_id" uuid NOT NULL,
    "jobs" bigint NOT NULL,
    "jobs_recent" bigint NOT NULL,
    "tools" bigint NOT NULL,
    "users_active" bigint,
    "users_total" bigint,
    "reports" bigint NOT NULL,
    "first_job_at" timestamptz,
    "last_job_at" timestamptz,
    "last_report_at" timestamptz,
    "galaxy_version" text,
    PRIMARY KEY ("instance_id") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "galaxy"."instance_activity" IS 'How active an instance is: jobs, users, tools and its last report';
COMMENT ON COLUMN "galaxy"."instance_activity"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."instance_activity"."jobs" IS 'Jobs in all its reports';
COMMENT ON COLUMN "galaxy"."instance_activity"."jobs_recent" IS 'Jobs made in the 28 days before its newest job';
COMMENT ON COLUMN "galaxy"."instance_activity"."tools" IS 'Distinct tools (versions together) with jobs';
COMMENT ON COLUMN "galaxy"."instance_activity"."users_active" IS 'Active users of the last report';
COMMENT ON COLUMN "galaxy"."instance_activity"."users_total" IS 'Registered users of the last report';
COMMENT ON COLUMN "galaxy"."instance_activity"."reports" IS 'Reports loaded';
COMMENT ON COLUMN "galaxy"."instance_activity"."first_job_at" IS 'Oldest job';
COMMENT ON COLUMN "galaxy"."instance_activity"."last_job_at" IS 'Newest job';
COMMENT ON COLUMN "galaxy"."instance_activity"."last_report_at" IS 'When the last report was made';
COMMENT ON COLUMN "galaxy"."instance_activity"."galaxy_version" IS 'Release of Galaxy in the last report';

CREATE TABLE "galaxy"."tool_usage_overall" (
    "period" text NOT NULL,
    "starts_on" date NOT NULL,
    "tool_id" text NOT NULL,
    "tool_version" text NOT NULL,
    "jobs" bigint NOT NULL,
    "jobs_ok" bigint NOT NULL,
    "jobs_error" bigint NOT NULL,
    "jobs_other" bigint NOT NULL,
    "jobs_unfinished" bigint NOT NULL,
    "error_rate" double precision,
    PRIMARY KEY ("period", "starts_on", "tool_id", "tool_version")
);
COMMENT ON TABLE "galaxy"."tool_usage_overall" IS 'Jobs, states and error rate per tool, version and period, over all instances';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."period" IS '`day`, `week` (ISO, from Monday) or `month`';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."starts_on" IS 'First day of the period, by the job''s created_at, UTC';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."tool_id" IS 'Tool id without its version; empty where the job has none';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."tool_version" IS 'Tool version; empty where the job has none';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."jobs" IS 'All jobs';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."jobs_ok" IS 'Jobs that ended ok';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."jobs_error" IS 'Jobs that ended in error or failed';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."jobs_other" IS 'Jobs that ended otherwise (deleted, stopped, skipped)';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."jobs_unfinished" IS 'Jobs exported before they ended';
COMMENT ON COLUMN "galaxy"."tool_usage_overall"."error_rate" IS 'jobs_error / (jobs_ok + jobs_error); NULL where none of them ended';

CREATE TABLE "galaxy"."tool_resources_overall" (
    "tool_id" text NOT NULL,
    "tool_version" text NOT NULL,
    "quantity" text NOT NULL,
    "jobs" bigint NOT NULL,
    "mean" double precision NOT NULL,
    "p50" double precision NOT NULL,
    "p95" double precision NOT NULL,
    "p99" double precision NOT NULL,
    "max" double precision NOT NULL,
    PRIMARY KEY ("tool_id", "tool_version", "quantity")
);
COMMENT ON TABLE "galaxy"."tool_resources_overall" IS 'Runtime, cores, memory and slot hours that jobs of a tool took, allocated against used, over all instances';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."tool_id" IS 'Tool id';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."tool_version" IS 'Tool version; empty where the job has none';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."quantity" IS 'What is measured, its unit in its name: runtime_s, memory_used_bytes, ...';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."jobs" IS 'Jobs with this quantity (the evidence)';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."mean" IS 'Arithmetic mean';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."p50" IS 'Median';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."p95" IS '95th percentile';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."p99" IS '99th percentile';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."max" IS 'Largest value';

CREATE TABLE "galaxy"."tool_resources_by_input_overall" (
    "tool_id" text NOT NULL,
    "input_bin" bigint NOT NULL,
    "input_from_bytes" bigint,
    "input_below_bytes" bigint,
    "jobs" bigint NOT NULL,
    "runtime_p50_s" double precision,
    "runtime_p95_s" double precision,
    "memory_jobs" bigint NOT NULL,
    "memory_p50_bytes" double precision,
    "memory_p95_bytes" double precision,
    "memory_max_bytes" double precision,
    "limit_hit_share" double precision,
    "cores_jobs" bigint NOT NULL,
    "cores_p95" double precision,
    "suggested_memory_gb" double precision,
    "suggested_cores" bigint,
    "suggested_rule" text,
    PRIMARY KEY ("tool_id", "input_bin")
);
COMMENT ON TABLE "galaxy"."tool_resources_by_input_overall" IS 'Runtime and memory of a tool by the size of its inputs, with the rule they suggest, over all instances';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."tool_id" IS 'Tool id without its version';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."input_bin" IS 'Number of the bin, by size; 0 where sizes are unknown';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."input_from_bytes" IS 'Lower edge of the bin, inclusive; NULL where unknown';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."input_below_bytes" IS 'Upper edge of the bin, exclusive; NULL where unknown or open';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."jobs" IS 'Jobs that ended ok with inputs in this bin (the evidence)';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."runtime_p50_s" IS 'Median runtime';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."runtime_p95_s" IS '95th percentile of the runtime';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."memory_jobs" IS 'Jobs of the bin with a measured memory peak';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."memory_p50_bytes" IS 'Median memory peak';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."memory_p95_bytes" IS '95th percentile of the memory peak';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."memory_max_bytes" IS 'Largest memory peak';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."limit_hit_share" IS 'Share of jobs whose peak came within 5 % of their memory limit';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."cores_jobs" IS 'Jobs of the bin with a measured CPU time';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."cores_p95" IS '95th percentile of the cores kept busy, at most those allocated';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."suggested_memory_gb" IS 'Memory (GB of 2^30 bytes) that served 95 % of the bin, with a margin';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."suggested_cores" IS 'Cores that served 95 % of the bin';
COMMENT ON COLUMN "galaxy"."tool_resources_by_input_overall"."suggested_rule" IS 'The tool''s rules in the YAML form of Total Perspective Vortex';

CREATE TABLE "galaxy"."which_instances_have" (
    "tool_id" text NOT NULL,
    "tool_version" text NOT NULL,
    "instance_id" uuid NOT NULL,
    "jobs" bigint NOT NULL,
    "last_used_at" timestamptz,
    "is_installed" boolean,
    PRIMARY KEY ("tool_id", "tool_version", "instance_id")
);
COMMENT ON TABLE "galaxy"."which_instances_have" IS 'Which instance has or ran which tool, in which version, how often and when last';
COMMENT ON COLUMN "galaxy"."which_instances_have"."tool_id" IS 'Tool id without its version';
COMMENT ON COLUMN "galaxy"."which_instances_have"."tool_version" IS 'Tool version; empty where none is known';
COMMENT ON COLUMN "galaxy"."which_instances_have"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."which_instances_have"."jobs" IS 'Jobs of it on the instance; 0 where it is only installed';
COMMENT ON COLUMN "galaxy"."which_instances_have"."last_used_at" IS 'Newest job of it on the instance';
COMMENT ON COLUMN "galaxy"."which_instances_have"."is_installed" IS 'Listed as installed by the instance''s last format 1 report';

CREATE TABLE "galaxy"."instances" (
    "instance_id" uuid NOT NULL,
    "title" text NOT NULL,
    "url" text,
    "description" text,
    "key_sha256" text,
    "key_made_at" timestamptz,
    "registered_at" timestamptz NOT NULL,
    "is_self_registered" boolean NOT NULL,
    PRIMARY KEY ("instance_id")
);
COMMENT ON TABLE "galaxy"."instances" IS 'Galaxy servers that may upload; written by people and the HTTP front, not rebuilt from raw';
COMMENT ON COLUMN "galaxy"."instances"."instance_id" IS 'The Galaxy server';
COMMENT ON COLUMN "galaxy"."instances"."title" IS 'Name people see';
COMMENT ON COLUMN "galaxy"."instances"."url" IS 'Address of the server';
COMMENT ON COLUMN "galaxy"."instances"."description" IS 'What the server is for';
COMMENT ON COLUMN "galaxy"."instances"."key_sha256" IS 'Hash of its upload key; NULL for a server that may not upload over HTTP';
COMMENT ON COLUMN "galaxy"."instances"."key_made_at" IS 'When its key was made or last rotated';
COMMENT ON COLUMN "galaxy"."instances"."registered_at" IS 'When it became known';
COMMENT ON COLUMN "galaxy"."instances"."is_self_registered" IS 'It became known by its folder, nobody named it';
