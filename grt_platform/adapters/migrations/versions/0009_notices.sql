CREATE TABLE "jobs"."closings" (
    "closing_id" uuid NOT NULL,
    "closes_at" timestamptz NOT NULL,
    "reason" text NOT NULL,
    "closed_by" text NOT NULL,
    "closed_at" timestamptz NOT NULL,
    "opened_at" timestamptz,
    "opened_by" text,
    PRIMARY KEY ("closing_id")
);
COMMENT ON TABLE "jobs"."closings" IS 'When the queue of jobs was closed for new ones, by whom and why; one that nobody ended holds';
COMMENT ON COLUMN "jobs"."closings"."closing_id" IS 'The closing';
COMMENT ON COLUMN "jobs"."closings"."closes_at" IS 'From when on no new job is taken';
COMMENT ON COLUMN "jobs"."closings"."reason" IS 'Why, for people';
COMMENT ON COLUMN "jobs"."closings"."closed_by" IS 'Name of the administrator who closed it';
COMMENT ON COLUMN "jobs"."closings"."closed_at" IS 'When that was decided';
COMMENT ON COLUMN "jobs"."closings"."opened_at" IS 'When it was ended; NULL while it holds';
COMMENT ON COLUMN "jobs"."closings"."opened_by" IS 'Name of the administrator who ended it';

CREATE TABLE "platform"."announcements" (
    "announcement_id" uuid NOT NULL,
    "title" text NOT NULL,
    "message" text NOT NULL,
    "level" text NOT NULL,
    "shown_at" timestamptz NOT NULL,
    "ends_at" timestamptz,
    "made_by" text NOT NULL,
    PRIMARY KEY ("announcement_id")
);
COMMENT ON TABLE "platform"."announcements" IS 'What administrators tell everybody, on top of every page';
COMMENT ON COLUMN "platform"."announcements"."announcement_id" IS 'The announcement';
COMMENT ON COLUMN "platform"."announcements"."title" IS 'What it is about';
COMMENT ON COLUMN "platform"."announcements"."message" IS 'What people shall know; may be empty';
COMMENT ON COLUMN "platform"."announcements"."level" IS 'One of info, warning';
COMMENT ON COLUMN "platform"."announcements"."shown_at" IS 'From when on it is shown';
COMMENT ON COLUMN "platform"."announcements"."ends_at" IS 'Until when; NULL until somebody removes it';
COMMENT ON COLUMN "platform"."announcements"."made_by" IS 'Name of the administrator who wrote it';
