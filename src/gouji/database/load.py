"""One report into the database: all of it or nothing, once only, whoever else loads at the same time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, delete, insert, select, update

from gouji.database.bulk import insert_new, insert_rows
from gouji.database.derived import DERIVED, derive
from gouji.database.models import ROWS, CorrectionRow, DocumentRow, ReportRow, VersionRow
from gouji.database.ready import Ready, make_ready
from gouji.errors import InputError
from gouji.records import Correction, Report, Source
from gouji.rows import KINDS

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

    Raises:
        InputError: as for `load_ready`.
    """
    dialect = engine.dialect.name
    changed = make_ready(corrected, dialect, keep=False) if corrected is not None else None
    return load_ready(engine, make_ready(read, dialect), changed, log)


def load_ready(engine: Engine, read: Ready, corrected: Ready | None, log: Sequence[Correction]) -> Loaded:
    """The same with a report made ready for the engine's dialect.

    Corrections that persons made in the database since stand.

    Raises:
        InputError: this reading was corrected in the database and, otherwise, in the log.
    """
    with engine.begin() as connection:
        document = _document(connection, read.source, read.path)
        versions = _versions(connection, document)
        reading = next((v for v in versions if v.basis == "read" and v.digest == read.digest), None)
        rows = 0
        if reading is None:
            number = max((v.number for v in versions), default=0) + 1
            reading_id, rows = _add(connection, document, read, number)
        else:
            reading_id, number = reading.id, reading.number
            if not reading.kept:
                _keep(connection, document, reading_id, read)
        if corrected is not None and log:
            rows += _correct(connection, document, reading_id, number, corrected, log)
        current = choose(connection, document)
    return Loaded("loaded" if rows else "there", document, number, current == number, rows)


def _document(connection: Connection, source: Source, path: str | None) -> int:
    """The document's id, its row locked until the end of the transaction, so that one loader at a time adds to it."""
    given = {"file": source.file, "sha256": source.sha256, "media_type": source.media_type, "url": source.url,
             "path": path, "n_pages": source.pages}  # fmt: skip
    insert_new(connection, DocumentRow, [given])
    columns = DocumentRow.id, DocumentRow.url, DocumentRow.path, DocumentRow.n_pages
    query = select(*columns).where(DocumentRow.sha256 == source.sha256)
    found = connection.execute(query.with_for_update()).one()
    better = {"url": found.url or source.url, "path": path or found.path, "n_pages": max(found.n_pages, source.pages)}
    if better != {"url": found.url, "path": found.path, "n_pages": found.n_pages}:
        connection.execute(update(DocumentRow).where(DocumentRow.id == found.id).values(**better))
    return int(found.id)


def _versions(connection: Connection, document: int) -> Sequence[Any]:
    kept = ReportRow.version.is_not(None).label("kept")
    query = select(VersionRow.id, VersionRow.number, VersionRow.basis, VersionRow.digest, kept)
    joined = query.outerjoin(ReportRow, ReportRow.version == VersionRow.id)
    return connection.execute(joined.where(VersionRow.document == document)).all()


def _keep(connection: Connection, document: int, reading: int, ready: Ready) -> None:
    if ready.packed is not None:
        row = {"version": reading, "document": document, "content": ready.packed}
        connection.execute(insert(ReportRow).values(**row))


# --- a version -------------------------------------------------------------------------------------------------------


def _add(
    connection: Connection,
    document: int,
    ready: Ready,
    number: int,
    reading: int | None = None,
    corrections: Sequence[Row] = (),
) -> tuple[int, int]:
    """Insert a version with all its rows; gives its id and how many rows there are."""
    keys = {row["log_id"]: row["id"] for row in corrections}
    of_tables, of_document = _said(corrections)
    version = {
        **ready.told, "document": document, "number": number, "basis": "read" if reading is None else "corrected",
        "reading": reading, "current": False, "digest": ready.digest, "loaded_at": datetime.now(UTC),
        "pages_read": ready.pages_read, "correction": of_document,
    }  # fmt: skip
    key = int(connection.execute(insert(VersionRow).values(**version).returning(VersionRow.id)).scalar_one())
    for kind in ROWS:
        columns, rows = [column.name for column in KINDS[kind]], ready.rows[kind]
        if kind == "tables":
            columns, rows = [*columns, "correction"], [(*row, of_tables.get(row[0])) for row in rows]
        elif keys and columns[-1] == "correction":
            rows = [(*row[:-1], keys.get(row[-1], row[-1])) for row in rows]
        if rows:
            insert_rows(connection, kind, columns, (key, document), rows)
    _keep(connection, document, key, ready)
    derive(connection, key)
    return key, 1 + sum(len(ready.rows[kind]) for kind in ROWS)


def _said(corrections: Sequence[Row]) -> tuple[dict[str, str], str | None]:
    """The correction that last said something of each table as a whole, and of the document."""
    undone = {row["undoes"] for row in corrections}
    whole = [row for row in corrections if row["log_id"] not in undone and row["kind"] not in ("cell", "fact", "undo")]
    tables = {row["table_id"]: row["id"] for row in whole if row["table_id"] is not None}
    return tables, next((row["id"] for row in reversed(whole) if row["table_id"] is None), None)


def _correct(
    connection: Connection, document: int, reading: int, number: int, ready: Ready, log: Sequence[Correction]
) -> int:
    """Insert the corrections and the reading as it stands with them; gives how many rows were put in."""
    rows = [correction_row(document, reading, correction) for correction in log]
    given = {row["id"] for row in rows}
    query = select(CorrectionRow.id).where(CorrectionRow.version == reading)
    known = set(connection.execute(query).scalars())
    if known - given:
        _require_known(given - known, ready.source)
        return 0
    digest = connection.execute(select(VersionRow.digest).where(VersionRow.reading == reading)).scalar()
    if digest == ready.digest and known == given:
        return 0
    insert_new(connection, CorrectionRow, rows)
    return put_corrected(connection, document, reading, number, ready, rows)


def _require_known(fresh: set[str], source: Source) -> None:
    if fresh:
        raise InputError(
            f"{source.file}: it was corrected in the database and, since it was loaded, in the folder too; make the "
            f"folder's {len(fresh)} further corrections with gouji review in the database"
        )


def put_corrected(
    connection: Connection, document: int, reading: int, number: int, ready: Ready, rows: Sequence[Row]
) -> int:
    """Insert the reading as it stands with the corrections of `rows`, in place of an older state of the same reading.

    Gives how many rows were put in.
    """
    old = connection.execute(select(VersionRow.id).where(VersionRow.reading == reading)).one_or_none()
    if old is not None:
        for model in (*ROWS.values(), *DERIVED):
            connection.execute(delete(model).where(model.version == old.id))
        connection.execute(delete(VersionRow).where(VersionRow.id == old.id))
    _, added = _add(connection, document, ready, number, reading, rows)
    return added


def correction_row(document: int, reading: int, correction: Correction) -> Row:
    """The row of a correction of a reading; the same correction always gives the same row."""
    content = f"{reading}\n{correction.model_dump_json()}"
    at = correction.target
    box = dict(zip(("x0", "y0", "x1", "y1"), at.box or (None,) * 4, strict=True))
    return {
        "id": hashlib.sha256(content.encode()).hexdigest()[:16], "version": reading, "document": document,
        "log_id": correction.id, "made_at": correction.when, "who": correction.who, "why": correction.why,
        "kind": correction.kind, "old": correction.old, "new": correction.new, "undoes": correction.undoes,
        "table_id": at.table, "row": at.row, "col": at.col, "fact": at.fact, "page": at.page, **box,
    }  # fmt: skip


def choose(connection: Connection, document: int) -> int:
    """Make the best version current; gives its number."""
    query = select(VersionRow.id, VersionRow.number, VersionRow.basis, VersionRow.pages_read, VersionRow.current)
    versions = connection.execute(query.where(VersionRow.document == document)).all()
    best = max(versions, key=lambda v: (v.pages_read, v.number, v.basis == "corrected"))
    if not best.current:
        mine = VersionRow.document == document
        connection.execute(update(VersionRow).where(mine, VersionRow.current).values(current=False))
        connection.execute(update(VersionRow).where(VersionRow.id == best.id).values(current=True))
    return int(best.number)
