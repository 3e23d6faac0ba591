"""Checks of running text: shares (N7), directions (N11), years (N12), placeholders (N13), statements (N14)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

from gouji.checks.book import Book, Figure, decimals
from gouji.checks.refs import resolve
from gouji.checks.rules import Identities, Prose
from gouji.checks.sums import Evaluation, share_check
from gouji.records import Check, Document, Paragraph, Pointer, Table
from gouji.zh import UNITS, parse_number, squeeze

_AMOUNT = r"(-?\d[\d,]*(?:\.\d+)?)(亿元|万元|千元|元)"
_SHARE = re.compile(
    _AMOUNT + r"[,，、;；]?(?:仅|约|分别)?占([^,，。;；%\d]{0,24}?)(?:的|比重|比例|比)?(?:为|是)?(\d+(?:\.\d+)?)%"
)
_DONE = re.compile(
    r"预算(?:数|批复数)?(?:为|是)?" + _AMOUNT + r"[,，](?:支出)?(?:决算|执行)(?:数)?(?:为|是)?" + _AMOUNT
    + r"[,，。;；](?:完成|占)(?:年初|全年|调整)?预算(?:数)?的?(\d+(?:\.\d+)?)%"
)  # fmt: skip
_DIRECTIONS = re.compile(r"(增加|减少)" + _AMOUNT + r"[,，](增长|上升|下降|降低|减少|增加)(\d+(?:\.\d+)?)%")
_RISING = ("增加", "增长", "上升")
_PLACEHOLDER = re.compile(r"[×xX＊*]{2,}(?:[.．·][×xX＊*]+)?(?=\s*(?:万元|元|%|年|个|人|辆|台|次|月|日))|×[.．]?×+")
_CHOICE = re.compile(r"(?:增加|增长|上升)[（(](?:减少|下降|降低)[）)]|(?:减少|下降|降低)[（(](?:增加|增长|上升)[）)]")
_YEAR = re.compile(r"(?<![\d.])(20\d\d)年")
_HEAD_YEAR = re.compile(r"(20\d\d)\s*年度?\s*(?:年初)?(?:预算|决算)数")
_CLAUSE_END = re.compile(r"[。；;]")


def evaluate_prose(
    book: Book, narrative: Sequence[Paragraph], document: Document, identities: Identities
) -> list[Evaluation]:
    """Every check of the paragraphs, in their order, then the statements of empty forms."""
    found: list[Evaluation] = []
    for paragraph in narrative:
        if "%" in paragraph.text or "％" in paragraph.text:
            found += _shares(book, squeeze(paragraph.text), _place(paragraph), identities)
        wording = partial(_wording, paragraph, document, identities.prose)
        said: list[Evaluation] = book.recall(wording, paragraph, document.fiscal_year, document.kind, identities)
        found += said
    for table in book.tables:
        heads: list[Evaluation] = book.recall(partial(_heads, table, document.fiscal_year), table, document.fiscal_year)
        found += heads
    return found + list(_statements(book, narrative, identities.prose))


def _place(paragraph: Paragraph) -> Pointer:
    return Pointer(page=paragraph.pages[0], box=paragraph.boxes[0]) if paragraph.pages else Pointer()


def _wording(paragraph: Paragraph, document: Document, words: Prose) -> list[Evaluation]:
    """What is told by the paragraph alone: N11, N13 and, of the report's year and kind, N12."""
    text, place = squeeze(paragraph.text), _place(paragraph)
    found = [*_directions(text, place), *_placeholders(text, place)]
    if paragraph.kind == "paragraph" and document.fiscal_year is not None:
        found += _years(text, place, document, words)
    return found


def _figure(number: str, unit: str, place: Pointer) -> Figure:
    factor = Decimal(UNITS.get(unit, 1))
    value = parse_number(number) or Decimal(0)
    return Figure(value * factor, Decimal(1).scaleb(-decimals(number)) * factor, place, number, 1.0, factor)


# --- N7: shares and completed budgets ---------------------------------------------------------------------------------


def _shares(book: Book, text: str, place: Pointer, identities: Identities) -> Iterator[Evaluation]:
    yield from _done(text, place)
    said = list(_SHARE.finditer(text))
    for match in said:
        rate, part = _figure(match.group(4), "", place), _figure(match.group(1), match.group(2), place)
        wholes = _wholes(book, match.group(3), place, identities)
        if not wholes and match.group(3) in ("", "总支出", "总收入", "支出", "收入"):
            wholes = _leading(text, said, place)
        if wholes and part.amount:
            yield from _share(match.group(0), rate, part, wholes)


def _done(text: str, place: Pointer) -> Iterator[Evaluation]:
    for match in _DONE.finditer(text):
        budget, actual = _figure(match.group(1), match.group(2), place), _figure(match.group(3), match.group(4), place)
        says = f"完成预算的百分比应等于决算数除以预算数（{match.group(0)}）"
        each = share_check("N7", says, _figure(match.group(5), "", place), actual, budget)
        if each is not None:
            yield each


def _wholes(book: Book, named: str, place: Pointer, identities: Identities) -> list[Figure]:
    """The whole that the clause names, as a table has it."""
    for words, refs in identities.prose.wholes.items():
        if named and named.endswith(words):
            found = [figure for ref in refs for figure in resolve(book, ref, identities).figures]
            return found[:1]
    return []


def _leading(text: str, said: Sequence[re.Match[str]], place: Pointer) -> list[Figure]:
    """The amount that the paragraph begins with, if it is the whole of the parts that follow with their shares."""
    first = re.search(_AMOUNT, text[: said[0].start(1)])
    if first is None:
        return []
    whole = _figure(first.group(1), first.group(2), place)
    parts = [_figure(match.group(1), match.group(2), place).amount for match in said if not match.group(3)]
    return [whole] if abs(sum(parts, Decimal(0)) - whole.amount) <= whole.step * len(parts) else []


def _share(clause: str, rate: Figure, part: Figure, wholes: Sequence[Figure]) -> Iterator[Evaluation]:
    says = f"占比应等于部分除以总体（{clause}）"
    found = [each for whole in wholes if (each := share_check("N7", says, rate, part, whole)) is not None]
    if found:
        yield min(found, key=lambda each: ("pass", "rounding", "fail").index(each.check.status))


# --- N11, N12, N13 ----------------------------------------------------------------------------------------------------


def _directions(text: str, place: Pointer) -> Iterator[Evaluation]:
    for match in _DIRECTIONS.finditer(text):
        agree = (match.group(1) in _RISING) == (match.group(4) in _RISING)
        zero = not any(digit in "123456789" for digit in match.group(2) + match.group(5))
        if not agree and not zero:
            yield _fail("N11", f"增减方向前后不一致（{match.group(0)}）", place)


def _placeholders(text: str, place: Pointer) -> Iterator[Evaluation]:
    for match in _PLACEHOLDER.finditer(text):
        around = text[max(0, match.start() - 20) : match.end() + 4]
        yield _fail("N13", f"模板占位符未填写（{around}）", place)
    choices = _CHOICE.findall(text)
    if choices:
        yield _fail("N13", f"模板选择用语未删改（{choices[0]}，{len(choices)}处）", place)


def _years(text: str, place: Pointer, document: Document, words: Prose) -> Iterator[Evaluation]:
    """N12: a clause about the report's year that names an earlier one. Comparisons, causes and titles may name it."""
    for match in _YEAR.finditer(text):
        if int(match.group(1)) >= (document.fiscal_year or 0) or _in_brackets(text, match.start()):
            continue
        start = max((found.end() for found in _CLAUSE_END.finditer(text, 0, match.start())), default=0)
        before, after = text[start : match.start()], _CLAUSE_END.split(text[match.end() :])[0]
        if _speaks_of_year(before, after.removeprefix("度"), document, words):
            around = (before[-12:] + match.group(0) + after)[:44]
            yield _fail("N12", f"年度应为{document.fiscal_year}年（{around}）", place)


def _heads(table: Table, fiscal_year: int | None) -> list[Evaluation]:
    """N12: a form whose heads name years, but not the report's: the column of this year's figures is misnamed."""
    named = {int(year): cell for cell in table.cells if cell.header for year in _HEAD_YEAR.findall(cell.text)}
    if table.form is None or fiscal_year is None or not named or max(named) >= fiscal_year:
        return []
    cell = named[max(named)]
    place = Pointer(table=table.id, row=cell.row, col=cell.col, page=cell.page, box=cell.box)
    return [_fail("N12", f"表头年度应为{fiscal_year}年（{''.join(cell.text.split())}）", place)]


def _in_brackets(text: str, place: int) -> bool:
    return any(
        text.rfind(a, 0, place) > text.rfind(b, 0, place) for a, b in ("()", "（）", "〔〕", "《》", "[]", "【】")
    )


def _speaks_of_year(before: str, after: str, document: Document, words: Prose) -> bool:
    clause = re.split(r"[,，:：、]", before)[-1]
    if any(word in before for word in words.cause) or f"{document.fiscal_year}年" in before + after:
        return False
    if re.match(r"\d+月(?:\d+日)?", after):
        return "保有量" in after and document.kind == "final_account"
    if any(clause.endswith(word) for word in words.compared) or after.startswith(words.compared_after):
        return False
    if document.kind != "final_account" or re.match(
        r"[^,，]{0,12}(?:年|月)(?:度)?[^,，]{0,4}(?:成立|印发|批准|设立)", after
    ):
        return False
    follows = after.lstrip("，,")
    near = re.split(r"[,，]", follows)[0]
    return follows.startswith(words.spoken_first) or any(word in near or word in clause for word in words.spoken_of)


def _fail(rule: str, says: str, place: Pointer) -> Evaluation:
    return Evaluation(Check(rule=rule, status="fail", message=says, kind="other", operands=(place,)))


# --- N14 --------------------------------------------------------------------------------------------------------------


def _statements(book: Book, narrative: Sequence[Paragraph], words: Prose) -> Iterator[Evaluation]:
    denials = book.recall(partial(_denials, narrative, words), tuple(narrative), words)
    for form, about in words.statements.items():
        in_text = any(word in sentence for sentence in denials for word in about)
        for table in (table for table in book.tables if table.form == form):
            filled = book.recall(partial(_is_filled, table), table)
            notes = [squeeze(note) for note in table.notes]
            said = in_text or any(_denies(note, about, words.no_such) for note in notes)
            denied = any(_denies(note, ("",), ("空表", "没有", "无此", "故本表", "本表为空")) for note in notes)
            yield _statement(form, table.id, table.pages[0], filled, said, denied)


def _denials(narrative: Sequence[Paragraph], words: Prose) -> list[str]:
    """The sentences that say of something that there is none."""
    sentences = [sentence for paragraph in narrative for sentence in _CLAUSE_END.split(squeeze(paragraph.text))]
    return [sentence for sentence in sentences if any(no in sentence for no in words.no_such)]


def _is_filled(table: Table) -> bool:
    return any(cell.value for cell in table.cells if not cell.header and cell.row >= table.header_rows)


def _denies(text: str, about: Sequence[str], no_such: Sequence[str]) -> bool:
    sentences = _CLAUSE_END.split(text)
    return any(any(a in s for a in about) and any(no in s for no in no_such) for s in sentences)


def _statement(form: str, table: str, page: int, filled: bool, said: bool, denied: bool) -> Evaluation:
    place = Pointer(table=table, page=page)
    if not filled and not said:
        return _fail("N14", "空表未附说明", place)
    if filled and denied:
        return _fail("N14", "表中有数，表下却说明为空表", place)
    return Evaluation(
        Check(rule="N14", status="pass", message="空表应附说明，有数的表不应说明为空表", operands=(place,))
    )
