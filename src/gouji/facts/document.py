"""What the report is: its title, whose it is, for which year, of which kind, and when it was published."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median
from typing import Literal

from gouji.facts.narrative import Narrative
from gouji.geometry import height
from gouji.records import Document, Line, Table
from gouji.zh import normalise, squeeze

Kind = Literal["final_account", "budget", "unknown"]

FIRST_PASSAGES = 12
_TITLE = re.compile(
    r"(?:部门|单位|财政|年度|整体|本级|汇总|）|\))*(?:决算|预算)(?:公开)?(?:报告|说明|情况|公开|信息|文本|草案)*(?:[（(][^）)]*[）)])?$"
)
_YEAR = re.compile(r"(20\d\d)年?度?")
_HANZI_YEAR = re.compile(r"二[〇○零Oo0]([一二三四五六七八九〇○零])([一二三四五六七八九〇○零])年")
_DATE = re.compile(r"(20\d\d)年(\d{1,2})月(\d{1,2})日|(20\d\d)[.\-/](\d{1,2})[.\-/](\d{1,2})")
_ORGANISATION = re.compile(
    r"[\u4e00-\u9fff（）()·]{2,40}?(?:委员会办公室|人民政府办公室|人民政府|人民法院|人民检察院|委员会|办事处|办公室|管理局|管理处|管理所|管理中心|服务中心|卫生院|分局|总局|医院|学院|大学|学校|中学|小学"
    r"|幼儿园|中心|总队|支队|大队|法院|检察院|政府|联合会|协会|党校|总工会|工会|团委|妇联|局|厅|委|办|部|院|校|所|站|馆|社|处|署)(?:[（(](?:本级|汇总|机关|本部)[）)]|本级|机关)?"
)
_NAMED = re.compile(
    r"^(?:编制)?(?:部门|单位|预算部门|预算单位|部门名称|单位名称|编制单位|填报单位|公开部门|公开单位|部门（单位）)[：:](?!(?:人民币)?[百千万亿]*元)(.{2,40})$"
)
_PART = re.compile(r"第[一二三四五六七八九十]+部分|[一二三四五六七八九十]{1,3}[、.．]|目录")
# What no title has: the marks of a sentence, as in the note below a table; a form's name, perhaps with a stray sign.
_NO_TITLE = re.compile(r"[，。；]|^(?:备?注|说明)\d*[：:]|支出[决预]算|表[^表]{0,3}$")
_DIGIT = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"○": 0, "零": 0}


def describe_document(narrative: Narrative, first_lines: Sequence[Line], tables: Sequence[Table] = ()) -> Document:
    """The document's description from its cover, first paragraphs and tables' captions; what is not found stays None.

    `first_lines` are the lines of the first pages (the cover), in reading order.
    """
    opening = [squeeze(line.text) for line in first_lines]
    heads = [squeeze(passage.text) for passage in narrative.passages[:FIRST_PASSAGES]]
    cover = [squeeze(p.text) for p in narrative.passages[:FIRST_PASSAGES] if p.paragraph.pages[:1] == (1,)]
    title = _printed_title(cover) or _printed_title([*opening, *heads]) or _display_line(first_lines)
    texts = [title or "", *opening, *heads]
    captions = [squeeze(text) for table in tables for text in (table.title, table.organization) if text]
    return Document(
        title=title,
        organization=_organisation(title, texts, tables, narrative),
        fiscal_year=_fiscal_year(title, texts, captions, narrative),
        kind=_kind(title, texts, captions, narrative),
        published=_published(texts),
    )


def _printed_title(texts: Sequence[str]) -> str | None:
    """The cover's title, put together when it is broken over lines ("2024年度" over "某某局部门决算")."""
    short = [
        text for text in texts
        if 4 <= len(text) <= 60 and not text.startswith(("目录", "第")) and not _NO_TITLE.search(text)
    ]  # fmt: skip
    for index, text in enumerate(short):
        if not _TITLE.search(text) or re.match(r"[一二三四五六七八九十]+[、.]", text):
            continue
        parts = [text]
        for above in reversed(short[:index]):
            if _ORGANISATION.fullmatch(above) or re.fullmatch(r".*20\d\d年?度?(?:部门|单位)?", above):
                parts.insert(0, above)
            else:
                break
        return "".join(parts)
    return None


def _display_line(lines: Sequence[Line]) -> str | None:
    """The largest line that may be a title: set larger than the rest, no heading, no form's title, about accounts."""
    if not lines:
        return None
    usual = median(height(line.box) for line in lines)
    large = [squeeze(line.text) for line in sorted(lines, key=lambda line: -height(line.box)) if _is_large(line, usual)]
    return next((text for text in large if re.search(r"决算|预算|公开", text)), None)


def _is_large(line: Line, usual: float) -> bool:
    text = squeeze(line.text)
    return (
        height(line.box) >= 1.3 * usual and 6 <= len(text) <= 50 and not (_PART.match(text) or _NO_TITLE.search(text))
    )


def _years(texts: Iterable[str]) -> list[int]:
    found = []
    for text in texts:
        found += [int(year[1]) for year in _YEAR.finditer(text)]
        found += [2000 + _DIGIT[year[1]] * 10 + _DIGIT[year[2]] for year in _HANZI_YEAR.finditer(text)]
    return found


def _fiscal_year(title: str | None, texts: Sequence[str], captions: Sequence[str], narrative: Narrative) -> int | None:
    """The title's year, else the year that headings and captions name most often, else the narrative's."""
    if title and _years([title]):
        return _years([title])[0]
    headings = [squeeze(p.text) for p in narrative.passages if p.paragraph.kind == "heading"]
    for source in (
        [*headings, *captions],
        [t for t in texts if not _DATE.search(t)],
        [p.text for p in narrative.passages],
    ):
        counted = Counter(_years(map(squeeze, source)))
        if counted:
            return counted.most_common(1)[0][0]
    return None


def _kind(title: str | None, texts: Sequence[str], captions: Sequence[str], narrative: Narrative) -> Kind:
    headings = [squeeze(p.text) for p in narrative.passages if p.paragraph.kind == "heading"]
    for source in ([title or ""], [*headings, *captions], texts[:6], [p.text for p in narrative.passages]):
        joined = re.sub(
            r"(?:一般公共|政府性基金|国有资本经营|公共财政)预算|预算(?:绩效|单位|管理|财政拨款)", "", "\n".join(source)
        )
        final, budget = joined.count("决算"), joined.count("预算")
        if final or budget:
            return "final_account" if final and final * 2 >= budget else "budget"
    return "unknown"


def _organisation(title: str | None, texts: Sequence[str], tables: Sequence[Table], narrative: Narrative) -> str | None:
    """The body named in the title, else on the cover ("部门：…"), else in the tables' captions."""
    if title:
        plain = re.sub(r"20\d\d年?(?:度)?|关于|[0-9]", "", title)
        plain = re.sub(r"(?:部门|单位|财政)?(?:整体)?(?:决算|预算).*$", "", plain)
        if len(plain) >= 3:
            return _without_kind(plain)
    for text in texts:
        named = _NAMED.match(text)
        if named:
            return named[1]
    stated = Counter(table.organization for table in tables if table.organization)
    if stated:
        return stated.most_common(1)[0][0]
    for passage in narrative.passages[:FIRST_PASSAGES]:
        found = re.match(rf"第一部分({_ORGANISATION.pattern})(?:部门|单位)?概况", squeeze(passage.text))
        if found:
            return found[1]
    return None


def _without_kind(name: str) -> str:
    """The name without what is left of the title's own words at its ends."""
    return re.sub(r"^(?:附件\d*[：:]?|年度)|(?:年度|部门|单位)$", "", normalise(name)).strip("：:（(") or name


def _published(texts: Sequence[str]) -> date | None:
    for text in texts:
        found = _DATE.search(text)
        if found:
            year, month, day = (int(part) for part in found.groups() if part)
            try:
                return date(year, month, day)
            except ValueError:
                continue
    return None
