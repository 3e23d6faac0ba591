"""Pages to links: what a list page and a disclosure's own page lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urldefrag, urljoin, urlsplit

from parsel import Selector
from scrapy.http import HtmlResponse
from scrapy.utils.response import get_meta_refresh

from gouji.crawl.sites import Lists, Site
from gouji.zh import normalise, squeeze

_DATE = re.compile(r"(20\d\d)\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})")
_SCRIPTED = re.compile(r"""(?:window\.open|location(?:\.href)?\s*=|open)\s*\(?\s*["']([^"']+)["']""")
_VIEWED = re.compile(r"[?&]file=([^&]+)")
_TITLES = ("meta[name=ArticleTitle]::attr(content)", "h1 ::text", "title::text")
_DATES = ("PubDate", "pubdate", "PublishDate", "publishdate", "createDate")


@dataclass(frozen=True)
class Link:
    """A link: where it leads, what it says, and the day that stands beside it (None: none does)."""

    url: str
    text: str
    day: date | None = None


@dataclass(frozen=True)
class ListPage:
    """What a list page leads to, each in the page's order. `unread`: further pages beyond the site's `max_pages`."""

    further: tuple[str, ...]
    lists: tuple[Link, ...]
    disclosures: tuple[Link, ...]
    attachments: tuple[Link, ...]
    unread: int = 0


@dataclass(frozen=True)
class Landing:
    """A disclosure's own page. An empty title: it says none."""

    title: str
    published: date | None
    attachments: tuple[Link, ...]


def read_list(page: HtmlResponse, site: Site) -> ListPage:
    """What the list page leads to. A disclosure whose link is a document at once counts as attachment."""
    links = list(_links(page))
    told = [link for link in links if _is_disclosure(link, site)]
    attached = tuple(link for link in told if _is_attachment(link, site))
    urls = {link.url for link in told}
    lists = tuple(link for link in links if link.url not in urls and _fits_any(link.url, site.lists.follow))
    further, unread = further_pages(page.url, page.text, site.lists)
    named = [link.url for link in links if re.search(site.lists.next_text, squeeze(link.text))]
    _, refreshed = get_meta_refresh(page)
    return ListPage(
        further=tuple(dict.fromkeys([*further, *named, *([refreshed] if refreshed else [])])),
        lists=lists,
        disclosures=tuple(link for link in told if link not in attached),
        attachments=attached,
        unread=unread,
    )


def read_landing(page: HtmlResponse, site: Site) -> Landing:
    """The disclosure's own page: its title, its day, its documents."""
    links = [link for link in _links(page) if _is_attachment(link, site)]
    return Landing(title=_title(page), published=_published(page), attachments=tuple(links))


def further_pages(url: str, text: str, lists: Lists) -> tuple[list[str], int]:
    """The addresses of the list's further pages by the count that its first page tells, and how many are left out.

    The page's own address must not be a further page's: those tell the same count, under another name.
    """
    found = next((match for pattern in lists.count if (match := re.search(pattern, text))), None)
    if found is None:
        return [], 0
    groups = found.groupdict()
    name = lists.name
    if groups.get("stem") and groups.get("ending"):
        name = f"{groups['stem']}_{{n}}.{groups['ending']}"
    total = int(groups["count"])
    read = min(total, lists.max_pages)
    numbers = range(lists.first, lists.first + max(0, read - 1))
    return [urljoin(url, name.replace("{n}", str(number))) for number in numbers], total - read


def _links(page: HtmlResponse) -> Iterator[Link]:
    for anchor in page.css("a[href], area[href], iframe[src], embed[src], object[data]"):
        url = _address(anchor, page)
        if url:
            yield Link(url, _text(anchor), _day_beside(anchor))


def _address(anchor: Selector, page: HtmlResponse) -> str | None:
    href = str(next(anchor.attrib[name] for name in ("href", "src", "data") if name in anchor.attrib)).strip()
    scripted = _SCRIPTED.search(href if href.lower().startswith("javascript:") else "") or (
        _SCRIPTED.search(anchor.attrib.get("onclick", ""))
        if href in ("#", "javascript:;", "javascript:void(0)")
        else None
    )
    href = scripted[1] if scripted else href
    viewed = _VIEWED.search(href) if "viewer" in href else None
    try:
        url = urldefrag(page.urljoin(viewed[1] if viewed else href)).url
        return url if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else None
    except ValueError:
        return None


def _text(anchor: Selector) -> str:
    """What the link says; its title attribute when that says more, since lists cut long titles short."""
    said = " ".join("".join(anchor.css("::text").getall()).split())
    title = " ".join(anchor.attrib.get("title", "").split())
    return title if len(title) > len(said) else said


def _day_beside(anchor: Selector) -> date | None:
    row = anchor.xpath("(ancestor::li | ancestor::tr | ancestor::dd | ancestor::p)[last()]")
    outside = row.xpath(".//text()[not(ancestor::a)]").getall() if row else []
    return _day(" ".join(outside))


def _day(text: str) -> date | None:
    found = _DATE.search(normalise(text))
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _title(page: HtmlResponse) -> str:
    for query in _TITLES:
        text = " ".join("".join(page.css(query).getall()).split())
        if text:
            return text
    return ""


def _published(page: HtmlResponse) -> date | None:
    for name in _DATES:
        told = page.css(f"meta[name={name}]::attr(content)").get()
        if told and (day := _day(told)):
            return day
    stated = re.search(
        r"(?:发布|发文|成文|公开)?(?:时间|日期)[：:]\s*(.{8,20})", " ".join(page.css("body ::text").getall())
    )
    return _day(stated[1]) if stated else None


def _is_disclosure(link: Link, site: Site) -> bool:
    text, rules = squeeze(link.text), site.disclosure
    return bool(
        re.search(rules.title, text)
        and not (rules.unless and re.search(rules.unless, text))
        and re.search(rules.address, link.url)
    )


def _is_attachment(link: Link, site: Site) -> bool:
    return bool(re.search(site.attachment.address, link.url, re.I))


def _fits_any(url: str, patterns: tuple[str, ...]) -> bool:
    return any(re.search(pattern, url) for pattern in patterns)
