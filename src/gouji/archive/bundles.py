"""Files found, and the documents they make: which images belong together, and in what order.

The rule of `archive.images = "numbered"`: images of one folder whose names differ only in a number at their end
(page 01, page 02; 001, 002; 决算第1页, 决算第2页) are one document. A lone one stays alone, and so do names that end in
years (2023, 2024): those are different reports. "folder" binds all images of a folder, "single" none.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Literal

from gouji.archive.kinds import Kind
from gouji.records import Record

# 001 | page-12 | 决算第3页 | scan (7) | 图5张; what stands before the number is the document's name.
_NUMBERED = re.compile(r"^(?P<name>.*?)(?P<number>\d{1,9})\s*[页頁张張]?\s*[)）\]】]?$")
_YEARS = range(1980, 2100)
# Names that tell of the device or the page and not of the document: the folder's name is better.
_NAMELESS = {
    "",
    "page",
    "img",
    "image",
    "scan",
    "dsc",
    "dscn",
    "p",
    "pic",
    "photo",
    "doc",
    "第",
    "图",
    "扫描",
    "图片",
    "页面",
    "微信图片",
}


class Leaf(Record):
    """One file found. `place`: where, as a person would say it (`box.zip!年度/001.jpg`); `path`: where it can be read.

    `stamp` changes when the content does; `sha256` is that of the content, "" when it cannot be read.
    """

    place: str
    path: str
    kind: Kind
    size: int
    stamp: str
    sha256: str


class Bundle(Record):
    """One document: its leaves in page order. `sha256`: of the file, or of the images' hashes, one a line."""

    sha256: str
    name: str
    kind: Literal["file", "images", "office", "packed"]
    place: str
    leaves: tuple[Leaf, ...]
    code: str = ""
    reason: str = ""


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts page 2 before page 10."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts)


def bundles_of(leaves: Iterable[Leaf], images: Literal["numbered", "folder", "single"]) -> Iterator[Bundle]:
    """The documents that the leaves of one folder make, in natural order of their names."""
    loose: list[Leaf] = []
    groups: dict[str, list[Leaf]] = defaultdict(list)
    for leaf in sorted(leaves, key=lambda leaf: natural(leaf.place)):
        group = _group(leaf, images)
        if leaf.kind == "other":
            continue
        if group is None:
            loose.append(leaf)
        else:
            groups[group].append(leaf)
    for group, members in groups.items():
        if len(members) > 1 and not (images == "numbered" and _are_years(members)):
            yield bind(members, group)
        else:
            loose.extend(members)
    yield from (single(leaf) for leaf in sorted(loose, key=lambda leaf: natural(leaf.place)))


def _group(leaf: Leaf, images: str) -> str | None:
    """What the leaf shares with the others of its document; None for a document of its own."""
    if leaf.kind != "image" or images == "single":
        return None
    if images == "folder":
        return ""
    match = _NUMBERED.match(_stem(leaf))
    return None if match is None else match["name"].strip(" -_.（(【[")


def _stem(leaf: Leaf) -> str:
    return PurePosixPath(leaf.place.replace("!", "/")).stem


def _are_years(members: Sequence[Leaf]) -> bool:
    matches = [match for member in members if (match := _NUMBERED.match(_stem(member)))]
    return all(len(match["number"]) == 4 and int(match["number"]) in _YEARS for match in matches)


def single(leaf: Leaf) -> Bundle:
    """A document of one file."""
    kind: Literal["file", "office", "packed"] = "file"
    if leaf.kind in ("office", "packed"):
        kind = leaf.kind
    name = PurePosixPath(leaf.place.replace("!", "/")).name
    return Bundle(sha256=leaf.sha256, name=name, kind=kind, place=leaf.place, leaves=(leaf,))


def bind(members: Sequence[Leaf], group: str) -> Bundle:
    """A document of many images. An image that is there twice, under two names, is one page each."""
    digest = hashlib.sha256("\n".join(member.sha256 for member in members).encode()).hexdigest()
    folder, _, first = members[0].place.replace("!", "/").rpartition("/")
    own = group if group.lower() not in _NAMELESS else PurePosixPath(folder).name
    place = f"{members[0].place.removesuffix(first)}{PurePosixPath(first).name} … {_stem(members[-1])}"
    return Bundle(sha256=digest, name=own or _stem(members[0]), kind="images", place=place, leaves=tuple(members))
