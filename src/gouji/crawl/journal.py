"""The journal: every request and what became of it, and every document under every address, in SQLite.

One transaction a request: after a kill or a power cut it holds what was done, no more and no less. Crawls of several
sites may write at once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gouji.crawl.records import Appearance, Due, Fetch, Outcome, Summary
from gouji.errors import InputError, OutputError

NAME = "crawl.sqlite"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS crawls (
    id INTEGER PRIMARY KEY, site TEXT NOT NULL, state TEXT NOT NULL, began TEXT NOT NULL, ended TEXT,
    why TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fetches (
    id INTEGER PRIMARY KEY, crawl INTEGER NOT NULL REFERENCES crawls (id), site TEXT NOT NULL, url TEXT NOT NULL,
    role TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, status INTEGER, landing TEXT, location TEXT,
    headers TEXT NOT NULL, etag TEXT, last_modified TEXT, sha256 TEXT, size INTEGER NOT NULL, fetched TEXT NOT NULL,
    UNIQUE (crawl, url));
CREATE INDEX IF NOT EXISTS fetches_of_site ON fetches (site, url, id);
CREATE TABLE IF NOT EXISTS appearances (
    url TEXT NOT NULL, version INTEGER NOT NULL, site TEXT NOT NULL, sha256 TEXT NOT NULL, path TEXT NOT NULL,
    media_type TEXT NOT NULL, landing TEXT, title TEXT NOT NULL, name TEXT NOT NULL, department TEXT, year INTEGER,
    kind TEXT, published TEXT, seen TEXT NOT NULL,
    PRIMARY KEY (url, version));
CREATE INDEX IF NOT EXISTS appearances_of_content ON appearances (sha256);
CREATE TABLE IF NOT EXISTS register (
    site TEXT NOT NULL, department TEXT NOT NULL, kind TEXT NOT NULL, year INTEGER NOT NULL, status TEXT NOT NULL,
    approved TEXT, due TEXT, published TEXT, days_late INTEGER NOT NULL, documents INTEGER NOT NULL, url TEXT,
    landing TEXT, sha256 TEXT, path TEXT);
"""


class Journal:
    """The journal of a crawl folder; made when it is not there.

    Raises:
        OutputError: it cannot be written. InputError: the file there is no journal.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        path = out / NAME
        try:
            out.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=60, isolation_level=None)
            self._base.row_factory = sqlite3.Row
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")
            self._base.executescript(_SCHEMA)
        except (OSError, sqlite3.OperationalError) as error:
            raise OutputError(
                f"{path}: the journal cannot be written ({error}); give another folder with --out"
            ) from error
        except sqlite3.DatabaseError as error:
            raise InputError(f"{path}: this is no journal ({error}); move it away, the documents stay") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._base.close()

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        try:
            self._base.execute("BEGIN IMMEDIATE")
            with self._base:
                yield self._base
        except sqlite3.OperationalError as error:
            raise OutputError(
                f"{self.out / NAME}: it cannot be written ({error}); make room or look at the folder's rights"
            ) from error

    def begin(self, site: str, resume_hours: float) -> tuple[int, bool]:
        """The crawl to do: the site's last one when it did not come to its end and is not too old, else a new one.

        Only one process may crawl a site at a time. The second value: whether an old one goes on.
        """
        now = datetime.now(UTC)
        with self._written() as base:
            last = base.execute("SELECT * FROM crawls WHERE site = ? ORDER BY id DESC LIMIT 1", (site,)).fetchone()
            if last is not None and last["state"] in ("running", "stopped"):
                fresh = datetime.fromisoformat(last["began"]) > now - timedelta(hours=resume_hours)
                state = "running" if fresh else "abandoned"
                base.execute("UPDATE crawls SET state = ?, ended = NULL, why = '' WHERE id = ?", (state, last["id"]))
                if fresh:
                    return int(last["id"]), True
            row = base.execute(
                "INSERT INTO crawls (site, state, began, why) VALUES (?, 'running', ?, '')", (site, now.isoformat())
            )
            return int(row.lastrowid or 0), False

    def close(self, crawl: int, state: str, why: str = "") -> None:
        """Mark the crawl as "finished", or as "stopped" and why."""
        with self._written() as base:
            base.execute(
                "UPDATE crawls SET state = ?, ended = ?, why = ? WHERE id = ?",
                (state, datetime.now(UTC).isoformat(), why, crawl),
            )

    def fetch(self, crawl: int, url: str) -> Fetch | None:
        """How the request for this address ended in this crawl; None: it did not yet."""
        row = self._base.execute("SELECT * FROM fetches WHERE crawl = ? AND url = ?", (crawl, url)).fetchone()
        return _fetch(row) if row else None

    def last_kept(self, site: str, url: str) -> Fetch | None:
        """The last request for this address that gave content; None: none did."""
        row = self._base.execute(
            "SELECT * FROM fetches WHERE site = ? AND url = ? AND sha256 IS NOT NULL ORDER BY id DESC LIMIT 1",
            (site, url),
        ).fetchone()
        return _fetch(row) if row else None

    def record(self, fetch: Fetch, shown: Appearance | None = None) -> Outcome:
        """Put down how a request ended; with `shown` a document, whose version is found here. Gives the outcome.

        A document becomes "new", "changed", "same" or "unchanged". A request that is down already is put down anew.
        """
        with self._written() as base:
            outcome = fetch.outcome if shown is None else _show(base, shown)
            row = {**fetch.model_dump(mode="json"), "outcome": outcome}
            row["headers"] = json.dumps(fetch.headers, ensure_ascii=False)
            _insert(base, "INSERT OR REPLACE", "fetches", row)
        return outcome

    def summaries(self, site: str | None = None) -> list[Summary]:
        """The last crawl of each site, or of this one."""
        rows = self._base.execute(
            "SELECT * FROM crawls WHERE id IN (SELECT max(id) FROM crawls GROUP BY site) AND (? IS NULL OR site = ?)"
            " ORDER BY site",
            (site, site),
        ).fetchall()
        return [self._summary(row) for row in rows]

    def _summary(self, row: sqlite3.Row) -> Summary:
        counts = self._base.execute(
            "SELECT outcome, count(*) FROM fetches WHERE crawl = ? AND role <> 'robots' GROUP BY outcome ORDER BY 1",
            (row["id"],),
        )
        given = {name: row[name] for name in ("site", "state", "began", "ended", "why")}
        return Summary.model_validate({**given, "crawl": row["id"], "outcomes": dict(map(tuple, counts))})

    def failures(self, crawl: int) -> list[Fetch]:
        """The requests of the crawl that gave neither page nor document, in their order."""
        rows = self._base.execute(
            "SELECT * FROM fetches WHERE crawl = ? AND role <> 'robots' AND outcome NOT IN"
            " ('new', 'changed', 'same', 'unchanged', 'page', 'redirect') ORDER BY id",
            (crawl,),
        )
        return [_fetch(row) for row in rows]

    def fetches(self) -> Iterator[Fetch]:
        """All requests, the oldest first."""
        return (_fetch(row) for row in self._base.execute("SELECT * FROM fetches ORDER BY id"))

    def appearances(self) -> Iterator[Appearance]:
        """All versions of all documents under all their addresses, the oldest first."""
        rows = self._base.execute("SELECT * FROM appearances ORDER BY seen, url, version")
        return (Appearance.model_validate(dict(row)) for row in rows)

    def keep_register(self, register: Iterable[Due]) -> None:
        """Put this register in the place of the last one."""
        with self._written() as base:
            base.execute("DELETE FROM register")
            for due in register:
                _insert(base, "INSERT", "register", due.model_dump(mode="json"))

    def register(self) -> list[Due]:
        """The register as it was last compared, in its order."""
        return [Due.model_validate(dict(row)) for row in self._base.execute("SELECT * FROM register ORDER BY rowid")]


def _show(base: sqlite3.Connection, shown: Appearance) -> Outcome:
    last = base.execute(
        "SELECT version, sha256 FROM appearances WHERE url = ? ORDER BY version DESC LIMIT 1", (shown.url,)
    ).fetchone()
    if last is not None and last["sha256"] == shown.sha256:
        return "unchanged"
    known = base.execute("SELECT 1 FROM appearances WHERE sha256 = ?", (shown.sha256,)).fetchone()
    version = last["version"] + 1 if last is not None else 1
    _insert(base, "INSERT", "appearances", {**shown.model_dump(mode="json"), "version": version})
    if last is not None:
        return "changed"
    return "same" if known else "new"


def _insert(base: sqlite3.Connection, verb: str, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join(f":{name}" for name in row)
    base.execute(f"{verb} INTO {table} ({', '.join(row)}) VALUES ({marks})", row)


def _fetch(row: sqlite3.Row) -> Fetch:
    given = {name: row[name] for name in row.keys() if name != "id"}  # noqa: SIM118  (a Row is not a mapping)
    return Fetch.model_validate({**given, "headers": json.loads(given["headers"])})
