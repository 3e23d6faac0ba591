"""Many rows into one table at once: COPY into PostgreSQL, one prepared statement into SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from gouji.database.models import table_of

CHUNK = 200  # rows in one statement of many values; databases bound the number of values


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], head: tuple[int, int], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Put rows of `gouji.database.ready` into the table, each with the values of `head` in front: version and document.

    `columns` are the names of all others.
    """
    names = ", ".join(f'"{name}"' for name in ("version", "document", *columns))
    whole = ((*head, *row) for row in rows)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * (len(head) + len(columns)))
        driver.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', whole)
        return
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in whole:
            copy.write_row(row)


def insert_new(connection: Connection, model: type[Any], rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows, leaving alone those whose keys are there; gives how many were new."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    done = 0
    for start in range(0, len(rows), CHUNK):
        statement: Any = insert(table_of(model)).values(rows[start : start + CHUNK])
        options = {"preserve_rowcount": True}
        done += connection.execute(statement.on_conflict_do_nothing(), execution_options=options).rowcount
    return done
