"""Many rows into one table at once: COPY into PostgreSQL, one prepared statement into SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from gouji.database.models import table_of
from gouji.database.types import to_sqlite

CHUNK = 200  # rows in one statement of many values; databases bound the number of values

# How a value of the type is turned before it goes to SQLite's driver; all others go as they are.
_TO_SQLITE: dict[str, Callable[[Any], Any]] = {
    "decimal": to_sqlite,
    "date": lambda value: value.isoformat() if isinstance(value, date) else value,
}


def insert_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[tuple[str, str]],
    head: tuple[int, ...],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Put rows into the table, each with the values of `head` in front.

    `columns` are the names and the types (of `gouji.rows`) of all columns but those of the head: version, document.
    """
    if not rows:
        return
    names = ("version", "document", *(name for name, _ in columns))
    if connection.dialect.name == "sqlite":
        _insert_sqlite(connection, table.name, names, head, _turned(rows, [type_ for _, type_ in columns]))
    else:
        _copy(connection, table.name, names, head, rows)


def _turned(rows: Sequence[tuple[Any, ...]], types: Sequence[str]) -> Iterable[Sequence[Any]]:
    turns = [(n, _TO_SQLITE[type_]) for n, type_ in enumerate(types) if type_ in _TO_SQLITE]
    if not turns:
        return rows
    turned = [list(row) for row in rows]
    for n, turn in turns:
        for row in turned:
            if row[n] is not None:
                row[n] = turn(row[n])
    return turned


def _insert_sqlite(
    connection: Connection, table: str, names: Sequence[str], head: tuple[int, ...], rows: Iterable[Sequence[Any]]
) -> None:
    quoted = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" * (len(names)))
    statement = f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})'
    driver: Any = connection.connection.driver_connection
    driver.executemany(statement, ((*head, *row) for row in rows))


def _copy(
    connection: Connection, table: str, names: Sequence[str], head: tuple[int, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    quoted = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({quoted}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row((*head, *row))


def insert_new(connection: Connection, model: type[Any], rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows, leaving alone those whose keys are there; gives how many were new."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    done = 0
    for start in range(0, len(rows), CHUNK):
        statement: Any = insert(table_of(model)).values(rows[start : start + CHUNK])
        options = {"preserve_rowcount": True}
        done += connection.execute(statement.on_conflict_do_nothing(), execution_options=options).rowcount
    return done
