"""What Alembic runs for every command: our connection, one transaction for all revisions."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="grt_migrations")
with context.begin_transaction():
    context.run_migrations()
