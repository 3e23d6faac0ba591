"""The register of expected disclosures: which department owes which report for which year, and whether it is there.

The register is a CSV file (UTF-8, with or without a byte order mark, or GB 18030) with a line of names:

    department,kind,year,approved,aliases,site
    某市教育局,final_account,2024,2025-08-15,教育局|某市教委,example

`kind` is budget (预算) or final_account (决算). `approved` (the day the budget or account was approved), `aliases`
(other names, set apart by "|") and `site` (only documents of this site count) may be empty or missing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from gouji.crawl.records import Appearance, Due
from gouji.crawl.titles import KINDS, Kind
from gouji.errors import UsageError
from gouji.records import Record
from gouji.zh import plain


class Expected(Record):
    """One report that is owed."""

    department: str
    kind: Kind
    year: int
    approved: date | None = None
    aliases: tuple[str, ...] = ()
    site: str | None = None


def load_register(path: Path) -> list[Expected]:
    """The register in this file, in its order.

    Raises:
        UsageError: it cannot be read, or a line makes no sense.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the register cannot be read ({error.strerror})") from error
    rows = csv.DictReader(io.StringIO(_decoded(raw)))
    if not {"department", "kind", "year"} <= set(rows.fieldnames or ()):
        raise UsageError(f"{path}: the first line must name the columns department, kind and year")
    return [_expected(path, number, row) for number, row in enumerate(rows, 2) if any(row.values())]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _expected(path: Path, number: int, row: dict[str, str | None]) -> Expected:
    given = {name: (value or "").strip() for name, value in row.items() if name in Expected.model_fields}
    kind = given.get("kind", "")
    try:
        return Expected.model_validate(
            {
                "department": given["department"],
                "kind": KINDS.get(kind, kind),
                "year": given["year"],
                "approved": given.get("approved") or None,
                "aliases": tuple(filter(None, given.get("aliases", "").split("|"))),
                "site": given.get("site") or None,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise UsageError(f"{path}, line {number}: {name} {given.get(name)!r}: {first['msg']}") from error


def compare(
    expected: Iterable[Expected], shown: Iterable[Appearance], today: date, late_days: int, regions: Sequence[str] = ()
) -> list[Due]:
    """What of the register was found, in the register's order. `regions`: what departments' names may leave out."""
    found: dict[tuple[str, Kind, int], list[Appearance]] = {}
    for each in shown:
        if each.department and each.kind and each.year:
            found.setdefault((_bare(each.department, regions), each.kind, each.year), []).append(each)
    return [_due(owed, _those_of(owed, found, regions), today, late_days) for owed in expected]


def _bare(department: str, regions: Sequence[str]) -> str:
    name = plain(department)
    return next((name.removeprefix(region) for region in regions if region and name.startswith(region)), name)


def _those_of(
    owed: Expected, found: dict[tuple[str, Kind, int], list[Appearance]], regions: Sequence[str]
) -> list[Appearance]:
    names = dict.fromkeys(_bare(name, regions) for name in (owed.department, *owed.aliases))
    those = [each for name in names for each in found.get((name, owed.kind, owed.year), [])]
    return sorted((each for each in those if owed.site in (None, each.site)), key=lambda each: each.seen)


def _due(owed: Expected, those: list[Appearance], today: date, late_days: int) -> Due:
    deadline = owed.approved + timedelta(days=late_days) if owed.approved else None
    published = min((each.published for each in those if each.published), default=None)
    end = published if those else today
    days_late = max(0, (end - deadline).days) if end and deadline else 0
    first = those[0] if those else None
    return Due(
        site=first.site if first else owed.site or "",
        department=owed.department,
        kind=owed.kind,
        year=owed.year,
        status=_status(bool(those), days_late, deadline),
        approved=owed.approved,
        due=deadline,
        published=published,
        days_late=days_late,
        documents=len({each.sha256 for each in those}),
        url=first.url if first else None,
        landing=first.landing if first else None,
        sha256=first.sha256 if first else None,
        path=first.path if first else None,
    )


def _status(is_found: bool, days_late: int, deadline: date | None) -> Literal["found", "late", "missing", "awaited"]:
    if is_found:
        return "late" if days_late else "found"
    return "awaited" if deadline and not days_late else "missing"
