"""The charts' pages and files."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gouji.errors import InputError
from gouji.records import Report
from gouji.review.charts import NARROW, Series, budget_against_actual, doubt_map, draw, sangong, years
from gouji.review.desk import lines
from gouji.review.state import Review, review_of

router = APIRouter(prefix="/r/{report_id}/charts")


@router.get("", response_class=HTMLResponse)
def show_charts(request: Request, report_id: str) -> HTMLResponse:
    """All charts of a report and of its department."""
    review = review_of(request)
    docket = review.docket(report_id)
    drawings = [(draw(series), draw(series, NARROW)) for series in _series(review, report_id)]
    return review.show(request, "charts.html", docket=docket, report=docket.report, drawings=drawings)


@router.get("/{name}.{kind}")
def take_chart(request: Request, report_id: str, name: str, kind: str) -> Response:
    """One chart as SVG, or its figures as CSV."""
    review = review_of(request)
    series = next((each for each in _series(review, report_id) if each.id == name), None)
    if series is None or kind not in ("svg", "csv"):
        raise InputError("there is no such chart of this report")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    if kind == "csv":
        return Response(series.to_csv().encode(), media_type="text/csv; charset=utf-8", headers=headers)
    page = review.show(request, "chart.svg", drawing=draw(series), standalone=True)
    return Response(page.body, media_type="image/svg+xml", headers=headers)


def _series(review: Review, report_id: str) -> list[Series]:
    report = review.docket(report_id).report
    kin = list(_of_the_same(review, report))
    found = [
        doubt_map(report), sangong(report), budget_against_actual(report, kin),
        years([report, *kin], report.document.organization or ""),
    ]  # fmt: skip
    return [series for series in found if series is not None]


def _of_the_same(review: Review, report: Report) -> Iterator[Report]:
    """The other reports of the same body."""
    summaries, _, _ = lines(review)
    for summary in summaries:
        if summary.organization and summary.organization == report.document.organization:
            other = review.docket(summary.id).report
            if other is not report:
                yield other
