"""HTML: the document as one page that needs nothing beside it.

Its text with its tables in their layout, its facts marked in the sentences that state them, its findings and the checks
that fail, and, where the source is at hand, pictures of the places.
Everything from the document is escaped; the page runs no script and fetches nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise

from gouji.exports.choices import Choices, Crop, Files
from gouji.exports.order import caption, in_order
from gouji.geometry import Box
from gouji.records import Cell, Check, Fact, Finding, Paragraph, Pointer, Report, Table

KINDS = {"final_account": "决算", "budget": "预算", "unknown": "未知"}
SEVERITIES = {"error": "错误", "warning": "警告", "info": "提示"}
_DOUBTS = ("low_confidence", "alternatives", "check:")
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.7 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; color: #1b1b1b; background: #fff }
h1, h2, h3, h4, h5, h6, th, summary, caption, dl { font-family: "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }
.wide { overflow-x: auto }
table { border-collapse: collapse; margin: 1rem 0; font-size: .85rem }
caption { text-align: left; font-weight: bold; padding: .3rem 0 }
th, td { border: 1px solid #8a8a8a; padding: .15rem .5rem; white-space: pre-line }
th { background: #f1f1ee }
td.number { text-align: right; font-variant-numeric: tabular-nums }
td.doubt, li.warning, li.error { background: #fff1cc }
td.corrected { background: #dff0e0 }
mark { background: #d9e8ff; color: inherit; border-bottom: 1px solid #35609f }
img { max-width: 100%; border: 1px solid #bbb }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem }
dd { margin: 0 }
.where { color: #595959; font-size: .8rem }
"""  # noqa: E501


def to_html(report: Report, name: str, choices: Choices) -> Files:
    """`NAME.html`."""
    title = escape(report.document.title or report.source.file)
    head = (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    )
    return {f"{name}.html": (head + "\n".join(_body(report, choices.crop)) + "\n</body>\n</html>\n").encode()}


def _body(report: Report, crop: Crop | None) -> Iterator[str]:
    yield _about(report)
    yield from _findings(report.findings, crop)
    yield from _failures([check for check in report.checks if check.status == "fail"])
    for part in in_order(report):
        yield _paragraph(part, report.facts) if isinstance(part, Paragraph) else _table(part, crop)
    yield from _facts(report.facts)


def _about(report: Report) -> str:
    document, source, made = report.document, report.source, report.made_by
    said = {
        "单位": document.organization,
        "年度": document.fiscal_year,
        "类型": KINDS[document.kind],
        "公开日期": document.published,
        "文件": source.file,
        "来源": source.url,
        "页数": source.pages,
        "sha256": source.sha256,
        "读取": f"gouji {made.gouji}，{made.engine}",
    }
    lines = (f"<dt>{escape(k)}</dt><dd>{escape(str(v))}</dd>" for k, v in said.items() if v is not None)
    return f"<dl>{''.join(lines)}</dl>"


# --- what to look at -------------------------------------------------------------------------------------------------


def _findings(findings: Sequence[Finding], crop: Crop | None) -> Iterator[str]:
    if findings:
        yield "<h2>需要核对之处</h2>\n<ul>"
        yield from (_finding(finding, crop) for finding in findings)
        yield "</ul>"


def _finding(finding: Finding, crop: Crop | None) -> str:
    message = f"{SEVERITIES[finding.severity]}：{finding.message}"
    where, picture = _where(finding.pointers), "".join(_pictures(finding.pointers[:1], crop))
    return f'<li class="{finding.severity}">{escape(message)}{where}{picture}</li>'


def _failures(checks: Sequence[Check]) -> Iterator[str]:
    if checks:
        heads = "".join(f"<th>{head}</th>" for head in ("规则", "说明", "应为", "实为", "相差"))
        yield f'<h2>不成立的勾稽关系</h2>\n<div class="wide"><table><tr>{heads}</tr>'
        for check in checks:
            figures = (check.expected, check.actual, check.difference)
            numbers = "".join(f'<td class="number">{"" if n is None else f"{n:,f}"}</td>' for n in figures)
            told = escape(check.message) + _where(check.operands[:1])
            yield f"<tr><td>{escape(check.rule)}</td><td>{told}</td>{numbers}</tr>"
        yield "</table></div>"


def _where(pointers: Sequence[Pointer]) -> str:
    pages = sorted({pointer.page for pointer in pointers if pointer.page is not None})
    return f' <span class="where">第 {"、".join(map(str, pages))} 页</span>' if pages else ""


def _pictures(pointers: Iterable[Pointer], crop: Crop | None) -> Iterator[str]:
    for pointer in pointers:
        if pointer.page is not None and pointer.box is not None:
            yield _picture(pointer.page, pointer.box, crop)


def _picture(page: int, box: Box, crop: Crop | None) -> str:
    picture = crop(page, box) if crop is not None else None
    if picture is None:
        return ""
    data = base64.b64encode(picture).decode()
    shown = f'<img alt="原件第 {page} 页" src="data:image/webp;base64,{data}">'
    return f"<details><summary>原件第 {page} 页</summary>{shown}</details>"


# --- the document ----------------------------------------------------------------------------------------------------


def _paragraph(paragraph: Paragraph, facts: Sequence[Fact]) -> str:
    if paragraph.kind == "heading":
        level = min(6, len(paragraph.section) + 2)
        return f"<h{level}>{escape(paragraph.text)}</h{level}>"
    own = [(fact, clause) for fact in facts for page, clause in _clauses(fact) if page in paragraph.pages]
    return f"<p>{''.join(_marked(paragraph.text, own))}</p>"


def _clauses(fact: Fact) -> set[tuple[int, str]]:
    """The pages and words of all places that state the fact."""
    return {(fact.page, fact.evidence), *((place.page, place.evidence) for place in fact.places)}


def _marked(text: str, facts: Sequence[tuple[Fact, str]]) -> Iterator[str]:
    """The text, escaped, each stretch that states facts in one mark that tells them; facts may share a stretch."""
    spans = [(start, start + len(words), f) for f, words in facts if words and (start := text.find(words)) >= 0]
    cuts = sorted({0, len(text), *(edge for start, stop, _ in spans for edge in (start, stop))})
    for start, stop in pairwise(cuts):
        piece = escape(text[start:stop])
        told = "；".join(_told(fact) for a, b, fact in spans if a <= start and stop <= b)
        yield f'<mark title="{escape(told)}">{piece}</mark>' if told else piece


def _told(fact: Fact) -> str:
    subject = f"，{fact.subject}" if fact.subject else ""
    return f"{fact.key} = {fact.value:,f} {fact.unit}{subject}"


def _table(table: Table, crop: Crop | None) -> str:
    rows: list[list[str]] = [[] for _ in range(table.n_rows)]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.col)):
        rows[cell.row].append(_cell(cell))
    lines = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    notes = "".join(f"<p>{escape(note)}</p>" for note in table.notes)
    pictures = "".join(_picture(page, box, crop) for page, box in frames(table))
    where = f' <span class="where">第 {"、".join(map(str, table.pages))} 页</span>'
    head = f"<caption>{escape(caption(table))}{where}</caption>"
    return f'<div class="wide"><table id="{escape(table.id)}">{head}\n{lines}\n</table></div>{notes}{pictures}'


def frames(table: Table) -> Iterator[tuple[int, Box]]:
    """The box around the table's cells on each of its pages."""
    for page in table.pages:
        boxes = [cell.box for cell in table.cells if cell.page == page]
        if boxes:
            x0, y0, x1, y1 = zip(*boxes, strict=True)
            yield page, (min(x0), min(y0), max(x1), max(y1))


def _cell(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    spans = "".join(f' {n}span="{k}"' for n, k in (("row", cell.row_span), ("col", cell.col_span)) if k > 1)
    marks = " ".join(_classes(cell))
    told = "；".join((f"第 {cell.page} 页", *cell.flags, *(f"或为 {text}" for text in cell.alternatives)))
    title = f' title="{escape(told)}"' if cell.flags or cell.alternatives else ""
    kind = f' class="{marks}"' if marks else ""
    return f"<{tag}{spans}{kind}{title}>{escape(cell.text)}</{tag}>"


def _classes(cell: Cell) -> Iterator[str]:
    if cell.value is not None:
        yield "number"
    if any(flag.startswith(_DOUBTS) for flag in cell.flags):
        yield "doubt"
    if any(flag.startswith("corrected:") for flag in cell.flags):
        yield "corrected"


def _facts(facts: Sequence[Fact]) -> Iterator[str]:
    if facts:
        heads = "".join(f"<th>{head}</th>" for head in ("指标", "数值", "单位", "对象", "年度", "页", "原文"))
        yield f'<h2>文字说明中的数据</h2>\n<div class="wide"><table><tr>{heads}</tr>'
        yield from (_fact(fact) for fact in facts)
        yield "</table></div>"


def _fact(fact: Fact) -> str:
    cells = (fact.unit, fact.subject or "", str(fact.year or ""), str(fact.page), fact.evidence)
    rest = "".join(f"<td>{escape(text)}</td>" for text in cells)
    return f'<tr><td>{escape(fact.key)}</td><td class="number">{fact.value:,f}</td>{rest}</tr>'
