"""The desk: one line for each report, kept on disk so that hundreds of reports show at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from gouji import store
from gouji.errors import GoujiError, OutputError
from gouji.records import Record
from gouji.review.doubts import Docket
from gouji.review.source import Signature
from gouji.version import __version__
from gouji.zh import squeeze

SORTS = ("open", "name", "year", "pages", "findings", "progress")


class Summary(Record):
    """One report on the desk. `open`: flagged numbers nobody decided on; `signature`: of what it was made of."""

    id: str
    file: str
    title: str
    organization: str
    year: int | None
    kind: Literal["final_account", "budget", "unknown"]
    pages: int
    unread: int
    tables: int
    numbers: int
    open: int
    decided: int
    percent: int
    doubtful: str
    findings: int
    failing: int
    corrections: int
    signature: Signature
    version: str = __version__

    @property
    def says(self) -> str:
        """What a search looks in."""
        return squeeze(f"{self.title}{self.organization}{self.file}").lower()


def summarise(docket: Docket) -> Summary:
    """The line of a report."""
    report, progress = docket.report, docket.progress
    return Summary(
        id=docket.standing.id,
        file=report.source.file,
        title=report.document.title or docket.standing.name,
        organization=report.document.organization or "",
        year=report.document.fiscal_year,
        kind=report.document.kind,
        pages=len(report.pages),
        unread=sum(page.status == "unread" for page in report.pages),
        tables=len(report.tables),
        numbers=progress.numbers,
        open=progress.left,
        decided=progress.decided,
        percent=progress.percent,
        doubtful=progress.doubtful,
        findings=sum(finding.severity != "info" for finding in report.findings),
        failing=docket.failing,
        corrections=len(docket.standing.log),
        signature=docket.standing.signature,
    )


class Summaries:
    """The lines of all reports; those of which nothing changed are not made again. Without a path, not on disk."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known = _load(path) if path is not None else {}

    def known(self, report_id: str, signature: Signature) -> Summary | None:
        """The line when it is up to date."""
        found = self._known.get(report_id)
        current = found is not None and found.version == __version__ and found.signature == signature
        return found if current else None

    def keep(self, summaries: Iterable[Summary]) -> None:
        """Remember the lines, on disk too where that can be written."""
        with self._lock:
            self._known |= {summary.id: summary for summary in summaries}
            if self._path is None:
                return
            with suppress(OSError, OutputError):
                self._path.parent.mkdir(exist_ok=True)
                kept = [summary.model_dump(mode="json") for summary in self._known.values()]
                store.write_text(self._path, json.dumps(kept, ensure_ascii=False))


def _load(path: Path) -> dict[str, Summary]:
    try:
        found = [Summary.model_validate(each) for each in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, ValidationError, GoujiError):
        return {}
    return {summary.id: summary for summary in found}


def choose(summaries: Sequence[Summary], search: str, kind: str, year: str, state: str, sort: str) -> list[Summary]:
    """The lines that a person asked for, in the order asked for; "" asks for all."""
    words = [squeeze(word).lower() for word in search.split()]
    found = [s for s in summaries if all(word in s.says for word in words)]
    found = [s for s in found if kind in ("", s.kind) and year in ("", str(s.year or ""))]
    found = [s for s in found if state == "" or (state == "open") == (s.open > 0)]
    orders = {
        "open": lambda s: (-s.open, s.title),
        "name": lambda s: (s.organization or s.title, s.year or 0),
        "year": lambda s: (-(s.year or 0), s.title),
        "pages": lambda s: (-s.pages, s.title),
        "findings": lambda s: (-s.findings, s.title),
        "progress": lambda s: (s.percent, s.title),
    }
    return sorted(found, key=orders.get(sort, orders["open"]))
