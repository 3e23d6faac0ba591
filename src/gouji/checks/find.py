"""Findings: what an auditor would write about the checks, worst first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from gouji.checks.book import CellKey
from gouji.checks.flag import LOW_CONFIDENCE
from gouji.checks.suggest import Candidate
from gouji.checks.sums import NOTES, Evaluation, printed
from gouji.checks.units import is_of_two_units, unit_findings
from gouji.checks.unread import runs_over
from gouji.records import Check, Finding, Page, Pointer, Table
from gouji.zh import UNITS

Severity = Literal["error", "warning", "info"]
_SEVERITY = {"error": 0, "warning": 1, "info": 2}
_KINDS = {
    "digit": "疑为一位数字之差",
    "shift": "疑为小数点错位",
    "sign": "疑为正负号之误",
    "unit": "疑为计量单位之误（相差一万倍）",
}
_CODES = {
    "N12": "text.year",
    "N13": "text.placeholder",
    "N14": "form.statement",
    "N11": "text.direction",
    "X12": "form.names",
}
_MOST_POINTERS = 40


def find(
    tables: Sequence[Table], evaluations: Sequence[Evaluation], suggested: Sequence[tuple[Candidate, ...]],
    pages: Sequence[Page], doubtful: Sequence[CellKey], unread: Collection[CellKey], sure: float,
) -> tuple[Finding, ...]:  # fmt: skip
    """Findings of failed checks, then one line on rounding; unread pages; numbers read with doubt, counted.

    A failure over `doubtful` cells, along a line with an `unread` one, or over facts read with less than `sure`, is a
    matter of reading before the publisher's.
    """
    known, unsure = {table.id: table for table in tables}, set(doubtful)
    settled = {id(each) for equals in suggested for candidate in equals for each in candidate.fixed}
    scanned = {page.page for page in pages if page.origin == "scan"}
    failed = [each for each in evaluations if each.check.status == "fail"]
    found = [_unread(page) for page in pages if page.status == "unread"]
    found += [_suggested(known, equals, scanned) for equals in suggested]
    units = [each for each in failed if is_of_two_units(each)]
    found += unit_findings(tables, units)
    settled |= {id(each) for each in units}
    left = _once(each for each in failed if id(each) not in settled)
    found += [_failed(known, each, _is_unsure(each, unsure, sure) or runs_over(each, unread)) for each in left]
    found += _rounding([each.check for each in evaluations if each.check.status == "rounding"])
    found += _low_confidence(tables)
    return worst_first(found)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings from errors to mere information, each kind in the order given."""
    return tuple(sorted(findings, key=lambda finding: _SEVERITY[finding.severity]))


def _once(failed: Iterable[Evaluation]) -> list[Evaluation]:
    """Of failures that say the same of the same sums (two columns of a row, a clause and its facts) only the first."""
    first: dict[object, Evaluation] = {}
    for each in failed:
        check = each.check
        place = check.operands[0] if check.operands else Pointer()
        said = check.message if check.actual is None or each.left else check.rule
        first.setdefault((check.rule, said, place.table, place.page, check.actual, check.expected), each)
    return list(first.values())


def _unread(page: Page) -> Finding:
    message = f"第{page.page}页未能识读：{page.error or '原因不明'}"
    return Finding(code="page.unread", severity="error", message=message, pointers=(Pointer(page=page.page),))


def _suggested(tables: Mapping[str, Table], equals: Sequence[Candidate], scanned: set[int]) -> Finding:
    checks = list({id(each): each.check for candidate in equals for each in candidate.fixed}.values())
    reading = any(candidate.figure.pointer.page in scanned for candidate in equals)
    each = "；或者".join(
        f"{_place(tables, candidate.figure.pointer)}“{candidate.figure.label}”为{candidate.figure.text}，"
        f"若为{printed(candidate.figure, candidate.amount)}，则{_rules(candidate)}成立"
        for candidate in equals
    )
    if all(check.status == "rounding" for check in checks):
        message = f"{each}，且全表别处无尾差；请对照原件"
        return Finding(code="check.odd_residual", severity="info", message=message, pointers=_places(equals))
    message = f"{each}；{'疑为识读有误，请对照原件' if reading else '疑为原件有误'}"
    code = "check.reading" if reading else f"check.{checks[0].rule}"
    noted = all(check.rule in NOTES for check in checks)
    severity: Severity = "warning" if reading or noted else "error"
    return Finding(code=code, severity=severity, message=message, pointers=_places(equals))


def _places(equals: Sequence[Candidate]) -> tuple[Pointer, ...]:
    return tuple(candidate.figure.pointer for candidate in equals)


def _rules(candidate: Candidate) -> str:
    rules = "、".join(dict.fromkeys(each.check.rule for each in candidate.fixed))
    return f"{rules}共{len(candidate.fixed)}项勾稽关系"


def _is_unsure(each: Evaluation, doubtful: set[CellKey], sure: float) -> bool:
    """Whether the failure may be the reader's: a doubtful operand, or nothing read where a sum has its parts."""
    check = each.check
    keys = {(p.table, p.row, p.col) for p in check.operands}
    lost = bool(each.right) and check.expected == 0 and check.actual != 0 and each.relation == "="
    facts = any(figure.key is None and figure.confidence < sure for figure in each.figures)
    return lost or facts or bool(keys & doubtful)


def _failed(tables: Mapping[str, Table], each: Evaluation, unsure: bool) -> Finding:
    check = each.check
    message = _message(tables, each) + ("；其中有识读存疑或未读出的数，请先对照原件" if unsure else "")
    code = "check.reading" if unsure else _CODES.get(check.rule, f"check.{check.rule}")
    severity = "warning" if unsure or check.rule in NOTES else "error"
    return Finding(code=code, severity=severity, message=message, pointers=check.operands[:_MOST_POINTERS])


def _message(tables: Mapping[str, Table], each: Evaluation) -> str:
    check = each.check
    place = _place(tables, check.operands[0]) if check.operands else ""
    if check.actual is None or check.expected is None:
        return f"{place}{check.message}"
    show = _shower(each)
    kind = _KINDS.get(check.kind or "", "") if check.rule not in NOTES or check.kind == "unit" else ""
    gap = show(abs(check.difference or Decimal(0)))
    limit = "不应超过" if each.relation == "<=" else "应为"
    return f"{place}{check.message}：实为{show(check.actual)}，{limit}{show(check.expected)}，相差{gap}" + (
        f"，{kind}" if kind else ""
    )


def _shower(each: Evaluation):  # type: ignore[no-untyped-def]
    factor = each.left[0].factor if each.left else Decimal(1)
    if each.share:
        return lambda amount: f"{amount:f}%"
    unit = next((name for name, size in UNITS.items() if size == factor), "")
    if factor == 1:
        unit = _unit_of_rule_or_fact(each) or unit
    return lambda amount: f"{_short(amount / factor)}{unit}"


def _unit_of_rule_or_fact(each: Evaluation) -> str:
    """分 or % where no amounts are compared; "" else."""
    told = each.left[0].label if each.left else ""
    if each.check.rule.startswith(("P3", "P4")) or told.startswith("score."):
        return "分"
    return "%" if told == "project.execution_rate" else ""


def _short(amount: Decimal) -> str:
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _place(tables: Mapping[str, Table], pointer: Pointer) -> str:
    table = tables.get(pointer.table or "")
    if table is None:
        return f"第{pointer.page}页：" if pointer.page else ""
    page = f"（第{pointer.page}页）" if pointer.page else ""
    return f"《{table.title or table.number or table.id}》{page}："


def _rounding(checks: Sequence[Check]) -> list[Finding]:
    if not checks:
        return []
    rules = "、".join(sorted({check.rule for check in checks}))
    message = f"{len(checks)}处勾稽关系因逐项四舍五入有尾差（{rules}），均在允许范围内"
    pointers = tuple(check.operands[0] for check in checks if check.operands)[:_MOST_POINTERS]
    return [Finding(code="check.rounding", severity="info", message=message, pointers=pointers)]


def _low_confidence(tables: Iterable[Table]) -> list[Finding]:
    places = [
        Pointer(table=table.id, row=cell.row, col=cell.col, page=cell.page, box=cell.box)
        for table in tables
        for cell in table.cells
        if cell.flags and cell.value is not None and LOW_CONFIDENCE in cell.flags
    ]
    if not places:
        return []
    message = f"{len(places)}个数字识读把握不足，请对照原件"
    return [
        Finding(code="number.low_confidence", severity="info", message=message, pointers=tuple(places[:_MOST_POINTERS]))
    ]
