"""Runs the migrations inside the transaction of whoever asked for them, and builds the views upon the result."""

from alembic import context

from dr_orchestrator.ledger import views
from dr_orchestrator.ledger.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
views.drop(connection)
with context.begin_transaction():
    context.run_migrations()
views.create(connection)
