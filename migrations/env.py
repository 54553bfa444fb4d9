"""Alembic's entry: runs the numbered steps on the connection it is handed."""

from __future__ import annotations

from alembic import context

from ledger.kernel.database import Table

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Table.metadata)
with context.begin_transaction():
    context.run_migrations()
