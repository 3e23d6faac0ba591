"""Sites as data: where the lists are, what a disclosure and its attachments look like, whose they are.

`configs/sites/defaults.toml` holds what most sites share and explains every key; a site's file holds what differs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError

from gouji.config import Section, data_dir
from gouji.errors import UsageError

DEFAULTS = "defaults.toml"


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression ({error})") from error
    return text


def _is_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{text!r} is no address that begins with http:// or https://")
    return text


Pattern = Annotated[str, AfterValidator(_is_pattern)]
Address = Annotated[str, AfterValidator(_is_address)]


class Lists(Section):
    """Pages that list disclosures, and how the further ones are found."""

    follow: tuple[Pattern, ...]
    count: tuple[Pattern, ...]
    name: str
    first: int
    next_text: Pattern
    max_pages: int = Field(ge=1)


class Disclosure(Section):
    """Which links of a list lead to a disclosure's own page. An empty `address` or `unless` says nothing."""

    title: Pattern
    unless: Pattern
    address: Pattern


class Attachment(Section):
    """Which links are documents, and when a disclosure's own page is one."""

    address: Pattern
    page: str = Field(pattern="^(without_attachments|always|never)$")


class Title(Section):
    """How a title names department, year and kind: patterns with these groups, the first that fits counts."""

    patterns: tuple[Pattern, ...]


class Site(Section):
    """One site. `key` is its `file`'s name without ending; `region` is what departments' names may leave out."""

    key: str
    file: str
    name: str
    start: tuple[Address, ...] = Field(min_length=1)
    hosts: tuple[str, ...] = Field(min_length=1)
    region: str = ""
    department: str = ""
    depth: int = Field(ge=1)
    old_tls: bool = False
    lists: Lists
    disclosure: Disclosure
    attachment: Attachment
    title: Title

    def allows(self, host: str) -> bool:
        """Whether the host is one of the site's own; ".example.cn" stands for all hosts below example.cn."""
        return any(host == own or (own.startswith(".") and host.endswith(own)) for own in self.hosts)


def find_sites(names: Iterable[str], folder: Path | None) -> list[Site]:
    """The sites of these names (or paths of site files); without names all in the folder. None: the shipped example's.

    Raises:
        UsageError: no such site, a file that makes no sense, or nothing to crawl.
    """
    home = folder or data_dir("configs") / "sites"
    wanted = list(names)
    if not wanted and folder is None:
        raise UsageError("no site is named; name one, or give the folder of your site files with --sites")
    if not home.is_dir():
        raise UsageError(f"{home}: there is no such folder; give the folder of your site files with --sites")
    paths = [_site_path(name, home) for name in wanted] or sorted(p for p in home.glob("*.toml") if p.name != DEFAULTS)
    if not paths:
        raise UsageError(f"{home}: there is no site file in it; configs/sites/example.toml shows how one is written")
    return [load_site(path) for path in dict.fromkeys(paths)]


def _site_path(name: str, home: Path) -> Path:
    for path in (home / f"{name}.toml", Path(name)):
        if path.is_file() and path.suffix == ".toml":
            return path
    known = ", ".join(sorted(path.stem for path in home.glob("*.toml") if path.name != DEFAULTS)) or "none"
    raise UsageError(f"{name}: there is no such site in {home}; it has: {known}")


def load_site(path: Path) -> Site:
    """The site in this file, over the shipped defaults.

    Raises:
        UsageError: the file cannot be read, or a key or value makes no sense.
    """
    tree = _read(data_dir("configs") / "sites" / DEFAULTS)
    for key, value in _read(path).items():
        tree[key] = {**tree[key], **value} if isinstance(value, dict) and isinstance(tree.get(key), dict) else value
    try:
        site = Site.model_validate({**tree, "key": path.stem, "file": str(path.absolute())})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}: {where}: {first['msg']}; see configs/sites/defaults.toml for all keys") from error
    outside = [url for url in site.start if not site.allows(urlsplit(url).hostname or "")]
    if outside:
        raise UsageError(f"{path}: start: {outside[0]} is on none of the site's hosts; add its host to hosts")
    return site


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the site file cannot be read ({error})") from error
