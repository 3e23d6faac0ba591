"""One report into the database: all of it or nothing, once only, whoever else loads at the same time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, delete, insert, select, update

from gouji.database.bulk import insert_new, insert_rows
from gouji.database.models import ROWS, CorrectionRow, DocumentRow, VersionRow, table_of
from gouji.records import Correction, Report
from gouji.rows import KINDS, report_to_rows

Row = dict[str, Any]


@dataclass(frozen=True)
class Loaded:
    """What became of a report. "there": this very reading was loaded before. `current`: it is the one that views show.

    `rows`: how many rows were put in.
    """

    state: Literal["loaded", "there"]
    document: int
    number: int
    current: bool
    rows: int


def load_report(
    engine: Engine, read: Report, corrected: Report | None = None, log: Sequence[Correction] = ()
) -> Loaded:
    """Put a report in as it was read and, where persons corrected it, as it stands with that.

    What was read stays; a reading of other content is a new version. Of a document's readings the one with most pages
    read is current, among those the last.
    """
    with engine.begin() as connection:
        document = _document(connection, read)
        versions = _versions(connection, document)
        digest = digest_of(read)
        reading = next((v for v in versions if v.basis == "read" and v.digest == digest), None)
        rows = 0
        if reading is None:
            number = max((v.number for v in versions), default=0) + 1
            reading_id, rows = _add(connection, document, read, number, digest)
        else:
            reading_id, number = reading.id, reading.number
        if corrected is not None and log:
            rows += _correct(connection, document, reading_id, number, corrected, log)
        current = _choose(connection, document)
    return Loaded("loaded" if rows else "there", document, number, current == number, rows)


def digest_of(report: Report) -> str:
    """What tells two readings apart: all of the report but the names under which its file was found."""
    return hashlib.sha256(report.model_dump_json(exclude={"source": {"file", "url"}}).encode()).hexdigest()


def _document(connection: Connection, report: Report) -> int:
    """The document's id, its row locked until the end of the transaction, so that one loader at a time adds to it."""
    source = report.source
    given = {"file": source.file, "sha256": source.sha256, "media_type": source.media_type, "url": source.url,
             "n_pages": source.pages}  # fmt: skip
    insert_new(connection, DocumentRow, [given])
    query = select(DocumentRow.id, DocumentRow.url, DocumentRow.n_pages).where(DocumentRow.sha256 == source.sha256)
    found = connection.execute(query.with_for_update()).one()
    better = {"url": found.url or source.url, "n_pages": max(found.n_pages, source.pages)}
    if better != {"url": found.url, "n_pages": found.n_pages}:
        connection.execute(update(DocumentRow).where(DocumentRow.id == found.id).values(**better))
    return int(found.id)


def _versions(connection: Connection, document: int) -> Sequence[Any]:
    query = select(VersionRow.id, VersionRow.number, VersionRow.basis, VersionRow.digest)
    return connection.execute(query.where(VersionRow.document == document)).all()


# --- a version -------------------------------------------------------------------------------------------------------


def _add(
    connection: Connection,
    document: int,
    report: Report,
    number: int,
    digest: str,
    reading: int | None = None,
    corrections: Sequence[Row] = (),
) -> tuple[int, int]:
    """Insert a version with all its rows; gives its id and how many rows there are."""
    rows = report_to_rows(report)
    keys = {row["log_id"]: row["id"] for row in corrections}
    of_tables, of_document = _said(corrections)
    facing = dict(zip((column.name for column in KINDS["document"]), rows["document"][0], strict=True))
    told = {name: facing[name] for name in ("title", "organization", "place", "fiscal_year", "kind", "published",
            "gouji", "engine", "models", "detector", "ner", "settings")}  # fmt: skip
    version = {
        **told, "document": document, "number": number, "basis": "read" if reading is None else "corrected",
        "reading": reading, "current": False, "digest": digest, "loaded_at": datetime.now(UTC),
        "pages_read": sum(page.status == "read" for page in report.pages), "correction": of_document,
    }  # fmt: skip
    key = int(connection.execute(insert(VersionRow).values(**version).returning(VersionRow.id)).scalar_one())
    for kind, model in ROWS.items():
        columns, found = [(column.name, column.type) for column in KINDS[kind]], rows[kind]
        if kind == "tables":
            columns, found = [*columns, ("correction", "text")], [(*row, of_tables.get(row[0])) for row in found]
        elif keys and columns[-1][0] == "correction":
            found = [(*row[:-1], keys.get(row[-1], row[-1])) for row in found]
        insert_rows(connection, table_of(model), columns, (key, document), found)
    return key, 1 + sum(len(rows[kind]) for kind in ROWS)


def _said(corrections: Sequence[Row]) -> tuple[dict[str, str], str | None]:
    """The correction that last said something of each table as a whole, and of the document."""
    undone = {row["undoes"] for row in corrections}
    whole = [row for row in corrections if row["log_id"] not in undone and row["kind"] not in ("cell", "fact", "undo")]
    tables = {row["table_id"]: row["id"] for row in whole if row["table_id"] is not None}
    return tables, next((row["id"] for row in reversed(whole) if row["table_id"] is None), None)


def _correct(
    connection: Connection, document: int, reading: int, number: int, report: Report, log: Sequence[Correction]
) -> int:
    """Insert the corrections and the reading as it stands with them, in place of an older state of the same reading."""
    rows = [_correction(document, reading, correction) for correction in log]
    digest = digest_of(report)
    query = select(VersionRow.id, VersionRow.digest).where(VersionRow.reading == reading)
    old = connection.execute(query).one_or_none()
    if old is not None and old.digest == digest and not _unknown(connection, rows):
        return 0
    insert_new(connection, CorrectionRow, rows)
    if old is not None:
        for model in ROWS.values():
            connection.execute(delete(model).where(model.version == old.id))
        connection.execute(delete(VersionRow).where(VersionRow.id == old.id))
    _, added = _add(connection, document, report, number, digest, reading, rows)
    return added


def _unknown(connection: Connection, rows: Sequence[Row]) -> bool:
    keys = {row["id"] for row in rows}
    known = connection.execute(select(CorrectionRow.id).where(CorrectionRow.id.in_(keys))).scalars()
    return bool(keys - set(known))


def _correction(document: int, reading: int, correction: Correction) -> Row:
    content = f"{reading}\n{correction.model_dump_json()}"
    at = correction.target
    box = dict(zip(("x0", "y0", "x1", "y1"), at.box or (None,) * 4, strict=True))
    return {
        "id": hashlib.sha256(content.encode()).hexdigest()[:16], "version": reading, "document": document,
        "log_id": correction.id, "made_at": correction.when, "who": correction.who, "why": correction.why,
        "kind": correction.kind, "old": correction.old, "new": correction.new, "undoes": correction.undoes,
        "table_id": at.table, "row": at.row, "col": at.col, "fact": at.fact, "page": at.page, **box,
    }  # fmt: skip


def _choose(connection: Connection, document: int) -> int:
    """Make the best version current; gives its number."""
    query = select(VersionRow.id, VersionRow.number, VersionRow.basis, VersionRow.pages_read, VersionRow.current)
    versions = connection.execute(query.where(VersionRow.document == document)).all()
    best = max(versions, key=lambda v: (v.pages_read, v.number, v.basis == "corrected"))
    if not best.current:
        mine = VersionRow.document == document
        connection.execute(update(VersionRow).where(mine, VersionRow.current).values(current=False))
        connection.execute(update(VersionRow).where(VersionRow.id == best.id).values(current=True))
    return int(best.number)
