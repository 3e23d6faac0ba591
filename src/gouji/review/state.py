"""What the routes share: the shelf, the pictures, the jobs, and how a page is written."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from gouji.errors import InputError
from gouji.forms import load_definitions
from gouji.review.doubts import Docket
from gouji.review.guard import csrf_token
from gouji.review.options import Options, own_name
from gouji.review.pictures import Gallery
from gouji.review.shelf import Shelf, Standing
from gouji.review.source import OWN, FolderSource, Source, open_database
from gouji.review.summary import Summaries
from gouji.review.sums import shown
from gouji.review.uploads import Jobs
from gouji.review.words import Words, language
from gouji.version import __version__

DOCKETS_KEPT = 12


class Review:
    """One review page at work; lives as long as the server."""

    def __init__(self, options: Options) -> None:
        self.options = options
        folder = FolderSource(options.root) if options.root is not None else None
        self.source: Source = folder or open_database(options.database)
        self.shelf = Shelf(self.source, options.settings)
        self.gallery = Gallery(self.source, options.settings)
        self.jobs = Jobs(options, folder) if folder is not None else None  # a database takes no uploads
        self.summaries = Summaries(folder.root / OWN / "desk.json" if folder is not None else None)
        self._dockets: dict[str, Docket] = {}
        self._lock = threading.Lock()
        self._pages = _templates()

    def docket(self, report_id: str) -> Docket:
        """The report as it stands, with its sums and doubts.

        Raises:
            InputError: there is no such report, or it is damaged.
        """
        standing = self.shelf.open(report_id)
        with self._lock:
            kept = self._dockets.get(report_id)
            if kept is None or kept.standing is not standing:
                kept = self._dockets[report_id] = Docket(standing)
                while len(self._dockets) > DOCKETS_KEPT:
                    self._dockets.pop(next(iter(self._dockets)))
            return kept

    def has_pictures(self, standing: Standing) -> bool:
        """Whether the file that was read is at hand."""
        try:
            self.source.original(standing.id, standing.read.source.file)
        except InputError:
            return False
        return True

    def show(self, request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """The page written from a template; every value in it is text, never markup."""
        words = Words(language(request))
        text = self._pages.get_template(template).render(
            _=words, lang=words.lang, csrf=csrf_token(request), who=who(request), path=request.url.path,
            secret=bool(self.options.secret), **context,
        )  # fmt: skip
        return HTMLResponse(text, status)

    def close(self) -> None:
        """End the jobs and let go of all files."""
        if self.jobs is not None:
            self.jobs.close()
        self.gallery.close()
        self.source.close()


def review_of(request: Request) -> Review:
    """The review page that a request is for."""
    review: Review = request.app.state.review
    return review


def who(request: Request) -> str:
    """By whom corrections are signed."""
    return str(request.session.get("who") or own_name())


@cache
def _templates() -> Environment:
    """The templates, compiled here so that nobody waits for it who opens a report."""
    pages = Environment(
        loader=PackageLoader("gouji.review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    pages.globals |= {"forms": form_names(), "version": __version__}
    pages.filters["shown"] = shown
    for name in pages.list_templates():
        pages.get_template(name)
    return pages


def form_names() -> dict[str, str]:
    """The official forms by id, as a person may choose them."""
    family = {"final": "决算", "budget": "预算", "performance": "绩效"}
    return {form.id: f"{family.get(form.family, form.family)} · {form.name}" for form in load_definitions()}
