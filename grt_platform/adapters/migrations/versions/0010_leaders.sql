CREATE TABLE "lustre"."leaders" (
    "user_id" uuid NOT NULL,
    "gid" bigint NOT NULL,
    "granted_by" text NOT NULL,
    "granted_at" timestamptz NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "identity"."users",
    PRIMARY KEY ("user_id", "gid")
);
COMMENT ON TABLE "lustre"."leaders" IS 'Who leads which group, as administrators said: leaders see what their groups use; not rebuilt from raw';
COMMENT ON COLUMN "lustre"."leaders"."user_id" IS 'The person';
COMMENT ON COLUMN "lustre"."leaders"."gid" IS 'Numeric id of the group';
COMMENT ON COLUMN "lustre"."leaders"."granted_by" IS 'Name of the administrator who said so';
COMMENT ON COLUMN "lustre"."leaders"."granted_at" IS 'When';

CREATE INDEX "group_usage_gid_dumped_on" ON "lustre"."group_usage" ("gid", "dumped_on");
