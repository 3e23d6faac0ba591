"""Pictures of pages, and the report as a file to take along."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gouji.errors import InputError, PageError
from gouji.records import Report
from gouji.review.charts import harmless
from gouji.review.pictures import MEDIA_TYPE
from gouji.review.state import review_of
from gouji.store import report_to_json

router = APIRouter(prefix="/r/{report_id}")
_AGE = {"Cache-Control": "private, max-age=86400, immutable"}
_MOST_ROOM = 400
_COLUMNS = ("table", "form", "code", "name", "measure", "amount", "text", "page", "confidence", "flags")


@router.get("/image/{number}.webp")
def show_page(request: Request, report_id: str, number: int) -> Response:
    """The upright page."""
    review = review_of(request)
    return _picture(lambda: review.gallery.page(review.shelf.open(report_id), number))


@router.get("/image/small-{number}.webp")
def show_thumb(request: Request, report_id: str, number: int) -> Response:
    """The page small."""
    review = review_of(request)
    return _picture(lambda: review.gallery.thumb(review.shelf.open(report_id), number))


@router.get("/image/{number}/{x0}-{y0}-{x1}-{y1}.webp")
def show_crop(
    request: Request, report_id: str, number: int, x0: int, y0: int, x1: int, y1: int, room: int = 0
) -> Response:
    """A part of the page."""
    review = review_of(request)
    box, room = (x0, y0, x1, y1), max(0, min(room, _MOST_ROOM))
    return _picture(lambda: review.gallery.crop(review.shelf.open(report_id), number, box, room))


def _picture(draw) -> Response:  # type: ignore[no-untyped-def]
    try:
        return Response(draw(), media_type=MEDIA_TYPE, headers=_AGE)
    except PageError as error:
        raise InputError(str(error)) from error


@router.get("/export/{kind}")
def export(request: Request, report_id: str, kind: str) -> Response:
    """The report as it stands, corrections in it, as a file."""
    report = review_of(request).docket(report_id).report
    makers = {"json": (report_to_json, "application/json"), "csv": (items_to_csv, "text/csv; charset=utf-8")}
    if kind not in makers:
        raise InputError(f"{kind}: there is no such export; it is one of {', '.join(makers)}")
    make, media_type = makers[kind]
    name = quote(f"{report.source.file.rpartition('.')[0]}.{kind}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(make(report).encode(), media_type=media_type, headers=headers)


def items_to_csv(report: Report) -> str:
    """The items, one a line; flags tell which figures a person corrected."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for item in report.items:
        texts = (item.table, item.form, item.code or "", item.name, item.measure)
        amount = "" if item.amount is None else f"{item.amount:f}"
        last = (item.text, item.page, item.confidence, " ".join(item.flags))
        writer.writerow([*(harmless(text) for text in texts), amount, *last])
    return "\ufeff" + out.getvalue()
