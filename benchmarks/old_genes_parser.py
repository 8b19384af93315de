"""The baseline: parses FASTA into Postgres the way the old program did, as its description says (not its code).

Ten bytes are read at a time; after each read the row of the job is saved whole; the letters so far stand in a list that
is gone through again for every '>'; each gene is looked up by name, inserted, saved again with its sequence; at the end
all are read back by OFFSET, ten at a time, into one list that is dumped as JSON. The stores are memory here.
"""

import json
import uuid

import psycopg

SCHEMA = """
CREATE TABLE old_job (
    id uuid PRIMARY KEY, state text, progress jsonb, settings jsonb, payload jsonb, updated_at timestamptz);
CREATE TABLE old_gene (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), parser uuid NOT NULL, name varchar(255) NOT NULL,
    sequence text NOT NULL DEFAULT '', created_at timestamptz DEFAULT clock_timestamp(), updated_at timestamptz);
CREATE INDEX ON old_gene (parser, name); CREATE INDEX ON old_gene (parser); CREATE INDEX ON old_gene (name);
CREATE INDEX ON old_gene (created_at); CREATE INDEX ON old_gene (updated_at);
"""
_CHUNK = 10


def load(connection: psycopg.Connection[tuple[object, ...]], data: bytes) -> int:
    """Every gene of the file is stored and dumped; returns how many."""
    parser, job = uuid.uuid4(), uuid.uuid4()
    connection.execute("INSERT INTO old_job VALUES (%s, '2', '{}', '{}', '{}', now())", [job])
    letters: list[str] = []
    for at in range(0, len(data), _CHUNK):
        letters.extend(data[at : at + _CHUNK].decode("ascii"))
        _save_job(connection, job, at / len(data))
        while letters.count(">") > 1:
            end = letters.index(">", 1)
            _save_gene(connection, parser, "".join(letters[:end]))
            letters = letters[end:]
    _save_gene(connection, parser, "".join(letters))
    return len(json.loads(_dump(connection, parser)))


def _save_job(connection: psycopg.Connection[tuple[object, ...]], job: uuid.UUID, done: float) -> None:
    with connection.transaction():
        connection.execute(
            "UPDATE old_job SET state = '2', progress = %s, settings = '{}', payload = '{}', updated_at = now() "
            "WHERE id = %s",
            [json.dumps({"completed": done}), job],
        )


def _save_gene(connection: psycopg.Connection[tuple[object, ...]], parser: uuid.UUID, text: str) -> None:
    name, _, sequence = text.removeprefix(">").partition("\n")
    with connection.transaction():
        found = connection.execute(
            "SELECT id FROM old_gene WHERE parser = %s AND name = %s", [parser, name[:255]]
        ).fetchone()
        if found is None:
            found = connection.execute(
                "INSERT INTO old_gene (parser, name) VALUES (%s, %s) RETURNING id", [parser, name[:255]]
            ).fetchone()
        assert found is not None
        connection.execute(
            "UPDATE old_gene SET name = %s, sequence = %s, updated_at = now() WHERE id = %s",
            [name[:255], sequence.replace("\n", ""), found[0]],
        )


def _dump(connection: psycopg.Connection[tuple[object, ...]], parser: uuid.UUID) -> str:
    genes: list[dict[str, object]] = []
    while True:
        rows = connection.execute(
            "SELECT name, sequence FROM old_gene WHERE parser = %s ORDER BY created_at LIMIT 10 OFFSET %s",
            [parser, len(genes)],
        ).fetchall()
        if not rows:
            return json.dumps(genes)
        genes += [
            {"line_number": len(genes) + n, "gene_name": name, "sequence": sequence}
            for n, (name, sequence) in enumerate(rows, 1)
        ]
