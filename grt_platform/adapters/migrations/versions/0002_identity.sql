CREATE SCHEMA "identity";

CREATE TABLE "identity"."users" (
    "user_id" uuid NOT NULL,
    "name" text NOT NULL,
    "title" text NOT NULL,
    "source" text NOT NULL,
    "subject" text,
    "password_hash" text,
    "password_changed_at" timestamptz,
    "is_admin" boolean NOT NULL,
    "is_disabled" boolean NOT NULL,
    "made_at" timestamptz NOT NULL,
    "signed_in_at" timestamptz,
    UNIQUE ("name"),
    UNIQUE ("source", "subject"),
    PRIMARY KEY ("user_id")
);
COMMENT ON TABLE "identity"."users" IS 'People who may sign in, and the row that the administrator''s key acts as';
COMMENT ON COLUMN "identity"."users"."user_id" IS 'The person';
COMMENT ON COLUMN "identity"."users"."name" IS 'Name to sign in with, lower case';
COMMENT ON COLUMN "identity"."users"."title" IS 'Name people see';
COMMENT ON COLUMN "identity"."users"."source" IS 'Who vouches for the person: local, ldap, oidc, key';
COMMENT ON COLUMN "identity"."users"."subject" IS 'What the source calls the person for ever: issuer and subject, or LDAP DN';
COMMENT ON COLUMN "identity"."users"."password_hash" IS 'Argon2id hash of a local password';
COMMENT ON COLUMN "identity"."users"."password_changed_at" IS 'When the local password was set';
COMMENT ON COLUMN "identity"."users"."is_admin" IS 'Administers the platform';
COMMENT ON COLUMN "identity"."users"."is_disabled" IS 'May not sign in, nor use a token';
COMMENT ON COLUMN "identity"."users"."made_at" IS 'When it was made';
COMMENT ON COLUMN "identity"."users"."signed_in_at" IS 'Last sign-in';

CREATE TABLE "identity"."tokens" (
    "token_id" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "title" text NOT NULL,
    "prefix" text NOT NULL,
    "token_sha256" text NOT NULL,
    "role" text NOT NULL,
    "projects" jsonb,
    "is_admin" boolean NOT NULL,
    "made_with" uuid,
    "made_at" timestamptz NOT NULL,
    "expires_at" timestamptz NOT NULL,
    "last_used_at" timestamptz,
    "revoked_at" timestamptz,
    UNIQUE ("token_sha256"),
    FOREIGN KEY ("user_id") REFERENCES "identity"."users",
    FOREIGN KEY ("made_with") REFERENCES "identity"."tokens",
    PRIMARY KEY ("token_id")
);
CREATE INDEX "tokens_user_id" ON "identity"."tokens" ("user_id");
CREATE INDEX "tokens_made_with" ON "identity"."tokens" ("made_with");
COMMENT ON TABLE "identity"."tokens" IS 'Personal access tokens; the token itself is never kept';
COMMENT ON COLUMN "identity"."tokens"."token_id" IS 'The token';
COMMENT ON COLUMN "identity"."tokens"."user_id" IS 'Whose it is';
COMMENT ON COLUMN "identity"."tokens"."title" IS 'What it is for';
COMMENT ON COLUMN "identity"."tokens"."prefix" IS 'How it begins, to recognise it';
COMMENT ON COLUMN "identity"."tokens"."token_sha256" IS 'Hash of the token';
COMMENT ON COLUMN "identity"."tokens"."role" IS 'Highest role it carries: READ, QUERY, EDIT, MANAGE';
COMMENT ON COLUMN "identity"."tokens"."projects" IS 'The only projects it opens; NULL for all of its owner''s';
COMMENT ON COLUMN "identity"."tokens"."is_admin" IS 'Carries its owner''s right to administer';
COMMENT ON COLUMN "identity"."tokens"."made_with" IS 'The token it was made with; NULL when made after a sign-in';
COMMENT ON COLUMN "identity"."tokens"."made_at" IS 'When it was made';
COMMENT ON COLUMN "identity"."tokens"."expires_at" IS 'When it ends by itself';
COMMENT ON COLUMN "identity"."tokens"."last_used_at" IS 'Last use, to the minute';
COMMENT ON COLUMN "identity"."tokens"."revoked_at" IS 'When somebody ended it';

CREATE TABLE "identity"."sessions" (
    "session_sha256" text NOT NULL,
    "user_id" uuid NOT NULL,
    "made_at" timestamptz NOT NULL,
    "seen_at" timestamptz NOT NULL,
    "expires_at" timestamptz NOT NULL,
    "address" text NOT NULL,
    "browser" text NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "identity"."users",
    PRIMARY KEY ("session_sha256")
);
CREATE INDEX "sessions_user_id" ON "identity"."sessions" ("user_id");
CREATE INDEX "sessions_expires_at" ON "identity"."sessions" ("expires_at");
COMMENT ON TABLE "identity"."sessions" IS 'Sign-ins of browsers that still hold; the cookie itself is never kept';
COMMENT ON COLUMN "identity"."sessions"."session_sha256" IS 'Hash of the cookie';
COMMENT ON COLUMN "identity"."sessions"."user_id" IS 'The person';
COMMENT ON COLUMN "identity"."sessions"."made_at" IS 'When it was made';
COMMENT ON COLUMN "identity"."sessions"."seen_at" IS 'Last request, to the minute';
COMMENT ON COLUMN "identity"."sessions"."expires_at" IS 'When it ends however busy it is';
COMMENT ON COLUMN "identity"."sessions"."address" IS 'Where the person signed in from';
COMMENT ON COLUMN "identity"."sessions"."browser" IS 'What the browser called itself';

CREATE TABLE "identity"."projects" (
    "project" text NOT NULL,
    "title" text NOT NULL,
    "made_at" timestamptz NOT NULL,
    "made_by" uuid NOT NULL,
    FOREIGN KEY ("made_by") REFERENCES "identity"."users",
    PRIMARY KEY ("project")
);
COMMENT ON TABLE "identity"."projects" IS 'Projects: what people share uploads, jobs and results in';
COMMENT ON COLUMN "identity"."projects"."project" IS 'Name of the project';
COMMENT ON COLUMN "identity"."projects"."title" IS 'Name people see';
COMMENT ON COLUMN "identity"."projects"."made_at" IS 'When it was made';
COMMENT ON COLUMN "identity"."projects"."made_by" IS 'Who made it';

CREATE TABLE "identity"."members" (
    "project" text NOT NULL,
    "user_id" uuid NOT NULL,
    "role" text NOT NULL,
    "made_at" timestamptz NOT NULL,
    FOREIGN KEY ("project") REFERENCES "identity"."projects",
    FOREIGN KEY ("user_id") REFERENCES "identity"."users",
    PRIMARY KEY ("project", "user_id")
);
CREATE INDEX "members_user_id" ON "identity"."members" ("user_id");
COMMENT ON TABLE "identity"."members" IS 'Who has which role in which project';
COMMENT ON COLUMN "identity"."members"."project" IS 'Name of the project';
COMMENT ON COLUMN "identity"."members"."user_id" IS 'The person';
COMMENT ON COLUMN "identity"."members"."role" IS 'Role in the project: READ, QUERY, EDIT, MANAGE';
COMMENT ON COLUMN "identity"."members"."made_at" IS 'When it was made';

CREATE TABLE "identity"."audit" (
    "event_id" uuid NOT NULL,
    "happened_at" timestamptz NOT NULL,
    "user_id" uuid,
    "name" text NOT NULL,
    "token_id" uuid,
    "action" text NOT NULL,
    "subject" text NOT NULL,
    "project" text,
    "address" text NOT NULL,
    "outcome" text NOT NULL,
    "reason" text,
    "request_id" text,
    PRIMARY KEY ("event_id")
);
CREATE INDEX "audit_happened_at" ON "identity"."audit" ("happened_at");
CREATE INDEX "audit_name_happened_at" ON "identity"."audit" ("name", "happened_at");
COMMENT ON TABLE "identity"."audit" IS 'Who did what, when, from where, with what outcome; rows are only ever added';
COMMENT ON COLUMN "identity"."audit"."event_id" IS 'The event';
COMMENT ON COLUMN "identity"."audit"."happened_at" IS 'When';
COMMENT ON COLUMN "identity"."audit"."user_id" IS 'Who; NULL where nobody was proven';
COMMENT ON COLUMN "identity"."audit"."name" IS 'The person''s name, or the name that was claimed';
COMMENT ON COLUMN "identity"."audit"."token_id" IS 'The token it was done with';
COMMENT ON COLUMN "identity"."audit"."action" IS 'What, such as `token.create`';
COMMENT ON COLUMN "identity"."audit"."subject" IS 'To what or whom';
COMMENT ON COLUMN "identity"."audit"."project" IS 'In which project';
COMMENT ON COLUMN "identity"."audit"."address" IS 'From where';
COMMENT ON COLUMN "identity"."audit"."outcome" IS 'One of ok, refused';
COMMENT ON COLUMN "identity"."audit"."reason" IS 'Why it was refused, or what else is worth knowing';
COMMENT ON COLUMN "identity"."audit"."request_id" IS 'The request, as the web log names it';

INSERT INTO "identity"."users" (user_id, name, title, source, is_admin, is_disabled, made_at)
VALUES ('00000000-0000-4000-8000-000000000001', 'admin-key', 'The administrator''s key', 'key', true, false, now());

CREATE FUNCTION "identity"."refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of identity.audit are only ever added' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "only_added" BEFORE UPDATE OR DELETE OR TRUNCATE ON "identity"."audit"
FOR EACH STATEMENT EXECUTE FUNCTION "identity"."refuse_change"();
