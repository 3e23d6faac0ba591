"""What the performance forms (绩效) of a report say of each project, and whether the narrative agrees."""

from __future__ import annotations

from collections.abc import Iterable

from gouji.checks.book import Book, CellKey, Figure
from gouji.checks.projects import RULE, Project, formed_projects, listed_projects
from gouji.records import Pointer, Report

COLUMNS = ("project", "form", "page", "budget", "executed", "rate", "score", "narrative")
FIGURES = ("page", "budget", "executed", "rate", "score")
_MEASURES = (("funds.budget", "total"), ("funds.executed",), ("funds.rate",), ("score",))


def project_rows(report: Report) -> list[tuple[str, ...]]:
    """A row of `COLUMNS` for each project of the forms and then of the lists; none where the report has no such form.

    The last says whether the narrative "agrees" with what the form prints, "differs", or (empty) tells nothing of it.
    """
    book = Book(report.tables, report.items)
    told = _told(report)
    titles = {table.id: table.title or table.form or "" for table in report.tables}
    found = (*formed_projects(book), *listed_projects(book))
    return [_row(project, told, titles) for project in found if project.figures]


def _told(report: Report) -> dict[CellKey, str]:
    """How the checks of cells against facts came out, by cell; one that failed counts before others that passed."""
    found: dict[CellKey, str] = {}
    for check in report.checks:
        if check.rule == RULE and any(place.fact is not None for place in check.operands):
            cells = filter(None, map(_key, check.operands))
            said = "differs" if check.status == "fail" else "agrees"
            found |= {cell: "differs" if found.get(cell) == "differs" else said for cell in cells}
    return found


def _key(place: Pointer) -> CellKey | None:
    if place.table is None or place.row is None or place.col is None:
        return None
    return place.table, place.row, place.col


def _row(project: Project, told: dict[CellKey, str], titles: dict[str, str]) -> tuple[str, ...]:
    figures = [_first(project, names) for names in _MEASURES]
    place = next(figure.pointer for figure in project.figures.values())
    title = titles.get(place.table or "", "")
    return project.name, title, str(place.page or ""), *map(_printed, figures), _said(figures, told)


def _first(project: Project, names: Iterable[str]) -> Figure | None:
    return next((project.figures[name] for name in names if name in project.figures), None)


def _printed(figure: Figure | None) -> str:
    return "" if figure is None else f"{figure.amount:,f}"


def _said(figures: Iterable[Figure | None], told: dict[CellKey, str]) -> str:
    """Whether the narrative agrees with the figures that it tells of; what it tells otherwise is named."""
    named = zip(FIGURES[1:], figures, strict=True)
    said = {name: told[figure.key] for name, figure in named if figure is not None and figure.key in told}
    odd = [name for name, status in said.items() if status == "differs"]
    return f"differs: {', '.join(odd)}" if odd else "agrees" if said else ""
