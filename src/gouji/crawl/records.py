"""What the crawl folder keeps and hands on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from gouji.crawl.titles import Kind
from gouji.records import Record

Role = Literal["robots", "list", "landing", "document"]

# What became of one request. The first four are documents that came, then pages and redirects; the rest failed.
Outcome = Literal[
    "new",  # a document not seen before
    "changed",  # another content under an address seen before
    "same",  # a document seen before under another address
    "unchanged",  # what was there already, document or page
    "page",
    "redirect",
    "gone",  # 404, 410
    "forbidden",  # 401, 403, 412 and the like: the site turns us away
    "server",  # 5xx after all tries
    "http",  # any other status
    "robots",
    "refused",  # an address that is not public
    "offsite",
    "loop",
    "too_large",
    "wrong_type",
    "timeout",
    "truncated",
    "unresolved",
    "unreachable",
    "tls",
]
GOOD = ("new", "changed", "same", "unchanged", "page", "redirect")


class Fetch(Record):
    """One request of one crawl, as it ended. `sha256` names what was kept; None: nothing was.

    `headers` are those of the answer; bytes above 127 stand as Latin-1.
    """

    crawl: int
    site: str
    url: str
    role: Role
    outcome: Outcome
    reason: str = ""
    status: int | None = None
    landing: str | None = None
    location: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    size: int = 0
    fetched: datetime


class Appearance(Record):
    """A document under one address: version `version` (from 1) of what that address gave."""

    site: str
    url: str
    version: int
    sha256: str
    path: str
    media_type: str
    landing: str | None
    title: str
    name: str
    department: str | None
    year: int | None
    kind: Kind | None
    published: date | None
    seen: datetime


class Due(Record):
    """One report that is owed, and whether it was found.

    "late": it was published after the day it was due. "missing": nothing was found, and the day it was due is past or
    not known. "awaited": that day is to come. `days_late`: until publication, or until today when it is missing.
    Without a day of publication what was found is not called late: it was first seen when it was first looked for.
    `documents` were found; `url`, `landing`, `sha256` and `path` are the first one's. `site` "": on none.
    """

    site: str = ""
    department: str
    kind: Kind
    year: int
    status: Literal["found", "late", "missing", "awaited"]
    approved: date | None = None
    due: date | None = None
    published: date | None = None
    days_late: int = 0
    documents: int = 0
    url: str | None = None
    landing: str | None = None
    sha256: str | None = None
    path: str | None = None


class Summary(Record):
    """One crawl of one site. `state` "stopped" goes on with the next run, `why` says what stopped it.

    `empty`: start pages that list nothing. `left_out`: further pages of lists beyond `lists.max_pages`.
    """

    site: str
    crawl: int
    state: Literal["running", "finished", "stopped", "abandoned"]
    began: datetime
    ended: datetime | None
    outcomes: dict[str, int]
    resumed: bool = False
    empty: tuple[str, ...] = ()
    left_out: int = 0
    why: str = ""

    @property
    def failed(self) -> int:
        """How many requests came to nothing; what robots.txt forbids is none of them."""
        return sum(n for outcome, n in self.outcomes.items() if outcome not in (*GOOD, "robots"))

    @property
    def reached(self) -> bool:
        """Whether anything of the site came at all."""
        return any(self.outcomes.get(outcome) for outcome in GOOD)
