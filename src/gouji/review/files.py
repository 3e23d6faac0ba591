"""Pictures of pages, and the report as a file to take along."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gouji.crops import open_crops
from gouji.errors import InputError, PageError
from gouji.exports.choices import Choices, Crop
from gouji.exports.registry import FORMATS, export_report
from gouji.review.pictures import MEDIA_TYPE
from gouji.review.shelf import Standing
from gouji.review.state import Review, review_of

router = APIRouter(prefix="/r/{report_id}")
_AGE = {"Cache-Control": "private, max-age=86400, immutable"}
_MOST_ROOM = 400


@router.get("/image/{number}.jpg")
def show_page(request: Request, report_id: str, number: int) -> Response:
    """The upright page."""
    review = review_of(request)
    return _picture(lambda: review.gallery.page(review.shelf.open(report_id), number), ".jpg")


@router.get("/small/{number}.webp")
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


def _picture(draw: Callable[[], bytes], kind: str = ".webp") -> Response:
    try:
        return Response(draw(), media_type=MEDIA_TYPE[kind], headers=_AGE)
    except PageError as error:
        raise InputError(str(error)) from error


@router.get("/export/{kind}")
def export(request: Request, report_id: str, kind: str) -> Response:
    """The report as it stands, corrections in it, as a file; several files come packed in one.

    Raises:
        InputError: there is no such format.
    """
    review = review_of(request)
    docket = review.docket(report_id)
    if kind not in FORMATS:
        raise InputError(f"{kind}: there is no such export; it is one of {', '.join(FORMATS)}")
    name = docket.report.source.file.rpartition(".")[0] or docket.standing.name
    with _crops(review, docket.standing, kind) as crop:
        made = export_report(docket.report, kind, name, Choices(crop=crop))
    file, content = next(iter(made.items())) if len(made) == 1 else (f"{name}-{kind}.zip", _packed(made))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.rpartition('/')[2])}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@contextmanager
def _crops(review: Review, standing: Standing, kind: str) -> Iterator[Crop | None]:
    """Pictures for the page to take along, where the source is at hand."""
    if kind != "html":
        yield None
        return
    try:
        path = review.source.original(standing.id, standing.read.source.file)
    except InputError:
        yield None
        return
    with open_crops(path, standing.report, review.options.settings) as crop:
        yield crop


def _packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    return out.getvalue()
