"""The report of each reading as it was read, and where its document lay: what the review page needs beside the rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
views = "ab2e11e57e6b9280"


def upgrade() -> None:
    """Make the table; a reading loaded before has no report until it is loaded again."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("documents", sa.Column("path", sa.Text(), nullable=True))
    op.create_table(
        "reports",
        sa.Column("version", key, nullable=False),
        sa.Column("document", key, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_reports_document")),
        sa.ForeignKeyConstraint(["version"], ["versions.id"], name=op.f("fk_reports_version")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_reports")),
    )
