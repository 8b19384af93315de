-- The schema objects: versions of the objects of projects, their names, parts, quotas, and what buckets announced.
CREATE SCHEMA objects;
COMMENT ON SCHEMA objects IS 'Objects that people keep in their projects: every version for ever, its bytes in the raw store';

CREATE TABLE objects.projects (
    project text PRIMARY KEY,
    limit_bytes bigint CHECK (limit_bytes >= 0),
    used_bytes bigint NOT NULL DEFAULT 0 CHECK (used_bytes >= 0),
    suffixes jsonb NOT NULL DEFAULT '[]'
);
COMMENT ON TABLE objects.projects IS 'Room of each project; a change to its objects locks its row first';
COMMENT ON COLUMN objects.projects.limit_bytes IS 'Most bytes it may hold; NULL: GRT_OBJECTS_QUOTA_BYTES';
COMMENT ON COLUMN objects.projects.used_bytes IS 'Sum over its pending and stored versions, deleted objects included';
COMMENT ON COLUMN objects.projects.suffixes IS 'Endings that names of new objects may have, in any case; empty: all';

CREATE SEQUENCE objects.generations;
CREATE TABLE objects.versions (
    version_id uuid PRIMARY KEY,
    project text NOT NULL REFERENCES objects.projects,
    name text COLLATE "C" NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    md5 text CHECK (md5 ~ '^[0-9a-f]{32}$'),
    state text NOT NULL CHECK (state IN ('pending', 'stored', 'aborted', 'expired', 'failed', 'purged')),
    reason text,
    part_bytes bigint CHECK (part_bytes > 0),
    parts_token text,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    signed_until timestamptz NOT NULL,
    stored_at timestamptz,
    generation bigint UNIQUE,
    is_cleaned boolean NOT NULL DEFAULT false,
    CHECK ((state IN ('stored', 'purged')) = (generation IS NOT NULL)),
    CHECK (state <> 'stored' OR (sha256 IS NOT NULL AND stored_at IS NOT NULL))
);
CREATE INDEX versions_of_name ON objects.versions (project, name, generation);
CREATE INDEX versions_pending ON objects.versions (project, created_at) WHERE state = 'pending';
CREATE INDEX versions_to_clean ON objects.versions (signed_until) WHERE state NOT IN ('pending', 'stored') AND NOT is_cleaned;
COMMENT ON TABLE objects.versions IS 'Every upload: pending, stored for ever as one version of its object, or ended without';
COMMENT ON COLUMN objects.versions.sha256 IS 'Promised hash of the bytes; certain once stored';
COMMENT ON COLUMN objects.versions.md5 IS 'Promised MD5 of the bytes, if any';
COMMENT ON COLUMN objects.versions.parts_token IS 'Name of the multipart upload in the store';
COMMENT ON COLUMN objects.versions.expires_at IS 'When it ends by itself while pending';
COMMENT ON COLUMN objects.versions.signed_until IS 'Until when somebody may hold a URL that writes its bytes';
COMMENT ON COLUMN objects.versions.generation IS 'Order in which versions were stored; the highest that is stored is the newest';
COMMENT ON COLUMN objects.versions.is_cleaned IS 'Whether the bytes of a version that ended or was purged were looked for and removed';

CREATE TABLE objects.names (
    project text NOT NULL REFERENCES objects.projects,
    name text COLLATE "C" NOT NULL,
    skeleton text COLLATE "C" NOT NULL,
    version_id uuid REFERENCES objects.versions,
    deleted_at timestamptz,
    deleted_by text,
    PRIMARY KEY (project, name),
    UNIQUE (project, skeleton)
);
COMMENT ON TABLE objects.names IS 'Every name of a project and the version that is current under it';
COMMENT ON COLUMN objects.names.skeleton IS 'What it shares with names that look like it';
COMMENT ON COLUMN objects.names.version_id IS 'The current version; NULL until the first one is stored';
COMMENT ON COLUMN objects.names.deleted_at IS 'When it was deleted; it can be restored';

CREATE TABLE objects.parts (
    version_id uuid NOT NULL REFERENCES objects.versions,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 10000),
    size_bytes bigint NOT NULL,
    sha256 text NOT NULL,
    PRIMARY KEY (version_id, number)
);
COMMENT ON TABLE objects.parts IS 'What was promised of each part of a pending upload';

CREATE TABLE objects.events (
    bucket text NOT NULL,
    key text NOT NULL,
    version text NOT NULL,
    project text,
    outcome text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (bucket, key, version)
);
CREATE INDEX events_seen ON objects.events (seen_at);
COMMENT ON TABLE objects.events IS 'Announcements by buckets that were acted upon, so that a repeated one is known';
COMMENT ON COLUMN objects.events.version IS 'Version or sequencer of the object, as the bucket names it';
