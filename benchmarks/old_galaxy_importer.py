"""The baseline: loads reports into Postgres the way the old importer did, as its description says (not its code).

For each report: read the metadata, walk the tar, extract each member to a temporary file, COPY that into a temporary
table of text columns made from the header line, and INSERT ... SELECT with casts into tables with serial keys,
numeric(26,7) values and the old indexes; one transaction a report. The old tables also had foreign keys to their
instance, which cost much of a load; without them (the harder baseline) only the way of copying is compared.
"""

import json
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

import psycopg

SCHEMA = """
CREATE TABLE api_galaxyinstance (id serial PRIMARY KEY, title varchar(256) NOT NULL);
INSERT INTO api_galaxyinstance (title) VALUES ('Galaxy');
CREATE TABLE api_job (
    id bigserial PRIMARY KEY, instance_id integer NOT NULL, external_job_id bigint NOT NULL, tool_id varchar(255),
    tool_version text, state varchar(16), create_time timestamptz, UNIQUE (instance_id, external_job_id));
CREATE INDEX ON api_job (instance_id);
CREATE TABLE api_metricnumeric (
    id bigserial PRIMARY KEY, instance_id integer NOT NULL, external_job_id bigint NOT NULL, plugin varchar(256),
    name varchar(256), value numeric(26, 7) NOT NULL);
CREATE INDEX ON api_metricnumeric (instance_id);
CREATE TABLE api_dataset (
    id bigserial PRIMARY KEY, instance_id integer NOT NULL, external_job_id bigint NOT NULL,
    external_dataset_id bigint NOT NULL, extension varchar(32), file_size bigint, param_name varchar(256),
    file_type varchar(16) NOT NULL);
CREATE INDEX ON api_dataset (instance_id);
"""
FOREIGN_KEYS = "".join(
    f"ALTER TABLE {table} ADD FOREIGN KEY (instance_id) REFERENCES api_galaxyinstance DEFERRABLE INITIALLY DEFERRED;"
    for table in ("api_job", "api_metricnumeric", "api_dataset")
)
TARGETS = {
    ".jobs.tsv": (
        "api_job (instance_id, external_job_id, tool_id, tool_version, state, create_time)",
        (
            "cast(id AS bigint), cast(tool_id AS varchar(255)), tool_version, "
            "cast(state AS varchar(16)), cast(create_time AS timestamptz)"
        ),
    ),
    ".metric_num.tsv": (
        "api_metricnumeric (instance_id, external_job_id, plugin, name, value)",
        (
            "cast(job_id AS bigint), cast(plugin AS varchar(256)), cast(name AS varchar(256)), "
            "cast(value AS numeric(26, 7))"
        ),
    ),
    ".datasets.tsv": (
        "api_dataset (instance_id, external_job_id, external_dataset_id, extension, file_size, param_name, file_type)",
        (
            "cast(job_id AS bigint), cast(dataset_id AS bigint), cast(extension AS varchar(32)), "
            "cast(nullif(file_size, 'None') AS bigint), cast(param_name AS varchar(256)), cast(type AS varchar(16))"
        ),
    ),
}


def load(connection: psycopg.Connection, archives: Iterable[Path], instance: int = 1) -> int:
    """Loads the reports one after another and returns the rows inserted."""
    rows = 0
    for archive in archives:
        metadata = json.loads(archive.with_name(archive.name.removesuffix(".tar.gz") + ".json").read_text())
        if metadata["version"] not in {1, 3}:
            raise ValueError("unknown schema version")
        with connection.transaction(), tarfile.open(archive) as tar:
            rows += sum(_load_member(connection, tar, member, instance) for member in tar)
    return rows


def _load_member(connection: psycopg.Connection, tar: tarfile.TarFile, member: tarfile.TarInfo, instance: int) -> int:
    suffix = next((name for name in TARGETS if name in member.name), None)
    if suffix is None:
        return 0
    body = tar.extractfile(member)
    if body is None:
        return 0
    with tempfile.NamedTemporaryFile() as extracted:
        extracted.write(body.read())
        extracted.seek(0)
        header = extracted.readline().decode().rstrip("\n").split("\t")
        extracted.seek(0)
        columns = ", ".join(f'"{name}" text' for name in header)
        connection.execute(f"CREATE TEMP TABLE staging ({columns}) ON COMMIT DROP")
        statement = "COPY staging FROM STDIN (FORMAT csv, HEADER, DELIMITER E'\\t', QUOTE E'\\b')"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            while piece := extracted.read(1 << 16):
                copy.write(piece)
    target, casts = TARGETS[suffix]
    inserted = connection.execute(f"INSERT INTO {target} SELECT {instance}, {casts} FROM staging").rowcount
    connection.execute("DROP TABLE staging")
    return inserted
