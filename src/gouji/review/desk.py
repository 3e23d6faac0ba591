"""The desk: the reports of the source, and uploads."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import unquote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from gouji.errors import GoujiError, TooLargeError, UsageError
from gouji.review.state import Review, review_of
from gouji.review.summary import SORTS, Summary, choose, summarise
from gouji.review.words import language, reason

router = APIRouter()
MADE_AT_ONCE = 60  # lines made anew for one view of the desk; the rest follow at the next


@router.get("/", response_class=HTMLResponse)
def show_desk(
    request: Request, q: str = "", kind: str = "", year: str = "", state: str = "", sort: str = "open"
) -> HTMLResponse:
    """The desk, searched, filtered and sorted."""
    review = review_of(request)
    found, damaged, waiting = lines(review)
    chosen = choose(found, q, kind, year, state, sort)
    return review.show(
        request, "desk.html", summaries=chosen, all=found, damaged=damaged, waiting=waiting,
        years=sorted({s.year for s in found if s.year}, reverse=True), sorts=SORTS,
        asked={"q": q, "kind": kind, "year": year, "state": state, "sort": sort}, limits=review.options,
        uploads=review.jobs is not None, jobs=review.jobs.all() if review.jobs is not None else [],
    )  # fmt: skip


def lines(review: Review) -> tuple[list[Summary], list[tuple[str, str]], int]:
    """The lines of the desk; the names of damaged reports, with why; and how many lines are still to be made."""
    found: list[Summary] = []
    made: list[Summary] = []
    damaged: list[tuple[str, str]] = []
    waiting = 0
    names = review.shelf.names()
    signatures = review.source.signatures(names)
    for report_id, name in names.items():
        known = review.summaries.known(report_id, signatures[report_id])
        if known is None and len(made) >= MADE_AT_ONCE:
            waiting += 1
            continue
        try:
            found.append(known or summarise(review.docket(report_id)))
        except GoujiError as error:
            damaged.append((name, str(error)))
            continue
        if known is None:
            made.append(found[-1])
    if made:
        review.summaries.keep(made)
    return found, damaged, waiting


@router.post("/upload")
async def take_upload(request: Request, name: str) -> JSONResponse:
    """Take in one file; its reading begins when those before it are done."""
    review = review_of(request)
    if review.jobs is None:
        raise UsageError("the page shows a database, which takes no files; use gouji read, then gouji load")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > review.options.max_upload_mb * 1_000_000:
        raise TooLargeError(f"{name}: more than {review.options.max_upload_mb} MB; split the file")
    job = await review.jobs.take(unquote(name), request.stream())
    return JSONResponse(asdict(job), 202)


@router.get("/jobs")
def show_jobs(request: Request) -> JSONResponse:
    """All uploads and how far they are."""
    review = review_of(request)
    jobs = review.jobs.all() if review.jobs is not None else []
    if any(job.state == "done" for job in jobs):
        review.shelf.names(fresh=True)
    lang = language(request)
    return JSONResponse([{**asdict(job), "error": reason(job.code, job.error, lang)} for job in jobs])
