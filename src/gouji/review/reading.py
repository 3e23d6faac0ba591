"""A report: its pages beside their reading, its queue of flagged numbers, what was corrected."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gouji.corrections import standing
from gouji.corrections.structure import CellKey
from gouji.errors import InputError
from gouji.exports.registry import FORMATS
from gouji.records import Correction
from gouji.review.desk import lines
from gouji.review.doubts import Docket
from gouji.review.labels import fact_name
from gouji.review.spreads import Spreads, leaves
from gouji.review.state import Review, review_of
from gouji.review.sums import failing
from gouji.zh import UNITS

router = APIRouter(prefix="/r/{report_id}")
_FINDINGS = 200


@router.get("", response_class=HTMLResponse)
def show_report(request: Request, report_id: str) -> HTMLResponse:
    """The report with its first page; the others are asked for when they come into view."""
    review = review_of(request)
    docket = review.docket(report_id)
    first = docket.report.pages[:1]
    return review.show(
        request, "report.html", docket=docket, report=docket.report, leaves=leaves(docket), units=tuple(UNITS),
        findings=docket.report.findings[:_FINDINGS], stale=docket.standing.given.stale, exports=tuple(FORMATS),
        pictures=review.has_pictures(docket.standing), spread=Spreads(docket).spread(first[0]) if first else None,
        fact_name=fact_name,
    )  # fmt: skip


@router.post("/ready")
def make_ready(request: Request, report_id: str) -> Response:
    """Make what the first decision needs, while the person still looks at the scan."""
    review_of(request).shelf.prepare(report_id)
    return Response(status_code=204)


@router.get("/page/{number}", response_class=HTMLResponse)
def show_spread(request: Request, report_id: str, number: int) -> HTMLResponse:
    """One page beside its reading."""
    review = review_of(request)
    docket = review.docket(report_id)
    page = next((page for page in docket.report.pages if page.page == number), None)
    if page is None:
        raise InputError(f"page {number}: the report has no such page")
    spread = Spreads(docket).spread(page)
    return review.show(
        request, "spread.html", docket=docket, spread=spread, fact_name=fact_name, units=tuple(UNITS),
        pictures=review.has_pictures(docket.standing),
    )  # fmt: skip


@router.get("/cell", response_class=HTMLResponse)
def show_cell(request: Request, report_id: str, table: str, row: int, col: int) -> HTMLResponse:
    """All that is known of one cell, with the means to correct it."""
    review = review_of(request)
    docket = review.docket(report_id)
    found = docket.find((table, row, col))
    if found is None:
        raise InputError("there is no such cell any more; load the page again")
    doubt = docket.doubt(*found)
    history = _history(docket, doubt.key)
    sums = docket.ledger.at(doubt.key)
    return review.show(
        request, "cell.html", docket=docket, doubt=doubt, cell=found[1], history=history, sums=sums,
        broken=failing(sums), pictures=review.has_pictures(docket.standing),
    )  # fmt: skip


def _history(docket: Docket, key: CellKey) -> list[object]:
    as_read = docket.standing.given.as_read(*key)
    log = docket.standing.log
    own = {each.id for each in log if each.kind == "cell" and _key(each.target) == as_read}
    return [each for each in log if each.id in own or each.undoes in own]


def _key(target: object) -> tuple[object, ...]:
    return tuple(getattr(target, name) for name in ("table", "row", "col"))


@router.get("/queue", response_class=HTMLResponse)
def show_queue(request: Request, report_id: str) -> HTMLResponse:
    """The flagged numbers, one after another, worst first."""
    review = review_of(request)
    docket = review.docket(report_id)
    return review.show(request, "queue.html", report=docket.report, **card_of(review, docket, ""))


@router.get("/queue/card", response_class=HTMLResponse)
def show_card(request: Request, report_id: str, skip: str = "") -> HTMLResponse:
    """The number to decide on next; `skip` names those that were put off, as table.row.col with commas."""
    review = review_of(request)
    docket = review.docket(report_id)
    return review.show(request, "card.html", **card_of(review, docket, skip))


def card_of(review: Review, docket: Docket, skip: str) -> dict[str, Any]:
    """What the card of the queue shows."""
    doubts = docket.after(frozenset(_parse_key(each) for each in skip.split(",") if each))
    following = "" if doubts else next_open(review, docket.standing.id)
    return {
        "docket": docket, "doubts": doubts, "doubt": doubts[0] if doubts else None,
        "coming": doubts[1] if len(doubts) > 1 else None, "following": following,
        "pictures": review.has_pictures(docket.standing),
    }  # fmt: skip


def _parse_key(text: str) -> CellKey:
    table, _, rest = text.partition("~")
    row, _, col = rest.partition("~")
    return (table, int(row), int(col)) if row.isdecimal() and col.isdecimal() else ("", 0, 0)


def next_open(review: Review, but: str) -> str:
    """The id of the report with most numbers to look at, another than `but`; "" when there is none."""
    found, _, _ = lines(review)
    left = [summary for summary in found if summary.open and summary.id != but]
    return max(left, key=lambda summary: summary.open).id if left else ""


@router.get("/log", response_class=HTMLResponse)
def show_log(request: Request, report_id: str) -> HTMLResponse:
    """What was corrected in the report, the last first."""
    review = review_of(request)
    docket = review.docket(report_id)
    holding = {stack[-1].id for stack in standing(docket.standing.log).values()}
    stale = {each.id for each in docket.standing.given.stale}
    places = {each.id: _place(docket, each) for each in docket.standing.log}
    return review.show(
        request, "log.html", docket=docket, report=docket.report, log=docket.standing.log[::-1], holding=holding,
        stale=stale, places=places,
    )  # fmt: skip


def _place(docket: Docket, correction: Correction) -> str:
    """What a correction is of, as a person would call it; "" for the document."""
    at, read = correction.target, docket.standing.read
    if at.fact is not None:
        return fact_name(read.facts[at.fact].key) if at.table is None and at.fact < len(read.facts) else ""
    table = next((table for table in read.tables if table.id == at.table), None)
    if table is None:
        return at.table or ""
    title = f"《{table.title or table.number or table.id}》"
    found = docket.find((table.id, at.row or 0, at.col or 0)) if at.row is not None and at.col is not None else None
    if found is None or docket.standing.given.cells:
        row = "" if at.row is None else f" {at.row + 1}"
        return f"{title}{row}" if at.col is None else f"{title}{row}, {at.col + 1}"
    doubt = docket.doubt(*found)
    return " · ".join(word for word in (doubt.row_name, doubt.column, title) if word)
