"""What Alembic runs; `gouji.database.migrate` hands it the connection, in a transaction that is already begun."""

from __future__ import annotations

from alembic import context

from gouji.database.models import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True
)
context.run_migrations()
