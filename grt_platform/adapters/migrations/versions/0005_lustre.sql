-- The schema lustre: its served tables.
CREATE SCHEMA lustre;

CREATE TABLE "lustre"."volume_totals" (
    "dumped_on" date NOT NULL,
    "volume" text NOT NULL,
    "source" text NOT NULL,
    "version" text NOT NULL,
    "received_at" timestamptz NOT NULL,
    "as_of_at" timestamptz NOT NULL,
    "form" text NOT NULL,
    "lines" bigint NOT NULL,
    "entries" bigint NOT NULL,
    "quarantined" bigint NOT NULL,
    "used_bytes" bigint NOT NULL,
    "files" bigint NOT NULL,
    "directories" bigint NOT NULL,
    "groups" bigint NOT NULL,
    "users" bigint NOT NULL,
    PRIMARY KEY ("dumped_on", "volume") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "lustre"."volume_totals" IS 'One row per loaded dump: what it held in all';
COMMENT ON COLUMN "lustre"."volume_totals"."dumped_on" IS 'Date of the dump, as its name says';
COMMENT ON COLUMN "lustre"."volume_totals"."volume" IS 'Name of the volume, such as `scratch114`';
COMMENT ON COLUMN "lustre"."volume_totals"."source" IS 'Name of the dump';
COMMENT ON COLUMN "lustre"."volume_totals"."version" IS 'Content hash of the dump';
COMMENT ON COLUMN "lustre"."volume_totals"."received_at" IS 'When the platform first saw these bytes';
COMMENT ON COLUMN "lustre"."volume_totals"."as_of_at" IS 'Last second of the dump''s date, from which ages count';
COMMENT ON COLUMN "lustre"."volume_totals"."form" IS '`mpistat` (base64 paths) or `wrstat` (quoted paths)';
COMMENT ON COLUMN "lustre"."volume_totals"."lines" IS 'Lines of the dump';
COMMENT ON COLUMN "lustre"."volume_totals"."entries" IS 'Lines that became entries';
COMMENT ON COLUMN "lustre"."volume_totals"."quarantined" IS 'Lines set aside';
COMMENT ON COLUMN "lustre"."volume_totals"."used_bytes" IS 'Allocated bytes, those of a hard link shared by its links';
COMMENT ON COLUMN "lustre"."volume_totals"."files" IS 'Regular files with at least one link';
COMMENT ON COLUMN "lustre"."volume_totals"."directories" IS 'Entries that are directories';
COMMENT ON COLUMN "lustre"."volume_totals"."groups" IS 'Distinct gids';
COMMENT ON COLUMN "lustre"."volume_totals"."users" IS 'Distinct uids';

CREATE TABLE "lustre"."user_usage" (
    "dumped_on" date NOT NULL,
    "volume" text NOT NULL,
    "uid" bigint NOT NULL,
    "gid" bigint NOT NULL,
    "used_bytes" bigint NOT NULL,
    "inodes" bigint NOT NULL,
    "files" bigint NOT NULL,
    "last_modified_at" timestamptz,
    PRIMARY KEY ("dumped_on", "volume", "uid", "gid") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "lustre"."user_usage" IS 'What each user uses in each group';
COMMENT ON COLUMN "lustre"."user_usage"."dumped_on" IS 'Date of the dump, as its name says';
COMMENT ON COLUMN "lustre"."user_usage"."volume" IS 'Name of the volume, such as `scratch114`';
COMMENT ON COLUMN "lustre"."user_usage"."uid" IS 'Numeric id of the user';
COMMENT ON COLUMN "lustre"."user_usage"."gid" IS 'Numeric id of the group';
COMMENT ON COLUMN "lustre"."user_usage"."used_bytes" IS 'Allocated bytes, those of a hard link shared by its links';
COMMENT ON COLUMN "lustre"."user_usage"."inodes" IS 'Entries of every type';
COMMENT ON COLUMN "lustre"."user_usage"."files" IS 'Regular files with at least one link';
COMMENT ON COLUMN "lustre"."user_usage"."last_modified_at" IS 'Newest modification not after the dump; NULL where all are later or absurd';

CREATE TABLE "lustre"."group_usage" (
    "dumped_on" date NOT NULL,
    "volume" text NOT NULL,
    "gid" bigint NOT NULL,
    "group_name" text,
    "pi" text,
    "is_humgen" boolean NOT NULL,
    "used_bytes" bigint NOT NULL,
    "inodes" bigint NOT NULL,
    "files" bigint NOT NULL,
    "quota_bytes" bigint,
    "inode_quota" bigint,
    "used_fraction" double precision,
    "last_modified_at" timestamptz,
    "last_modified_days" double precision,
    "archived_dirs" text,
    "groups_taken_at" timestamptz,
    "quotas_taken_at" timestamptz,
    PRIMARY KEY ("dumped_on", "volume", "gid") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "lustre"."group_usage" IS 'What each group uses of a volume, with its quotas and when it last wrote';
COMMENT ON COLUMN "lustre"."group_usage"."dumped_on" IS 'Date of the dump, as its name says';
COMMENT ON COLUMN "lustre"."group_usage"."volume" IS 'Name of the volume, such as `scratch114`';
COMMENT ON COLUMN "lustre"."group_usage"."gid" IS 'Numeric id of the group';
COMMENT ON COLUMN "lustre"."group_usage"."group_name" IS 'Name of the group; NULL where no directory knows its gid';
COMMENT ON COLUMN "lustre"."group_usage"."pi" IS 'Surname of the principal investigator; NULL where there is none';
COMMENT ON COLUMN "lustre"."group_usage"."is_humgen" IS 'Whether it is a group of human genetics';
COMMENT ON COLUMN "lustre"."group_usage"."used_bytes" IS 'Allocated bytes, those of a hard link shared by its links';
COMMENT ON COLUMN "lustre"."group_usage"."inodes" IS 'Entries of every type';
COMMENT ON COLUMN "lustre"."group_usage"."files" IS 'Regular files with at least one link';
COMMENT ON COLUMN "lustre"."group_usage"."quota_bytes" IS 'Hard limit of its bytes; 0 is unlimited, NULL unknown';
COMMENT ON COLUMN "lustre"."group_usage"."inode_quota" IS 'Hard limit of its inodes; 0 is unlimited, NULL unknown';
COMMENT ON COLUMN "lustre"."group_usage"."used_fraction" IS 'Share of the quota that is used: used_bytes / quota_bytes; NULL where unlimited or unknown';
COMMENT ON COLUMN "lustre"."group_usage"."last_modified_at" IS 'Newest modification not after the dump; NULL where all are later or absurd';
COMMENT ON COLUMN "lustre"."group_usage"."last_modified_days" IS 'Days from last_modified_at to the dump, one decimal';
COMMENT ON COLUMN "lustre"."group_usage"."archived_dirs" IS 'Directory of the group that is archived; NULL where none is known';
COMMENT ON COLUMN "lustre"."group_usage"."groups_taken_at" IS 'When the snapshot that names came from was taken; NULL for none';
COMMENT ON COLUMN "lustre"."group_usage"."quotas_taken_at" IS 'When the snapshot that quotas came from was taken; NULL for none';

CREATE TABLE "lustre"."project_usage" (
    "dumped_on" date NOT NULL,
    "volume" text NOT NULL,
    "area" text NOT NULL,
    "project" text NOT NULL,
    "directory" text NOT NULL,
    "owner_gid" bigint,
    "group_name" text,
    "pi" text,
    "used_bytes" bigint NOT NULL,
    "files" bigint NOT NULL,
    "last_modified_at" timestamptz,
    "last_modified_days" double precision,
    "class_bytes" jsonb,
    PRIMARY KEY ("dumped_on", "volume", "area", "project", "directory") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "lustre"."project_usage" IS 'What each project directory holds, itself and all below it, by file class, with its owner';
COMMENT ON COLUMN "lustre"."project_usage"."dumped_on" IS 'Date of the dump, as its name says';
COMMENT ON COLUMN "lustre"."project_usage"."volume" IS 'Name of the volume, such as `scratch114`';
COMMENT ON COLUMN "lustre"."project_usage"."area" IS 'Area it lies in, such as `projects`';
COMMENT ON COLUMN "lustre"."project_usage"."project" IS 'Project: first directory below the area, as readable text';
COMMENT ON COLUMN "lustre"."project_usage"."directory" IS 'Directory in the project, readable; empty for the project';
COMMENT ON COLUMN "lustre"."project_usage"."owner_gid" IS 'Group of the directory, else the group with most bytes in it';
COMMENT ON COLUMN "lustre"."project_usage"."group_name" IS 'Name of the group; NULL where no directory knows its gid';
COMMENT ON COLUMN "lustre"."project_usage"."pi" IS 'Surname of the principal investigator; NULL where there is none';
COMMENT ON COLUMN "lustre"."project_usage"."used_bytes" IS 'Allocated bytes of regular files, those of a hard link shared';
COMMENT ON COLUMN "lustre"."project_usage"."files" IS 'Regular files with at least one link';
COMMENT ON COLUMN "lustre"."project_usage"."last_modified_at" IS 'Newest modification not after the dump; NULL where all are later or absurd';
COMMENT ON COLUMN "lustre"."project_usage"."last_modified_days" IS 'Days from last_modified_at to the dump, one decimal';
COMMENT ON COLUMN "lustre"."project_usage"."class_bytes" IS 'Used bytes by file class, `{class: bytes}`, of those that occur; NULL for none';

CREATE TABLE "lustre"."quarantine" (
    "dumped_on" date NOT NULL,
    "volume" text NOT NULL,
    "source" text NOT NULL,
    "version" text NOT NULL,
    "member" text NOT NULL,
    "line_number" bigint NOT NULL,
    "reason" text NOT NULL,
    "raw" bytea NOT NULL
);
CREATE INDEX "quarantine_partition" ON "lustre"."quarantine" USING brin ("dumped_on" date_minmax_multi_ops, "volume" text_bloom_ops) WITH (autosummarize = on);
COMMENT ON TABLE "lustre"."quarantine" IS 'Rows that could not be loaded: where, which line, why, and their bytes';
COMMENT ON COLUMN "lustre"."quarantine"."dumped_on" IS 'Date of the dump, as its name says';
COMMENT ON COLUMN "lustre"."quarantine"."volume" IS 'Name of the volume, such as `scratch114`';
COMMENT ON COLUMN "lustre"."quarantine"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "lustre"."quarantine"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "lustre"."quarantine"."member" IS 'Part of the object the row stands in, empty for a single file';
COMMENT ON COLUMN "lustre"."quarantine"."line_number" IS '1-based line in that part, the header counted';
COMMENT ON COLUMN "lustre"."quarantine"."reason" IS 'Why the row was not loaded';
COMMENT ON COLUMN "lustre"."quarantine"."raw" IS 'The row''s bytes, cut at 64 KiB';

CREATE TABLE "lustre"."ledger" (
    "dumped_on" date NOT NULL,
    "volume" text NOT NULL,
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
CREATE INDEX "ledger_partition" ON "lustre"."ledger" USING brin ("dumped_on" date_minmax_multi_ops, "volume" text_bloom_ops) WITH (autosummarize = on);
COMMENT ON TABLE "lustre"."ledger" IS 'Every version of every raw object ever seen, and what became of it';
COMMENT ON COLUMN "lustre"."ledger"."dumped_on" IS 'Date of the dump, as its name says';
COMMENT ON COLUMN "lustre"."ledger"."volume" IS 'Name of the volume, such as `scratch114`';
COMMENT ON COLUMN "lustre"."ledger"."source" IS 'Name of the raw object as its sender knows it';
COMMENT ON COLUMN "lustre"."ledger"."version" IS 'Which version of that name: a hash over all its bytes';
COMMENT ON COLUMN "lustre"."ledger"."etag" IS 'Signature of the object where it arrived; a sensor knows it again by this';
COMMENT ON COLUMN "lustre"."ledger"."size_bytes" IS 'Size of the raw object';
COMMENT ON COLUMN "lustre"."ledger"."sha256" IS 'Content hash of the raw object';
COMMENT ON COLUMN "lustre"."ledger"."received_at" IS 'When the platform first saw these bytes';
COMMENT ON COLUMN "lustre"."ledger"."status" IS 'One of loaded, duplicate, replaced, rejected, incomplete';
COMMENT ON COLUMN "lustre"."ledger"."reason" IS 'Why it is not loaded, or what was odd about it';
COMMENT ON COLUMN "lustre"."ledger"."rows_in" IS 'Data rows read';
COMMENT ON COLUMN "lustre"."ledger"."rows_loaded" IS 'Rows in the tables now';
COMMENT ON COLUMN "lustre"."ledger"."rows_quarantined" IS 'Rows set aside with a reason';
COMMENT ON COLUMN "lustre"."ledger"."rows_duplicate" IS 'Rows equal to a loaded row';
COMMENT ON COLUMN "lustre"."ledger"."rows_superseded" IS 'Rows that gave way to a later report';

CREATE TABLE "lustre"."days" (
    "dumped_on" date NOT NULL,
    "expected" bigint NOT NULL,
    "loaded" bigint NOT NULL,
    "rejected" bigint NOT NULL,
    "is_complete" boolean NOT NULL,
    "missing" text NOT NULL,
    "used_bytes" bigint NOT NULL,
    "inodes" bigint NOT NULL,
    PRIMARY KEY ("dumped_on") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "lustre"."days" IS 'Whether all volumes of a date are there';
COMMENT ON COLUMN "lustre"."days"."dumped_on" IS 'Date of the dump, as its name says';
COMMENT ON COLUMN "lustre"."days"."expected" IS 'Volumes that were to come';
COMMENT ON COLUMN "lustre"."days"."loaded" IS 'Volumes that are loaded';
COMMENT ON COLUMN "lustre"."days"."rejected" IS 'Volumes whose only dumps were rejected';
COMMENT ON COLUMN "lustre"."days"."is_complete" IS 'Whether every expected volume is loaded';
COMMENT ON COLUMN "lustre"."days"."missing" IS 'Expected volumes that are not loaded, by commas; empty for none';
COMMENT ON COLUMN "lustre"."days"."used_bytes" IS 'Used bytes of the loaded volumes';
COMMENT ON COLUMN "lustre"."days"."inodes" IS 'Entries of the loaded volumes';

CREATE TABLE "lustre"."report_files" (
    "dumped_on" date NOT NULL,
    "file" text NOT NULL,
    "volumes" text NOT NULL,
    "rows" bigint NOT NULL,
    "size_bytes" bigint NOT NULL,
    "sha256" text NOT NULL,
    PRIMARY KEY ("dumped_on", "file") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "lustre"."report_files" IS 'Reports of a date as files below `lustre/reports/` in the store of products';
COMMENT ON COLUMN "lustre"."report_files"."dumped_on" IS 'Date of the dump, as its name says';
COMMENT ON COLUMN "lustre"."report_files"."file" IS 'Name of the file';
COMMENT ON COLUMN "lustre"."report_files"."volumes" IS 'Volumes in it, by commas';
COMMENT ON COLUMN "lustre"."report_files"."rows" IS 'Rows in it';
COMMENT ON COLUMN "lustre"."report_files"."size_bytes" IS 'Size of the file';
COMMENT ON COLUMN "lustre"."report_files"."sha256" IS 'Content hash of the file';

CREATE TABLE "lustre"."group_splits" (
    "dumped_on" date NOT NULL,
    "file" text NOT NULL,
    "gid" bigint NOT NULL,
    "group_name" text,
    "lines" bigint NOT NULL,
    "directories" bigint NOT NULL,
    "size_bytes" bigint NOT NULL,
    "sha256" text NOT NULL,
    "build_s" double precision NOT NULL,
    "memory_bytes" bigint NOT NULL,
    PRIMARY KEY ("dumped_on", "file") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "lustre"."group_splits" IS 'The files of a date''s split by group, as its index lists them';
COMMENT ON COLUMN "lustre"."group_splits"."dumped_on" IS 'Date of the dump, as its name says';
COMMENT ON COLUMN "lustre"."group_splits"."file" IS 'Name of the file below `lustre/splits/<date>/`';
COMMENT ON COLUMN "lustre"."group_splits"."gid" IS 'Numeric id of the group';
COMMENT ON COLUMN "lustre"."group_splits"."group_name" IS 'Name of the group; NULL where no directory knows its gid';
COMMENT ON COLUMN "lustre"."group_splits"."lines" IS 'Lines in it';
COMMENT ON COLUMN "lustre"."group_splits"."directories" IS 'Lines of directories in it';
COMMENT ON COLUMN "lustre"."group_splits"."size_bytes" IS 'Size of the file';
COMMENT ON COLUMN "lustre"."group_splits"."sha256" IS 'Content hash of the file';
COMMENT ON COLUMN "lustre"."group_splits"."build_s" IS 'Seconds that a tree server is expected to take for it';
COMMENT ON COLUMN "lustre"."group_splits"."memory_bytes" IS 'Memory that a tree server is expected to take for it';

CREATE TABLE "lustre"."forecasts" (
    "volume" text NOT NULL,
    "gid" bigint NOT NULL,
    "group_name" text,
    "pi" text,
    "dumped_on" date NOT NULL,
    "points" bigint NOT NULL,
    "used_bytes" bigint NOT NULL,
    "quota_bytes" bigint,
    "bytes_per_day" double precision,
    "space_exceeded_on" date,
    "inodes" bigint NOT NULL,
    "inode_quota" bigint,
    "inodes_per_day" double precision,
    "inodes_exceeded_on" date,
    "fraction_in_3_days" double precision,
    "fraction_in_7_days" double precision,
    "warning_level" bigint NOT NULL,
    "warning" text NOT NULL,
    PRIMARY KEY ("volume", "gid") DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE "lustre"."forecasts" IS 'When each group will exceed its quotas on a volume, from the history up to the volume''s newest dump';
COMMENT ON COLUMN "lustre"."forecasts"."volume" IS 'Name of the volume, such as `scratch114`';
COMMENT ON COLUMN "lustre"."forecasts"."gid" IS 'Numeric id of the group';
COMMENT ON COLUMN "lustre"."forecasts"."group_name" IS 'Name of the group; NULL where no directory knows its gid';
COMMENT ON COLUMN "lustre"."forecasts"."pi" IS 'Surname of the principal investigator; NULL where there is none';
COMMENT ON COLUMN "lustre"."forecasts"."dumped_on" IS 'Date of the newest dump that was used';
COMMENT ON COLUMN "lustre"."forecasts"."points" IS 'Dumps that the line was laid through';
COMMENT ON COLUMN "lustre"."forecasts"."used_bytes" IS 'Allocated bytes, those of a hard link shared by its links';
COMMENT ON COLUMN "lustre"."forecasts"."quota_bytes" IS 'Hard limit of its bytes; 0 is unlimited, NULL unknown';
COMMENT ON COLUMN "lustre"."forecasts"."bytes_per_day" IS 'Growth in a day; NULL where there is one dump only';
COMMENT ON COLUMN "lustre"."forecasts"."space_exceeded_on" IS 'When its bytes reach the limit; NULL for never or beyond the horizon';
COMMENT ON COLUMN "lustre"."forecasts"."inodes" IS 'Entries of every type';
COMMENT ON COLUMN "lustre"."forecasts"."inode_quota" IS 'Hard limit of its inodes; 0 is unlimited, NULL unknown';
COMMENT ON COLUMN "lustre"."forecasts"."inodes_per_day" IS 'Growth in a day; NULL where there is one dump only';
COMMENT ON COLUMN "lustre"."forecasts"."inodes_exceeded_on" IS 'When its inodes reach the limit; NULL for never or beyond the horizon';
COMMENT ON COLUMN "lustre"."forecasts"."fraction_in_3_days" IS 'Larger of both used fractions expected in 3 days';
COMMENT ON COLUMN "lustre"."forecasts"."fraction_in_7_days" IS 'Larger of both used fractions expected in 7 days';
COMMENT ON COLUMN "lustre"."forecasts"."warning_level" IS '1 is fine; from 2 on the settings tell';
COMMENT ON COLUMN "lustre"."forecasts"."warning" IS 'Name of the level';
