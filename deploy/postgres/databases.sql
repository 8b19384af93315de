-- Run once, by the image of Postgres, in a new cluster: the second database (POSTGRES_DB is the first).
CREATE DATABASE dagster;
REVOKE ALL ON DATABASE warehouse, dagster FROM PUBLIC;
