"""Key figures and scores of each version as rows of their own, where views worked them out at every question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gouji.database.types import Figure

revision = "0002"
down_revision = "0001"
views = "ab2e11e57e6b9280"

_FIGURES = (
    "revenue", "expenditure", "basic", "project", "gpb", "sangong", "procurement", "staff", "total_budget", "total",
    "abroad_budget", "abroad", "vehicles_budget", "vehicles", "vehicle_purchase_budget", "vehicle_purchase",
    "vehicle_operation_budget", "vehicle_operation", "reception_budget", "reception",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables; `gouji.database.derived` fills them."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "key_figures",
        sa.Column("version", key, nullable=False),
        sa.Column("document", key, nullable=False),
        *(sa.Column(name, Figure(), nullable=True) for name in _FIGURES),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("page", "x0", "y0", "x1", "y1")),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_key_figures_document")),
        sa.ForeignKeyConstraint(["version"], ["versions.id"], name=op.f("fk_key_figures_version")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_key_figures")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_key_figures_reception", "key_figures", ["reception"], unique=False)
    op.create_table(
        "scores",
        sa.Column("version", key, nullable=False),
        sa.Column("document", key, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("score", Figure(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("page", "x0", "y0", "x1", "y1")),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=op.f("fk_scores_document")),
        sa.ForeignKeyConstraint(["version"], ["versions.id"], name=op.f("fk_scores_version")),
        sa.PrimaryKeyConstraint("version", "position", name=op.f("pk_scores")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_scores_score", "scores", ["score"], unique=False)
    op.drop_index("ix_cells_totals", table_name="cells")
