"""Runs the migrations on the connection, and in the transaction, that `records.database.migrate` hands over."""

from alembic import context

from records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite too: a migration that fails leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
