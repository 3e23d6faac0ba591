"""The narrative's facts against the tables, against each other, and against what numbers can be."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from gouji.checks.book import Book, Figure, decimals
from gouji.checks.refs import resolve
from gouji.checks.rules import Identities, Parts, Stated
from gouji.checks.sums import Evaluation, compare, judge, share_check, skip, total
from gouji.records import Check, Fact, Pointer
from gouji.zh import UNITS, normalise, parse_number

_NUMBER = re.compile(r"(-?\d[\d,，]*(?:[.．]\d+)?)\s*(亿元|万元|千元|元|%|％)?")
_UP, _DOWN = ("增加", "增长", "上升", "提高"), ("减少", "下降", "降低")
_PLACES = {"元": 2, "千元": 2, "万元": 2, "亿元": 4}
_SCORES = ("score.project", "score.department")


def fact_figures(facts: Sequence[Fact]) -> list[Figure]:
    """The facts as figures, in their order; the printed step is read off the evidence."""
    return [_figure(fact, index) for index, fact in enumerate(facts)]


def _figure(fact: Fact, index: int) -> Figure:
    pointer = Pointer(fact=index, page=fact.page, box=fact.box)
    for number in _NUMBER.finditer(normalise(fact.evidence)):
        value = parse_number(number.group(1))
        factor = Decimal(UNITS.get(number.group(2) or "", 1))
        if value is not None and abs(value * factor) == abs(fact.value):
            step = Decimal(1).scaleb(-decimals(number.group(1))) * factor
            return Figure(fact.value, step, pointer, number.group(1), fact.confidence, factor, fact.key)
    step = Decimal(100) if fact.unit == "元" else Decimal(1).scaleb(-decimals(str(fact.value)))
    return Figure(fact.value, step, pointer, str(fact.value), fact.confidence, Decimal(1), fact.key)


def evaluate_facts(book: Book, facts: Sequence[Fact], year: int | None, identities: Identities) -> list[Evaluation]:
    """N1–N6 and N8–N11, and N7 for changes and projects."""
    figures = fact_figures(facts)
    by_key: dict[str, list[Figure]] = defaultdict(list)
    for fact, figure in zip(facts, figures, strict=True):
        if fact.year is None or year is None or fact.year == year:
            by_key[fact.key].append(figure)
    found = [each for stated in identities.stated for each in _stated(book, stated, by_key[stated.key], identities)]
    found += [each for parts in identities.parts for each in _parts(parts, by_key)]
    found += _changes(by_key, facts)
    found += _projects(facts, figures)
    found += [_score(figure) for key in _SCORES for figure in by_key[key]]
    found += [_direction(fact, figure) for fact, figure in zip(facts, figures, strict=True) if "change" in fact.key]
    return found


def _stated(book: Book, stated: Stated, figures: Sequence[Figure], identities: Identities) -> list[Evaluation]:
    """Each statement of the fact against the table figures it may mean, the first of them in doubt.

    Where several bodies have their forms in the report it may mean any of them, so none is contradicted.
    A statement with a figure that the table has in another place is no contradiction: it may speak of that. Beside one
    that agrees, another that no slip explains speaks of something else (a part of the body, another year).
    """
    if not figures:
        return []
    resolved = [resolve(part, ref, identities).figures for part in book.sets for ref in stated.figures]
    tables = [list(against) for against in resolved if against]
    if not tables:
        return [skip(stated.rule, stated.says, "表中没有对应的数")]
    nearest = [min(tables, key=lambda table: judge([figure], table) == "fail") for figure in figures]
    found = [compare(stated.rule, stated.says, [figure], table) for figure, table in zip(figures, nearest, strict=True)]
    others = {figure.amount for figure in _sheet_figures(book, tables[0][0]) if figure.amount}
    agreed = any(each.check.status != "fail" for each in found)
    odd = ("other",) if agreed else ()
    kept = [
        each
        for each in found
        if each.check.status != "fail" or (each.left[0].amount not in others and each.check.kind not in odd)
    ]
    if len(book.sets) > 1:
        kept = [each for each in kept if each.check.status != "fail"]
    return kept or [skip(stated.rule, stated.says, "正文的数与表中另一处相同，或同一报表有多张，所指不明")]


def _sheet_figures(book: Book, figure: Figure) -> Iterable[Figure]:
    table = figure.pointer.table
    for sheets in book.sheets.values():
        for sheet in sheets:
            if any(part.id == table for part in sheet.tables):
                yield from (each for row in sheet.rows for each in row.figures.values())


def _parts(parts: Parts, by_key: dict[str, list[Figure]]) -> list[Evaluation]:
    whole = by_key[parts.whole]
    stated = [by_key[key][0] for key in parts.parts if by_key[key]]
    if not whole or not stated:
        return []
    in_all = total(stated)
    best = min(whole, key=lambda figure: abs(figure.amount - in_all))
    each = compare(parts.rule, parts.says, [best if parts.relation == "=" else whole[0]], stated, parts.relation)
    told = by_key[parts.complete] if parts.complete else len(stated) == len(parts.parts)
    unsure = parts.relation == "=" and not told and in_all < best.amount
    return [] if unsure and each.check.status == "fail" else [each]


def _changes(by_key: dict[str, list[Figure]], facts: Sequence[Fact]) -> list[Evaluation]:
    """change% = change ÷ last year (this year − change): each percentage with the change said beside it."""
    found = []
    for key, shares in list(by_key.items()):
        if not key.endswith(".change_pct"):
            continue
        stem = key.removesuffix(".change_pct")
        for share in shares:
            change = _beside(share, by_key[f"{stem}.change"], facts)
            now = _beside(share, by_key[stem], facts)
            if change is not None and now is not None and change.amount:
                found.extend(_change(share, change, now, facts))
    return found


def _beside(figure: Figure, others: Sequence[Figure], facts: Sequence[Fact]) -> Figure | None:
    """The other fact that is said nearest to this one, first of all in the same clause."""
    place = figure.pointer.fact or 0
    clause = facts[place].evidence
    return min(
        others, key=lambda other: (other.text not in clause, abs((other.pointer.fact or 0) - place)), default=None
    )


def _change(share: Figure, change: Figure, now: Figure, facts: Sequence[Fact]) -> list[Evaluation]:
    before = Figure(now.amount - change.amount, now.step + change.step, now.pointer, now.text)
    evidence = facts[share.pointer.fact or 0].evidence
    each = share_check("N7", f"变动幅度应等于变动额除以上年数（{_clause(evidence)}）", share, change, before)
    return [each] if each is not None and before.amount > 0 else []


def _clause(evidence: str) -> str:
    text = "".join(evidence.split())
    return text if len(text) <= 40 else text[:38] + "……"


def _projects(facts: Sequence[Fact], figures: Sequence[Figure]) -> list[Evaluation]:
    """完成% = executed ÷ budget of every project."""
    groups: list[dict[str, Figure]] = []
    last: str | None = None
    for fact, figure in zip(facts, figures, strict=True):
        if not fact.key.startswith("project."):
            continue
        if not groups or fact.subject != last or fact.key in groups[-1]:
            groups.append({})
        last = fact.subject
        groups[-1][fact.key] = figure
    found = []
    for group in groups:
        trio = [group.get(f"project.{name}") for name in ("execution_rate", "executed", "budget")]
        if all(trio):
            name = facts[trio[0].pointer.fact or 0].subject or ""  # type: ignore[union-attr]
            each = share_check("N7", f"执行率应等于执行数除以全年预算数（{name}）", *trio)  # type: ignore[arg-type]
            found.extend([each] if each is not None else [])
    return found


def _score(figure: Figure) -> Evaluation:
    fine = 0 <= figure.amount <= 100
    check = Check(
        rule="N10", status="pass" if fine else "fail", message="自评得分应在0至100之间", actual=figure.amount,
        kind=None if fine else "other", operands=(figure.pointer,),
    )  # fmt: skip
    return Evaluation(check)


def _direction(fact: Fact, figure: Figure) -> Evaluation:
    """N11: the word before the figure says which way it went, and the change's sign must say the same."""
    text = "".join(normalise(fact.evidence).split())
    place = text.find(figure.text.lstrip("-"))
    before = text[:place] if place >= 0 else text
    up, down = (max((before.rfind(word) for word in words), default=-1) for words in (_UP, _DOWN))
    minus = place > 0 and text[place - 1] in "-－—"
    wrong = minus and (up >= 0 or down >= 0) and figure.amount != 0
    check = Check(
        rule="N11", status="fail" if wrong else "pass", kind="sign" if wrong else None, actual=figure.amount,
        message=f"增减方向与正负号应当一致（{_clause(fact.evidence)}）", operands=(figure.pointer,),
    )  # fmt: skip
    return Evaluation(check)
