ALTER TABLE "galaxy"."tool_resources"
    ALTER COLUMN "mean" DROP NOT NULL,
    ALTER COLUMN "p50" DROP NOT NULL,
    ALTER COLUMN "p95" DROP NOT NULL,
    ALTER COLUMN "p99" DROP NOT NULL,
    ALTER COLUMN "max" DROP NOT NULL,
    ADD COLUMN "jobs_excluded" bigint NOT NULL DEFAULT 0,
    ADD COLUMN "exclusion_reasons" jsonb;
ALTER TABLE "galaxy"."tool_resources" ALTER COLUMN "jobs_excluded" DROP DEFAULT;
COMMENT ON COLUMN "galaxy"."tool_resources"."quantity" IS 'What is measured, its unit in its name: runtime_s, ...';
COMMENT ON COLUMN "galaxy"."tool_resources"."mean" IS 'Arithmetic mean; NULL, as all below, where every job is excluded';
COMMENT ON COLUMN "galaxy"."tool_resources"."jobs_excluded" IS 'Jobs left out: their reading of it cannot be true';
COMMENT ON COLUMN "galaxy"."tool_resources"."exclusion_reasons" IS 'Jobs left out by reason, `{reason: jobs}`; NULL for none';

ALTER TABLE "galaxy"."tool_resources_overall"
    ALTER COLUMN "mean" DROP NOT NULL,
    ALTER COLUMN "p50" DROP NOT NULL,
    ALTER COLUMN "p95" DROP NOT NULL,
    ALTER COLUMN "p99" DROP NOT NULL,
    ALTER COLUMN "max" DROP NOT NULL,
    ADD COLUMN "jobs_excluded" bigint NOT NULL DEFAULT 0,
    ADD COLUMN "exclusion_reasons" jsonb;
ALTER TABLE "galaxy"."tool_resources_overall" ALTER COLUMN "jobs_excluded" DROP DEFAULT;
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."quantity" IS 'What is measured, its unit in its name: runtime_s, ...';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."mean" IS 'Arithmetic mean; NULL, as all below, where every job is excluded';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."jobs_excluded" IS 'Jobs left out: their reading of it cannot be true';
COMMENT ON COLUMN "galaxy"."tool_resources_overall"."exclusion_reasons" IS 'Jobs left out by reason, `{reason: jobs}`; NULL for none';
