"""All rows of a database, so that those of two databases can be compared, in whichever order they were loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, select

from gouji.database.connect import open_database
from gouji.database.models import Base, CorrectionRow, DocumentRow, VersionRow
from gouji.database.types import fits

# Numbers that a database gives by itself; what they name stands for them.
KEYS = {("documents", "id"), ("versions", "id"), ("corrections", "id")}
Name = Callable[[Any], Any]


def dump(address: str) -> dict[str, list[str]]:
    """All rows of all tables but the time of loading, sorted."""
    return dict(tables_of(address))


def tables_of(address: str) -> Iterator[tuple[str, list[str]]]:
    """The same table by table, for databases that are too large for the memory."""
    engine = open_database(address)
    try:
        with engine.connect() as connection:
            names = _names(connection)
            for table in Base.metadata.sorted_tables:
                yield table.name, sorted(_rows(connection, table, names))
    finally:
        engine.dispose()


def _names(connection: Connection) -> dict[str, Name]:
    """What stands for the keys in columns of these names: contents, and the log's own ids of corrections."""
    documents = dict(connection.execute(select(DocumentRow.id, DocumentRow.sha256)).tuples().all())
    versions = dict(connection.execute(select(VersionRow.id, VersionRow.digest)).tuples().all())
    corrections = dict(connection.execute(select(CorrectionRow.id, CorrectionRow.log_id)).tuples().all())
    return {
        "document": documents.get, "version": versions.get, "reading": versions.get, "correction": corrections.get
    }  # fmt: skip


def _rows(connection: Connection, table: Table, names: dict[str, Name]) -> Iterator[str]:
    columns = [c for c in table.columns if c.name != "loaded_at" and (table.name, c.name) not in KEYS]
    turns = [names.get(c.name, plain) for c in columns]
    found = connection.execution_options(yield_per=10_000).execute(select(*columns))
    for row in found:
        yield repr(tuple(turn(value) for turn, value in zip(turns, row, strict=True)))


def plain(value: Any) -> Any:
    """The value as both databases have it.

    Figures without zeros at their end, one that SQLite leaves out as nothing; times in UTC; bytes as their hash.
    """
    if isinstance(value, Decimal):
        return value.normalize() + 0 if fits(value) else None
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
