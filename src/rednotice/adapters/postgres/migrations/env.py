"""What Alembic runs to migrate a database; the connection is handed over by `postgres.schema`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
