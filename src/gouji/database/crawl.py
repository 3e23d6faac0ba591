"""What a crawl put down, into the database: its requests, documents under addresses, the register of what is owed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, delete, tuple_

from gouji.database.bulk import CHUNK, insert_new
from gouji.database.models import AppearanceRow, FetchRow, RegisterRow
from gouji.records import Record


def load_crawl(engine: Engine, fetches: Iterable[Record], appearances: Iterable[Record], dues: Iterable[Record]) -> int:
    """Put in what is not there yet, and the register as it is now in place of what it was; gives how many rows are new.

    The records are `Fetch`, `Appearance` and `Due` of `gouji.crawl.records`.
    """
    requests = [_fetch(fetch.model_dump()) for fetch in fetches]
    shown = [_appearance(appearance.model_dump()) for appearance in appearances]
    owed = [due.model_dump() for due in dues]
    with engine.begin() as connection:
        done = insert_new(connection, FetchRow, requests) + insert_new(connection, AppearanceRow, shown)
        if owed:
            _clear_register(connection, owed)
            insert_new(connection, RegisterRow, owed)
    return done


def _clear_register(connection: Connection, owed: Sequence[dict[str, Any]]) -> None:
    """Take out what the new rows replace: all of their sites, and their disclosures that were on no site before."""
    connection.execute(delete(RegisterRow).where(RegisterRow.site.in_({row["site"] for row in owed if row["site"]})))
    keys = tuple_(RegisterRow.department, RegisterRow.kind, RegisterRow.year)
    for start in range(0, len(owed), CHUNK):
        given = [(row["department"], row["kind"], row["year"]) for row in owed[start : start + CHUNK]]
        connection.execute(delete(RegisterRow).where(RegisterRow.site == "", keys.in_(given)))


def _fetch(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "headers": json.dumps(row["headers"], ensure_ascii=False)}


def _appearance(row: dict[str, Any]) -> dict[str, Any]:
    return {("number" if name == "version" else name): value for name, value in row.items()}
