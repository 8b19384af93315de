-- The schema jobs: one row for each asynchronous job, and the history of their states.
CREATE SCHEMA jobs;

CREATE TABLE "jobs"."jobs" (
    "job_id" uuid NOT NULL DEFAULT gen_random_uuid(),
    "system" text NOT NULL,
    "kind" text NOT NULL,
    "project" text NOT NULL,
    "user_id" text NOT NULL,
    "user_name" text NOT NULL,
    "request" jsonb NOT NULL,
    "pins" jsonb NOT NULL,
    "idempotency_key" text,
    "priority" bigint NOT NULL,
    "state" text NOT NULL DEFAULT 'QUEUED' CHECK ("state" IN
        ('QUEUED', 'INITIALIZING', 'RUNNING', 'COMPLETE', 'EXECUTOR_ERROR', 'SYSTEM_ERROR', 'CANCELING', 'CANCELED')),
    "attempt" bigint NOT NULL DEFAULT 1,
    "losses" bigint NOT NULL DEFAULT 0,
    "run_id" text,
    "progress" double precision NOT NULL DEFAULT 0 CHECK ("progress" BETWEEN 0 AND 1),
    "step" text NOT NULL DEFAULT '',
    "counts" jsonb NOT NULL DEFAULT '{}',
    "warnings" jsonb NOT NULL DEFAULT '[]',
    "reason" text NOT NULL DEFAULT '',
    "result" jsonb CHECK ("state" = 'COMPLETE' OR "result" IS NULL),
    "created_at" timestamptz NOT NULL DEFAULT now(),
    "queued_at" timestamptz NOT NULL DEFAULT now(),
    "handed_out_at" timestamptz,
    "started_at" timestamptz,
    "beat_at" timestamptz,
    "ended_at" timestamptz,
    "is_cleared" boolean NOT NULL DEFAULT true,
    "moved_by" text NOT NULL,
    UNIQUE ("system", "kind", "project", "user_id", "idempotency_key"),
    PRIMARY KEY ("job_id")
);
CREATE INDEX "jobs_created_at_job_id" ON "jobs"."jobs" ("created_at", "job_id");
CREATE INDEX "jobs_project_created_at_job_id" ON "jobs"."jobs" ("project", "created_at", "job_id");
CREATE INDEX "jobs_system_kind_state" ON "jobs"."jobs" ("system", "kind", "state");
CREATE INDEX "jobs_ended_at" ON "jobs"."jobs" ("ended_at");
CREATE INDEX "jobs_is_cleared" ON "jobs"."jobs" ("is_cleared");
COMMENT ON TABLE "jobs"."jobs" IS 'Every asynchronous job that has not expired';
COMMENT ON COLUMN "jobs"."jobs"."job_id" IS 'The job; also the partition of its result';
COMMENT ON COLUMN "jobs"."jobs"."system" IS 'The system that does it';
COMMENT ON COLUMN "jobs"."jobs"."kind" IS 'Which kind of job of that system';
COMMENT ON COLUMN "jobs"."jobs"."project" IS 'Whose members may see it';
COMMENT ON COLUMN "jobs"."jobs"."user_id" IS 'Who asked for it';
COMMENT ON COLUMN "jobs"."jobs"."user_name" IS 'The name of that person then';
COMMENT ON COLUMN "jobs"."jobs"."request" IS 'What was asked';
COMMENT ON COLUMN "jobs"."jobs"."pins" IS 'Versions of the inputs that it reads';
COMMENT ON COLUMN "jobs"."jobs"."idempotency_key" IS 'Key under which the same person asks for the same job';
COMMENT ON COLUMN "jobs"."jobs"."priority" IS 'Higher goes first within its project';
COMMENT ON COLUMN "jobs"."jobs"."state" IS 'One of QUEUED, INITIALIZING, RUNNING, COMPLETE, EXECUTOR_ERROR, SYSTEM_ERROR, CANCELING, CANCELED';
COMMENT ON COLUMN "jobs"."jobs"."attempt" IS 'Number of the present attempt, from 1; what an older one says is not heard';
COMMENT ON COLUMN "jobs"."jobs"."losses" IS 'Attempts in a row that ended without a word';
COMMENT ON COLUMN "jobs"."jobs"."run_id" IS 'Dagster''s run of the present attempt, once it is known';
COMMENT ON COLUMN "jobs"."jobs"."progress" IS 'How far it is, 0 to 1';
COMMENT ON COLUMN "jobs"."jobs"."step" IS 'What it is at';
COMMENT ON COLUMN "jobs"."jobs"."counts" IS 'What the result holds';
COMMENT ON COLUMN "jobs"."jobs"."warnings" IS 'What is not as it should be, as sentences';
COMMENT ON COLUMN "jobs"."jobs"."reason" IS 'Why it is where it is, for a person';
COMMENT ON COLUMN "jobs"."jobs"."result" IS 'Where the result is; NULL unless it is complete';
COMMENT ON COLUMN "jobs"."jobs"."created_at" IS 'When it was submitted';
COMMENT ON COLUMN "jobs"."jobs"."queued_at" IS 'Since when the present attempt waited';
COMMENT ON COLUMN "jobs"."jobs"."handed_out_at" IS 'When Dagster was asked for its run';
COMMENT ON COLUMN "jobs"."jobs"."started_at" IS 'When the present attempt began to work';
COMMENT ON COLUMN "jobs"."jobs"."beat_at" IS 'Last sign of life of the working process';
COMMENT ON COLUMN "jobs"."jobs"."ended_at" IS 'When it ended';
COMMENT ON COLUMN "jobs"."jobs"."is_cleared" IS 'No half result of an attempt that ended is left';
COMMENT ON COLUMN "jobs"."jobs"."moved_by" IS 'Who brought it to its present state';

CREATE TABLE "jobs"."transitions" (
    "transition_no" bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    "job_id" uuid NOT NULL,
    "attempt" bigint NOT NULL,
    "from_state" text,
    "to_state" text NOT NULL,
    "run_id" text,
    "actor" text NOT NULL,
    "reason" text NOT NULL,
    "moved_at" timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY ("job_id") REFERENCES "jobs"."jobs",
    PRIMARY KEY ("transition_no")
);
CREATE INDEX "transitions_job_id_transition_no" ON "jobs"."transitions" ("job_id", "transition_no");
COMMENT ON TABLE "jobs"."transitions" IS 'Every change of state of every job, written by the database itself';
COMMENT ON COLUMN "jobs"."transitions"."transition_no" IS 'Order in which they happened';
COMMENT ON COLUMN "jobs"."transitions"."job_id" IS 'The job; also the partition of its result';
COMMENT ON COLUMN "jobs"."transitions"."attempt" IS 'The attempt from then on';
COMMENT ON COLUMN "jobs"."transitions"."from_state" IS 'State before; NULL for a new job';
COMMENT ON COLUMN "jobs"."transitions"."to_state" IS 'State after';
COMMENT ON COLUMN "jobs"."transitions"."run_id" IS 'Dagster''s run, where one is known';
COMMENT ON COLUMN "jobs"."transitions"."actor" IS 'Who did it: a person, a run or the dispatcher';
COMMENT ON COLUMN "jobs"."transitions"."reason" IS 'Why, for a person';
COMMENT ON COLUMN "jobs"."transitions"."moved_at" IS 'When';

CREATE FUNCTION jobs.note_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO jobs.transitions (job_id, attempt, from_state, to_state, run_id, actor, reason)
    VALUES (NEW.job_id, NEW.attempt, CASE TG_OP WHEN 'UPDATE' THEN OLD.state END, NEW.state, NEW.run_id, NEW.moved_by, NEW.reason);
    RETURN NULL;
END $$;
CREATE TRIGGER note_birth AFTER INSERT ON jobs.jobs FOR EACH ROW EXECUTE FUNCTION jobs.note_transition();
CREATE TRIGGER note_transition AFTER UPDATE ON jobs.jobs FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.attempt IS DISTINCT FROM NEW.attempt)
    EXECUTE FUNCTION jobs.note_transition();
