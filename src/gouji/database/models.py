"""The tables. Rows of a report hang on a version: one reading of one document, or that reading as persons corrected it.

Columns of what is read are those of `gouji.rows`; lists are JSON texts; `page x0 y0 x1 y1` say where a row stands.
Nothing that was read is ever changed: a newer reading is a version of its own, and `versions.current` tells which one
holds. `docs/databases.md` says what each table is for.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from gouji.database.types import Figure

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
KEY = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts INTEGER keys up by itself, and no others


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text, Decimal: Figure, float: Double, int: Integer}  # noqa: RUF012


def _table(*parts: Any, rows: bool = False) -> tuple[Any, ...]:
    """Constraints and indices; tables of `rows` lie in SQLite in the order of their key, without a second one."""
    return (*parts, {"sqlite_with_rowid": not rows})


# --- documents and their readings ----------------------------------------------------------------------------------


class DocumentRow(Base):
    """A file by its content. `path` is where it lay when it was last loaded, None where that was not known."""

    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(KEY, primary_key=True)
    file: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    media_type: Mapped[str]
    url: Mapped[str | None]
    path: Mapped[str | None]
    n_pages: Mapped[int]


class VersionRow(Base):
    """One reading of a document (`basis` read), or a reading with what persons corrected (corrected, of `reading`)."""

    __tablename__ = "versions"
    id: Mapped[int] = mapped_column(KEY, primary_key=True)
    document: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    number: Mapped[int]
    basis: Mapped[str]
    reading: Mapped[int | None] = mapped_column(ForeignKey("versions.id"))
    current: Mapped[bool]
    digest: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    pages_read: Mapped[int]
    title: Mapped[str | None]
    organization: Mapped[str | None]
    place: Mapped[str | None]
    fiscal_year: Mapped[int | None]
    kind: Mapped[str]
    published: Mapped[date | None]
    correction: Mapped[str | None]
    gouji: Mapped[str]
    engine: Mapped[str]
    models: Mapped[str]
    detector: Mapped[str]
    ner: Mapped[str | None]
    settings: Mapped[str]
    __table_args__ = (
        UniqueConstraint("document", "number", "basis"),
        Index("ix_versions_one_current", "document", unique=True, sqlite_where=sql("current"),
              postgresql_where=sql("current")),
        Index("ix_versions_organization", "organization", "fiscal_year"),
        Index("ix_versions_place", "place", "fiscal_year"),
        Index("ix_versions_reading", "reading"),
        Index("ix_versions_basis", "basis"),
    )  # fmt: skip


class ReportRow(Base):
    """The report of a reading as it was read, to the last digit and pointer; see `gouji.database.readings`."""

    __tablename__ = "reports"
    version: Mapped[int] = mapped_column(ForeignKey("versions.id"), primary_key=True)
    document: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class OfVersion:
    """What every row of a report carries; the version leads the key, so that the rows of a reading lie together."""

    version: Mapped[int] = mapped_column(ForeignKey("versions.id"), primary_key=True, sort_order=-2)
    document: Mapped[int] = mapped_column(ForeignKey("documents.id"), sort_order=-1)


class Boxed(OfVersion):
    """A row that stands at a place on a page; None where it has no place."""

    page: Mapped[int | None]
    x0: Mapped[int | None]
    y0: Mapped[int | None]
    x1: Mapped[int | None]
    y1: Mapped[int | None]


class PageRow(OfVersion, Base):
    """A page of a reading; its box is 0, 0, width, height."""

    __tablename__ = "pages"
    page: Mapped[int] = mapped_column(primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    dpi: Mapped[int]
    origin: Mapped[str]
    turn: Mapped[int]
    skew: Mapped[float]
    status: Mapped[str]
    error: Mapped[str | None]
    seals: Mapped[str]
    __table_args__ = _table(rows=True)


class TableRow(Boxed, Base):
    """A table; its box is that on its first page."""

    __tablename__ = "tables"
    table_id: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[str | None]
    title: Mapped[str | None]
    number: Mapped[str | None]
    organization: Mapped[str | None]
    unit: Mapped[str | None]
    unit_factor: Mapped[int | None]
    pages: Mapped[str]
    n_rows: Mapped[int]
    n_cols: Mapped[int]
    header_rows: Mapped[int]
    notes: Mapped[str]
    correction: Mapped[str | None]
    __table_args__ = _table(Index("ix_tables_document", "document"), Index("ix_tables_form", "form"), rows=True)


class CellRow(Boxed, Base):
    """A cell as printed; `value` is the number that its text is, no unit applied."""

    __tablename__ = "cells"
    table_id: Mapped[str] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    col: Mapped[int] = mapped_column(primary_key=True)
    row_span: Mapped[int]
    col_span: Mapped[int]
    text: Mapped[str]
    value: Mapped[Decimal | None]
    header: Mapped[bool]
    confidence: Mapped[float]
    flags: Mapped[str]
    confirmed_by: Mapped[str]
    alternatives: Mapped[str]
    correction: Mapped[str | None]
    __table_args__ = _table(rows=True)


class ItemRow(Boxed, Base):
    """A figure of a recognised form, in 元 where it is money."""

    __tablename__ = "items"
    position: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[str]
    row: Mapped[int]
    col: Mapped[int]
    form: Mapped[str]
    code: Mapped[str | None]
    name: Mapped[str]
    measure: Mapped[str]
    amount: Mapped[Decimal | None]
    text: Mapped[str]
    confidence: Mapped[float]
    flags: Mapped[str]
    confirmed_by: Mapped[str]
    correction: Mapped[str | None]
    __table_args__ = _table(
        Index("ix_items_document", "document"),
        Index("ix_items_measure", "form", "measure", "version"),
        Index("ix_items_code", "code"),
        Index("ix_items_flagged", "version", sqlite_where=sql("flags <> '[]'"), postgresql_where=sql("flags <> '[]'")),
        rows=True,
    )


class ParagraphRow(Boxed, Base):
    """A paragraph or heading of the narrative; its box is that of its first part."""

    __tablename__ = "paragraphs"
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    text: Mapped[str]
    section: Mapped[str]
    pages: Mapped[str]
    boxes: Mapped[str]
    __table_args__ = _table(rows=True)


class FactRow(Boxed, Base):
    """A figure that the narrative states, with the clause that states it."""

    __tablename__ = "facts"
    position: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    value: Mapped[Decimal | None]
    unit: Mapped[str]
    subject: Mapped[str | None]
    year: Mapped[int | None]
    evidence: Mapped[str]
    confidence: Mapped[float]
    method: Mapped[str]
    places: Mapped[str]
    correction: Mapped[str | None]
    __table_args__ = _table(Index("ix_facts_document", "document"), Index("ix_facts_key", "key", "version"), rows=True)


class CheckRow(Boxed, Base):
    """An identity evaluated; its place is that of the figure that it asks about, `operands` names all of them."""

    __tablename__ = "checks"
    position: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str]
    status: Mapped[str]
    message: Mapped[str]
    expected: Mapped[Decimal | None]
    actual: Mapped[Decimal | None]
    difference: Mapped[Decimal | None]
    kind: Mapped[str | None]
    reason: Mapped[str | None]
    operands: Mapped[str]
    __table_args__ = _table(Index("ix_checks_status", "status", "version"), rows=True)


class SuggestionRow(Boxed, Base):
    """The value of a cell that would satisfy the identities; applied by nobody but a person."""

    __tablename__ = "suggestions"
    position: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[str | None]
    row: Mapped[int | None]
    col: Mapped[int | None]
    text: Mapped[str]
    value: Mapped[Decimal | None]
    rules: Mapped[str]
    __table_args__ = _table(rows=True)


class FindingRow(Boxed, Base):
    """What a person should look at."""

    __tablename__ = "findings"
    position: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    severity: Mapped[str]
    message: Mapped[str]
    pointers: Mapped[str]
    __table_args__ = _table(
        Index("ix_findings_document", "document"), Index("ix_findings_code", "code", "version"), rows=True
    )


# --- rows made of rows, see `derived` --------------------------------------------------------------------------------


class KeyFigureRow(Boxed, Base):
    """What is asked of each version first; its place is that of the total of the 三公 form."""

    __tablename__ = "key_figures"
    revenue: Mapped[Decimal | None]
    expenditure: Mapped[Decimal | None]
    basic: Mapped[Decimal | None]
    project: Mapped[Decimal | None]
    gpb: Mapped[Decimal | None]
    sangong: Mapped[Decimal | None]
    procurement: Mapped[Decimal | None]
    staff: Mapped[Decimal | None]
    total_budget: Mapped[Decimal | None]
    total: Mapped[Decimal | None]
    abroad_budget: Mapped[Decimal | None]
    abroad: Mapped[Decimal | None]
    vehicles_budget: Mapped[Decimal | None]
    vehicles: Mapped[Decimal | None]
    vehicle_purchase_budget: Mapped[Decimal | None]
    vehicle_purchase: Mapped[Decimal | None]
    vehicle_operation_budget: Mapped[Decimal | None]
    vehicle_operation: Mapped[Decimal | None]
    reception_budget: Mapped[Decimal | None]
    reception: Mapped[Decimal | None]
    __table_args__ = _table(Index("ix_key_figures_reception", "reception"), rows=True)


class ScoreRow(Boxed, Base):
    """The score of a project, from the narrative, the summary of self-evaluations or the project's own form."""

    __tablename__ = "scores"
    position: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str]
    score: Mapped[Decimal | None]
    source: Mapped[str]
    evidence: Mapped[str]
    __table_args__ = _table(Index("ix_scores_score", "score"), rows=True)


# --- persons and sites -----------------------------------------------------------------------------------------------


class CorrectionRow(Base):
    """What a person said of one place of a reading: who, when, why, the old and the new text."""

    __tablename__ = "corrections"
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("versions.id"))
    document: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    log_id: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    who: Mapped[str]
    why: Mapped[str]
    kind: Mapped[str]
    old: Mapped[str]
    new: Mapped[str]
    undoes: Mapped[str | None]
    table_id: Mapped[str | None]
    row: Mapped[int | None]
    col: Mapped[int | None]
    fact: Mapped[int | None]
    page: Mapped[int | None]
    x0: Mapped[int | None]
    y0: Mapped[int | None]
    x1: Mapped[int | None]
    y1: Mapped[int | None]
    __table_args__ = (Index("ix_corrections_document", "document"), Index("ix_corrections_version", "version"))


class FetchRow(Base):
    """One request of a crawl, as it ended."""

    __tablename__ = "crawl_log"
    site: Mapped[str] = mapped_column(primary_key=True)
    crawl: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str]
    status: Mapped[int | None]
    landing: Mapped[str | None]
    location: Mapped[str | None]
    headers: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    sha256: Mapped[str | None]
    size: Mapped[int]
    fetched: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    __table_args__ = (Index("ix_crawl_log_sha256", "sha256"), Index("ix_crawl_log_url", "url"))


class AppearanceRow(Base):
    """A document under an address: what that address gave first (`number` 1), and what took its place since."""

    __tablename__ = "appearances"
    url: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str]
    sha256: Mapped[str]
    path: Mapped[str]
    media_type: Mapped[str]
    landing: Mapped[str | None]
    title: Mapped[str]
    name: Mapped[str]
    department: Mapped[str | None]
    year: Mapped[int | None]
    kind: Mapped[str | None]
    published: Mapped[date | None]
    seen: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    __table_args__ = (Index("ix_appearances_sha256", "sha256"),)


class RegisterRow(Base):
    """A disclosure that a department owes for a year: found, late, missing or awaited; see `gouji.crawl`."""

    __tablename__ = "register"
    site: Mapped[str] = mapped_column(primary_key=True)
    department: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    approved: Mapped[date | None]
    due: Mapped[date | None]
    published: Mapped[date | None]
    days_late: Mapped[int]
    documents: Mapped[int]
    url: Mapped[str | None]
    landing: Mapped[str | None]
    sha256: Mapped[str | None]
    path: Mapped[str | None]
    __table_args__ = (Index("ix_register_status", "status", "year"), Index("ix_register_sha256", "sha256"))


def table_of(model: type[Any]) -> Table:
    """The table of a model."""
    return cast(Table, model.__table__)


# The tables whose rows are those of `gouji.rows`, by kind.
ROWS: dict[str, type[OfVersion]] = {
    "pages": PageRow,
    "tables": TableRow,
    "cells": CellRow,
    "items": ItemRow,
    "paragraphs": ParagraphRow,
    "facts": FactRow,
    "checks": CheckRow,
    "suggestions": SuggestionRow,
    "findings": FindingRow,
}
