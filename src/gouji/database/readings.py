"""The readings that hold: their reports as they were read, what persons corrected in them, and one correction more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from gouji.corrections import admit
from gouji.database.connect import told
from gouji.database.load import choose, correction_row, put_corrected
from gouji.database.models import CorrectionRow, DocumentRow, ReportRow, VersionRow, table_of
from gouji.database.ready import make_ready, unpack
from gouji.errors import ConflictError, InputError
from gouji.records import Correction, Pointer, Report

Row = dict[str, Any]
Remake = Callable[[tuple[Correction, ...]], Report]

READING = func.coalesce(VersionRow.reading, VersionRow.id)  # of a version: itself, or the one that was corrected


@dataclass(frozen=True)
class Reading:
    """The reading of a document that holds. `path`: where the file lay; `corrections`: how many were made of it."""

    version: int
    sha256: str
    file: str
    path: str | None
    corrections: int


def current_readings(engine: Engine) -> list[Reading]:
    """One for each document, in the order of their names.

    Raises:
        OutputError: the database cannot be reached.
    """
    made = select(func.count()).where(CorrectionRow.version == READING).scalar_subquery()
    query = select(READING, DocumentRow.sha256, DocumentRow.file, DocumentRow.path, made)
    joined = query.join(DocumentRow, DocumentRow.id == VersionRow.document).where(VersionRow.current)
    with told(engine), engine.connect() as connection:
        return [Reading(*row) for row in connection.execute(joined.order_by(DocumentRow.file, DocumentRow.id))]


def corrections_made(engine: Engine, version: int) -> int:
    """How many corrections there are of a reading.

    Raises:
        OutputError: the database cannot be reached.
    """
    with told(engine), engine.connect() as connection:
        query = select(func.count()).where(CorrectionRow.version == version)
        return int(connection.execute(query).scalar_one())


def read_report(engine: Engine, version: int) -> Report:
    """The report of a reading as it was read.

    Raises:
        InputError: an older gouji loaded it, without its report, or it is damaged.
        OutputError: the database cannot be reached.
    """
    query = select(ReportRow.content, DocumentRow.file, DocumentRow.url)
    joined = query.join(DocumentRow, DocumentRow.id == ReportRow.document).where(ReportRow.version == version)
    with told(engine), engine.connect() as connection:
        found = connection.execute(joined).one_or_none()
    if found is None:
        raise InputError("an older gouji loaded this reading, without its report; load it again with gouji load")
    try:
        return unpack(found.content, found.file, found.url)
    except ValueError as error:
        raise InputError(f"{found.file}: its report in the database is damaged; read and load it again") from error


def read_log(engine: Engine, version: int) -> tuple[Correction, ...]:
    """The corrections of a reading, oldest first.

    Raises:
        OutputError: the database cannot be reached.
    """
    with told(engine), engine.connect() as connection:
        return tuple(map(_correction, _rows(connection, version)))


def add_correction(engine: Engine, version: int, draft: Correction, as_read: str, remake: Remake) -> Correction:
    """Add the draft to the corrections of a reading, and put the reading as it stands with it in place of what stood.

    All of it or nothing. Others who correct or load the same document wait until it is done. `as_read` is what the
    reading says at the draft's target; `remake` gives the report as it stands with a log.

    Raises:
        ConflictError: another correction of the same place came first, or a newer reading.
        OutputError: it cannot be written; all is as it was.
    """
    with told(engine), engine.begin() as connection:
        document, number = _lock(connection, version)
        rows = _rows(connection, version)
        log = tuple(map(_correction, rows))
        admit(log, draft, as_read)
        kept = draft.model_copy(update={"id": f"c{len(log) + 1}", "when": datetime.now(UTC)})
        row = correction_row(document, version, kept)
        connection.execute(insert(CorrectionRow).values(**row))
        ready = make_ready(remake((*log, kept)), engine.dialect.name, keep=False)
        put_corrected(connection, document, version, number, ready, [*rows, row])
        choose(connection, document)
    return kept


def put_log(engine: Engine, version: int, own: Sequence[Correction], log: Sequence[Correction], report: Report) -> bool:
    """Put the log in place of the reading's `own`, which it begins with, and the report as it stands with it.

    False, and all is as it was, when the reading is no longer current or was corrected meanwhile.

    Raises:
        OutputError: it cannot be written; all is as it was.
    """
    with told(engine), engine.begin() as connection:
        try:
            document, number = _lock(connection, version)
        except ConflictError:
            return False
        kept = _rows(connection, version)
        if tuple(map(_correction, kept)) != tuple(own):
            return False
        rows = [correction_row(document, version, each) for each in log[len(own) :]]
        connection.execute(insert(CorrectionRow), rows)
        ready = make_ready(report, engine.dialect.name, keep=False)
        put_corrected(connection, document, version, number, ready, [*kept, *rows])
        choose(connection, document)
    return True


def _lock(connection: Connection, version: int) -> tuple[int, int]:
    """The reading's document, its row locked until the end of the transaction, and the reading's number."""
    query = select(VersionRow.document, VersionRow.number).where(VersionRow.id == version)
    document, number = connection.execute(query).one()
    connection.execute(select(DocumentRow.id).where(DocumentRow.id == document).with_for_update())
    current = select(READING).where(VersionRow.document == document, VersionRow.current)
    if connection.execute(current).scalar_one() != version:
        raise ConflictError("a newer reading of this document was loaded; load the page again and decide", "")
    return document, number


def _rows(connection: Connection, version: int) -> list[Row]:
    query = select(table_of(CorrectionRow)).where(CorrectionRow.version == version)
    found = [dict(row) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda row: (len(row["log_id"]), row["log_id"]))  # c2 before c10


def _correction(row: Row) -> Correction:
    box = tuple(row[name] for name in ("x0", "y0", "x1", "y1"))
    when: datetime = row["made_at"]
    return Correction(
        id=row["log_id"],
        when=when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC),
        target=Pointer(
            table=row["table_id"], row=row["row"], col=row["col"], fact=row["fact"], page=row["page"],
            box=None if None in box else box,
        ),
        **{name: row[name] for name in ("who", "why", "kind", "old", "new", "undoes")},
    )  # fmt: skip
