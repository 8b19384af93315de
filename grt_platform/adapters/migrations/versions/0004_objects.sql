-- The schema objects: versions of the objects of projects, their names, parts, quotas, and what buckets announced.
CREATE SCHEMA "objects";
CREATE SEQUENCE "objects"."generations";

CREATE TABLE "objects"."projects" (
    "project" text NOT NULL,
    "limit_bytes" bigint,
    "used_bytes" bigint NOT NULL,
    "suffixes" jsonb NOT NULL,
    FOREIGN KEY ("project") REFERENCES "identity"."projects",
    CHECK ("used_bytes" >= 0),
    CHECK ("limit_bytes" >= 0),
    PRIMARY KEY ("project")
);
COMMENT ON TABLE "objects"."projects" IS 'Room of each project; a change to its objects locks its row first';
COMMENT ON COLUMN "objects"."projects"."project" IS 'Name of the project';
COMMENT ON COLUMN "objects"."projects"."limit_bytes" IS 'Most bytes it may hold; NULL: `GRT_OBJECTS_QUOTA_BYTES`';
COMMENT ON COLUMN "objects"."projects"."used_bytes" IS 'Sum over its pending and stored versions';
COMMENT ON COLUMN "objects"."projects"."suffixes" IS 'Endings that names of new objects may have; empty: all';

CREATE TABLE "objects"."versions" (
    "version_id" uuid NOT NULL,
    "project" text NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "size_bytes" bigint NOT NULL,
    "sha256" text,
    "md5" text,
    "state" text NOT NULL,
    "reason" text,
    "part_bytes" bigint,
    "parts_token" text,
    "created_by" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "expires_at" timestamptz NOT NULL,
    "signed_until_at" timestamptz NOT NULL,
    "stored_at" timestamptz,
    "generation" bigint,
    "is_cleaned" boolean NOT NULL,
    UNIQUE ("generation"),
    FOREIGN KEY ("project") REFERENCES "objects"."projects",
    CHECK ("size_bytes" >= 0),
    CHECK ("state" IN ('pending', 'stored', 'aborted', 'expired', 'failed', 'purged')),
    CHECK (("state" IN ('stored', 'purged')) = ("generation" IS NOT NULL)),
    CHECK ("state" <> 'stored' OR ("sha256" IS NOT NULL AND "stored_at" IS NOT NULL)),
    PRIMARY KEY ("version_id")
);
CREATE INDEX "versions_project_name_generation" ON "objects"."versions" ("project", "name", "generation");
CREATE INDEX "versions_state_is_cleaned_signed_until_at" ON "objects"."versions" ("state", "is_cleaned", "signed_until_at");
COMMENT ON TABLE "objects"."versions" IS 'Every upload: pending, stored as one version of its object, or ended without';
COMMENT ON COLUMN "objects"."versions"."version_id" IS 'The version, which is the upload it came by';
COMMENT ON COLUMN "objects"."versions"."project" IS 'Name of the project';
COMMENT ON COLUMN "objects"."versions"."name" IS 'Name of the object';
COMMENT ON COLUMN "objects"."versions"."size_bytes" IS 'Promised size; that of the bytes once stored';
COMMENT ON COLUMN "objects"."versions"."sha256" IS 'Promised hash of the bytes; certain once stored';
COMMENT ON COLUMN "objects"."versions"."md5" IS 'Promised MD5 of the bytes';
COMMENT ON COLUMN "objects"."versions"."state" IS 'One of pending, stored, aborted, expired, failed, purged';
COMMENT ON COLUMN "objects"."versions"."reason" IS 'Why it is neither pending nor stored';
COMMENT ON COLUMN "objects"."versions"."part_bytes" IS 'Size of the parts it comes in; NULL for one PUT';
COMMENT ON COLUMN "objects"."versions"."parts_token" IS 'Name of the multipart upload in the store';
COMMENT ON COLUMN "objects"."versions"."created_by" IS 'Who asked for the upload: the id of a person, or a program';
COMMENT ON COLUMN "objects"."versions"."created_at" IS 'When it was asked for';
COMMENT ON COLUMN "objects"."versions"."expires_at" IS 'When it ends by itself while pending';
COMMENT ON COLUMN "objects"."versions"."signed_until_at" IS 'Until when a URL that writes its bytes may be out';
COMMENT ON COLUMN "objects"."versions"."stored_at" IS 'When its bytes were found whole and right';
COMMENT ON COLUMN "objects"."versions"."generation" IS 'Order in which versions were stored, the newest highest';
COMMENT ON COLUMN "objects"."versions"."is_cleaned" IS 'Whether what it left in the store was removed';

CREATE TABLE "objects"."names" (
    "project" text NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "skeleton" text COLLATE "C" NOT NULL,
    "version_id" uuid,
    "deleted_at" timestamptz,
    "deleted_by" text,
    UNIQUE ("project", "skeleton"),
    FOREIGN KEY ("project") REFERENCES "objects"."projects",
    FOREIGN KEY ("version_id") REFERENCES "objects"."versions",
    PRIMARY KEY ("project", "name")
);
COMMENT ON TABLE "objects"."names" IS 'Every name of a project and the version that is current under it';
COMMENT ON COLUMN "objects"."names"."project" IS 'Name of the project';
COMMENT ON COLUMN "objects"."names"."name" IS 'Name of the object';
COMMENT ON COLUMN "objects"."names"."skeleton" IS 'What it shares with names that look like it';
COMMENT ON COLUMN "objects"."names"."version_id" IS 'The current version; NULL until the first one is stored';
COMMENT ON COLUMN "objects"."names"."deleted_at" IS 'When it was deleted; it can be restored';
COMMENT ON COLUMN "objects"."names"."deleted_by" IS 'Who deleted it';

CREATE TABLE "objects"."parts" (
    "version_id" uuid NOT NULL,
    "number" bigint NOT NULL,
    "size_bytes" bigint NOT NULL,
    "sha256" text NOT NULL,
    FOREIGN KEY ("version_id") REFERENCES "objects"."versions",
    CHECK ("number" BETWEEN 1 AND 10000),
    PRIMARY KEY ("version_id", "number")
);
COMMENT ON TABLE "objects"."parts" IS 'What was promised of each part of a pending upload';
COMMENT ON COLUMN "objects"."parts"."version_id" IS 'The version, which is the upload it came by';
COMMENT ON COLUMN "objects"."parts"."number" IS 'Place in the whole, from 1';
COMMENT ON COLUMN "objects"."parts"."size_bytes" IS 'Size of the part';
COMMENT ON COLUMN "objects"."parts"."sha256" IS 'Hash of the part';

CREATE TABLE "objects"."events" (
    "bucket" text NOT NULL,
    "key" text NOT NULL,
    "version" text NOT NULL,
    "project" text NOT NULL,
    "version_id" uuid NOT NULL,
    "outcome" text NOT NULL,
    "seen_at" timestamptz NOT NULL,
    PRIMARY KEY ("bucket", "key", "version")
);
CREATE INDEX "events_seen_at" ON "objects"."events" ("seen_at");
COMMENT ON TABLE "objects"."events" IS 'Announcements by buckets that were acted upon, so that a repeated one is known';
COMMENT ON COLUMN "objects"."events"."bucket" IS 'The bucket';
COMMENT ON COLUMN "objects"."events"."key" IS 'Key of the object in it';
COMMENT ON COLUMN "objects"."events"."version" IS 'Its version or sequencer, as the bucket names it';
COMMENT ON COLUMN "objects"."events"."project" IS 'Name of the project';
COMMENT ON COLUMN "objects"."events"."version_id" IS 'The version it announced';
COMMENT ON COLUMN "objects"."events"."outcome" IS 'State of the version afterwards';
COMMENT ON COLUMN "objects"."events"."seen_at" IS 'When it was acted upon';
