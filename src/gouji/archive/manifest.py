"""The manifest: which documents an archive holds, and what became of each. One SQLite file, one writer.

A document's row says `reading` only while somebody reads it; what a killed run left so waits again at the next start.
Rows are never ahead of the disk for long: a row that says `read` whose report is missing waits again too.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal, Self

from gouji import store
from gouji.archive.bundles import Bundle, Leaf
from gouji.errors import OutputError, UsageError
from gouji.records import Record

MANIFEST = "manifest.db"
TABLE = "manifest.csv"
DOCUMENTS = "documents"
VERSION = 1
BATCH = 100

Status = Literal["waiting", "reading", "read", "partly", "aside"]

SCHEMA = """
CREATE TABLE sources (source TEXT PRIMARY KEY);
CREATE TABLE files (
  place TEXT PRIMARY KEY, source TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL,
  stamp TEXT NOT NULL, sha256 TEXT NOT NULL, document TEXT, seen INTEGER NOT NULL);
CREATE INDEX files_by_document ON files (document);
CREATE TABLE documents (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, place TEXT NOT NULL, kind TEXT NOT NULL, bundle TEXT NOT NULL,
  status TEXT NOT NULL, key TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
  folder TEXT NOT NULL DEFAULT '', pages INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,
  tables INTEGER NOT NULL DEFAULT 0, facts INTEGER NOT NULL DEFAULT 0, fails INTEGER NOT NULL DEFAULT 0,
  errors INTEGER NOT NULL DEFAULT 0, warnings INTEGER NOT NULL DEFAULT 0, findings TEXT NOT NULL DEFAULT '',
  seconds REAL NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, exit_code INTEGER NOT NULL DEFAULT 0,
  finished TEXT NOT NULL DEFAULT '');
CREATE INDEX documents_by_status ON documents (status);
"""


class Outcome(Record):
    """What became of one document. `findings`: their codes, each once; `seconds`: of work, on this try.

    `folder`: the run folder, relative to the archive's; `exit_code` is that of `errors`.
    """

    sha256: str
    status: Literal["read", "partly", "aside"]
    code: str = ""
    reason: str = ""
    folder: str = ""
    pages: int = 0
    unread: int = 0
    tables: int = 0
    facts: int = 0
    fails: int = 0
    errors: int = 0
    warnings: int = 0
    findings: tuple[str, ...] = ()
    seconds: float = 0.0
    exit_code: int = 0


class Row(Record):
    """One document of the manifest, as it is shown. `copies`: places at which its content lies; `place`: the first."""

    status: Status
    name: str
    place: str
    copies: int
    kind: str
    pages: int
    unread: int
    tables: int
    facts: int
    fails: int
    errors: int
    warnings: int
    findings: str
    seconds: float
    tries: int
    code: str
    reason: str
    finished: str
    report: str
    sha256: str
    exit_code: int


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's complaints as sentences."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if "full" in str(error) or "disk I/O" in str(error):
            raise OutputError(f"{path}: the disk is full; what was read is kept, make room and run again") from error
        raise OutputError(f"{path}: the manifest cannot be used ({error}); move it away and run again") from error


class Manifest:
    """The manifest of the archive in `out`; a context manager. Every change is on the disk when a method returns."""

    def __init__(self, out: Path) -> None:
        """Open or make it.

        Raises:
            OutputError: it cannot be written, or is no manifest of this version.
        """
        self.out = out
        self._path = out / MANIFEST
        with _told(self._path):
            self._base = sqlite3.connect(self._path, isolation_level=None, timeout=30)
            self._base.row_factory = sqlite3.Row
            self._base.execute("PRAGMA synchronous = FULL")
            self._prepare()

    def _prepare(self) -> None:
        if self._version() == 0:
            with self._change() as base:
                if self._version() == 0:  # nobody else has made it meanwhile
                    for statement in SCHEMA.split(";"):
                        base.execute(statement)
                    base.execute(f"PRAGMA user_version = {VERSION}")
        elif self._version() != VERSION:
            raise OutputError(f"{self._path}: it is of another version of gouji; move it away and run again")

    def _version(self) -> int:
        return int(self._base.execute("PRAGMA user_version").fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with _told(self._path):
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def sources(self) -> list[str]:
        """What was given at earlier runs, in order of their names."""
        return [row["source"] for row in self._base.execute("SELECT source FROM sources ORDER BY source")]

    def known_hash(self, place: str, size: int, stamp: str) -> str | None:
        """The hash of the file at this place, if it has had this size and stamp before."""
        row = self._base.execute(
            "SELECT sha256 FROM files WHERE place = ? AND size = ? AND stamp = ?", (place, size, stamp)
        ).fetchone()
        return None if row is None else str(row["sha256"])

    def take_in(self, source: str, bundles: Iterable[Bundle], others: Iterable[Leaf]) -> None:
        """Enter what one source holds now: new documents wait, known ones stay as they are.

        Files that are gone are forgotten, and documents of which nothing was read and that lie nowhere any more.
        """
        with self._change() as base:
            base.execute("INSERT OR IGNORE INTO sources VALUES (?)", (source,))
            base.execute("UPDATE files SET seen = 0 WHERE source = ?", (source,))
        bundles = iter(bundles)
        while batch := tuple(islice(bundles, BATCH)):  # a long survey that is killed keeps the hashes it has made
            self._enter_batch(source, batch)
        with self._change() as base:
            for leaf in others:
                self._enter_file(base, source, leaf, None)
            base.execute("DELETE FROM files WHERE source = ? AND seen = 0", (source,))
            base.execute(
                "DELETE FROM documents WHERE status IN ('waiting', 'aside') AND folder = '' "
                "AND NOT EXISTS (SELECT 1 FROM files WHERE document = documents.sha256)"
            )

    def _enter_batch(self, source: str, batch: Iterable[Bundle]) -> None:
        with self._change() as base:
            for bundle in batch:
                self._enter(base, bundle)
                for leaf in bundle.leaves:
                    self._enter_file(base, source, leaf, bundle.sha256)

    def _enter(self, base: sqlite3.Connection, bundle: Bundle) -> None:
        """The place that is first by name is the one that counts, in whatever order files are met."""
        told = bundle.model_dump_json()
        base.execute(
            "INSERT INTO documents (sha256, name, place, kind, bundle, status) VALUES (?, ?, ?, ?, ?, 'waiting') "
            "ON CONFLICT (sha256) DO UPDATE SET name = excluded.name, place = excluded.place, kind = excluded.kind, "
            "bundle = excluded.bundle WHERE documents.status = 'waiting' AND documents.folder = '' "
            "AND excluded.place < documents.place",
            (bundle.sha256, bundle.name, bundle.place, bundle.kind, told),
        )

    def _enter_file(self, base: sqlite3.Connection, source: str, leaf: Leaf, document: str | None) -> None:
        about = (leaf.place, source, leaf.path, leaf.kind, leaf.size, leaf.stamp, leaf.sha256, document)
        base.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)", about)

    def prepare(self, key: str, *, retry: bool = False) -> None:
        """Say what waits: all that was left half done, read with other settings, lost its report, or is to be retried.

        `key` stands for the settings.
        """
        self.release()
        with self._change() as base:
            if retry:
                base.execute("UPDATE documents SET status = 'waiting' WHERE status IN ('aside', 'partly')")
            base.execute("UPDATE documents SET status = 'waiting' WHERE status != 'waiting' AND key != ?", (key,))
            for row in base.execute(
                "SELECT sha256, folder FROM documents WHERE status IN ('read', 'partly')"
            ).fetchall():
                if not (self.out / row["folder"] / store.REPORT).is_file():
                    base.execute("UPDATE documents SET status = 'waiting' WHERE sha256 = ?", (row["sha256"],))

    def release(self) -> None:
        """Nobody reads any more; what was in hand waits."""
        with self._change() as base:
            base.execute("UPDATE documents SET status = 'waiting' WHERE status = 'reading'")

    def waiting(self) -> list[Bundle]:
        """The documents that wait, in the order of their hashes: a fair sample at every moment, for the time left."""
        rows = self._base.execute("SELECT bundle FROM documents WHERE status = 'waiting' ORDER BY sha256")
        return [Bundle.model_validate_json(row["bundle"]) for row in rows]

    def start(self, sha256: str, folder: str) -> None:
        """Somebody reads the document now, into this folder."""
        with self._change() as base:
            base.execute(
                "UPDATE documents SET status = 'reading', tries = tries + 1, folder = ? WHERE sha256 = ?",
                (folder, sha256),
            )

    def settle(self, outcome: Outcome, key: str) -> None:
        """Enter what became of the document."""
        about = outcome.model_dump(exclude={"sha256", "findings", "seconds"})
        about |= {"findings": " ".join(outcome.findings), "key": key, "finished": _now()}
        columns = ", ".join(f"{name} = :{name}" for name in about)
        with self._change() as base:
            base.execute(
                f"UPDATE documents SET {columns}, seconds = seconds + :spent WHERE sha256 = :sha256",
                about | {"spent": outcome.seconds, "sha256": outcome.sha256},
            )

    def reading_folders(self) -> list[str]:
        """The run folders, relative to the archive's, that a run which ended untidily may have left drafts in."""
        rows = self._base.execute("SELECT folder FROM documents WHERE status = 'reading'")
        return [row["folder"] for row in rows if row["folder"]]

    def counts(self) -> dict[str, int]:
        """How many documents have each status."""
        rows = self._base.execute("SELECT status, count(*) AS number FROM documents GROUP BY status")
        return {row["status"]: row["number"] for row in rows}

    def other_files(self) -> list[str]:
        """The places of files that are of no kind that is read."""
        rows = self._base.execute("SELECT place FROM files WHERE document IS NULL AND kind = 'other' ORDER BY place")
        return [row["place"] for row in rows]

    def rows(self) -> list[Row]:
        """All documents by place."""
        rows = self._base.execute(
            "SELECT documents.*, (SELECT count(*) FROM files WHERE document = documents.sha256) AS leaves "
            "FROM documents ORDER BY place"
        )
        return [_row(dict(row)) for row in rows]

    def write_table(self) -> Path:
        """Write the manifest as CSV, for spreadsheets; gives its path.

        Raises:
            OutputError: there is no room.
        """
        text = io.StringIO()
        writer = csv.DictWriter(text, [name for name in Row.model_fields if name != "exit_code"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(row.model_dump() for row in self.rows())
        path = self.out / TABLE
        store.write_bytes(path, b"\xef\xbb\xbf" + text.getvalue().encode())  # the mark tells Excel that it is UTF-8
        return path


def _row(about: dict[str, object]) -> Row:
    pages = len(json.loads(str(about.pop("bundle")))["leaves"])
    leaves = int(str(about.pop("leaves")))
    folder = str(about.pop("folder"))
    report = f"{folder}/{store.REPORT}" if folder and about["status"] != "reading" else ""
    about.pop("key")
    about["seconds"] = round(float(str(about["seconds"])), 2)
    return Row.model_validate(about | {"copies": leaves // max(1, pages), "report": report})


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def open_existing(out: Path) -> Manifest:
    """The manifest of an archive that was begun.

    Raises:
        UsageError: there is none in the folder.
    """
    if not (out / MANIFEST).is_file():
        raise UsageError(f"{out}: there is no {MANIFEST} in it; name the folder that gouji archive wrote to")
    return Manifest(out)
