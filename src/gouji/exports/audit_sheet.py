"""The audit sheet: one report's findings, failed identities as sums, suggestions and what holds, on one printable page.

The page needs nothing beside it, runs no script and fetches nothing; the template escapes all that was read.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from gouji.exports.choices import Choices, Crop, Files
from gouji.exports.sums_shown import Ledger, Sum, shown
from gouji.geometry import Box
from gouji.records import Check, Finding, Pointer, Report, Suggestion

KINDS = {"final_account": "部门决算", "budget": "部门预算", "unknown": "未能判定"}
SEVERITIES = {"error": "错误", "warning": "疑点", "info": "提示"}
RESIDUALS = {
    "digit": "疑为一位数字之差",
    "shift": "疑为小数点错位",
    "sign": "疑为正负号之误",
    "unit": "疑为计量单位之误",
    "other": "",
}
_MARGIN_SHARE, _LINE = 0.5, 60  # of a cell's height, at most of so many pixels, shown around it
_TALLEST = 480  # pixels of a column of cells in one picture
_MOST_PICTURES = 6  # of one sum or finding


def to_audit_sheet(report: Report, name: str, choices: Choices) -> Files:
    """`NAME.audit.html`. Without `choices.crop` the sheet has no pictures and says so."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent / "templates"
    pages = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = pages.get_template("audit_sheet.html").render(_contents(report, choices.crop))
    return {f"{name}.audit.html": text.encode()}


def _contents(report: Report, crop: Crop | None) -> dict[str, Any]:
    ledger = Ledger(report)
    told = {status: [c for c in report.checks if c.status == status] for status in ("pass", "rounding", "skipped")}
    failed = [check for check in report.checks if check.status == "fail"]
    findings = [_finding(finding, failed, ledger, crop) for finding in report.findings]
    shown_above = {id(each["check"]) for finding in findings for each in finding["sums"]}
    return {
        "report": report,
        "kind": KINDS[report.document.kind],
        "counts": Counter(check.status for check in report.checks),
        "verdict": _verdict(report),
        "findings": findings,
        "others": [_sum(check, ledger, crop) for check in failed if id(check) not in shown_above],
        "suggestions": [_suggestion(each, ledger, crop) for each in report.suggestions],
        "holding": _by_rule(ledger.sum_of(check) for check in (*told["pass"], *told["rounding"])),
        "skipped": told["skipped"],
        "pictures": crop is not None,
        "residuals": RESIDUALS,
        "shown": shown,
    }


def _verdict(report: Report) -> dict[str, int]:
    """How many findings of each severity there are; and of all figures in forms how many are confirmed or in doubt."""
    found = Counter(finding.severity for finding in report.findings)
    figures = [item for item in report.items if item.amount is not None]
    return {
        "errors": found["error"],
        "warnings": found["warning"],
        "figures": len(figures),
        "confirmed": sum(bool(item.confirmed_by) for item in figures),
        "doubtful": sum(bool(item.flags) for item in figures),
        "unread": sum(page.status == "unread" for page in report.pages),
    }


def _finding(finding: Finding, failed: Sequence[Check], ledger: Ledger, crop: Crop | None) -> dict[str, Any]:
    """The finding with the failed checks that it tells of, which have its places."""
    own = [check for check in failed if check.operands and check.operands[: len(finding.pointers)] == finding.pointers]
    places = dict.fromkeys(place for pointer in finding.pointers if (place := ledger.place(pointer)))
    alone = finding.severity != "info" and not own
    return {
        "code": finding.code,
        "severity": finding.severity,
        "word": SEVERITIES[finding.severity],
        "message": finding.message,
        "places": list(places)[:_MOST_PICTURES] if alone else [],
        "sums": [_sum(check, ledger, crop) for check in own] if finding.severity != "info" else [],
        "pictures": _pictures(finding.pointers, ledger, crop) if alone else [],
    }


def _sum(check: Check, ledger: Ledger, crop: Crop | None) -> dict[str, Any]:
    return {"check": check, "sum": ledger.sum_of(check), "pictures": _pictures(check.operands, ledger, crop)}


def _suggestion(each: Suggestion, ledger: Ledger, crop: Crop | None) -> dict[str, Any]:
    place = each.cell
    cell = ledger.cells.get((place.table or "", place.row or 0, place.col or 0))
    return {
        "where": ledger.place(place),
        "read": cell.text if cell is not None else "",
        "text": each.text,
        "rules": "、".join(each.rules),
        "pictures": _pictures((place,), ledger, crop),
    }


def _by_rule(sums: Iterable[Sum]) -> list[tuple[str, list[Sum]]]:
    found: dict[str, list[Sum]] = defaultdict(list)
    for each in sums:
        found[each.check.rule].append(each)
    return list(found.items())


def _pictures(pointers: Iterable[Pointer], ledger: Ledger, crop: Crop | None) -> list[dict[str, str]]:
    """The places as data addresses, cells of one row or column in one picture, with the page they are on."""
    sizes = {page.page: (page.width, page.height) for page in ledger.report.pages}
    places = dict.fromkeys((p.page, p.box) for p in pointers if p.page in sizes and p.box is not None)
    found: list[dict[str, str]] = []
    for page, box in _gathered(place for place in places if place[0] and place[1])[:_MOST_PICTURES]:
        picture = crop(page, _with_margin(box, *sizes[page])) if crop is not None else None
        if picture is not None:
            found.append({"page": str(page), "data": base64.b64encode(picture).decode()})
    return found


def _gathered(places: Iterable[tuple[int, Box]]) -> list[tuple[int, Box]]:
    """Boxes of one page that stand in one line across or down, close together, as one."""
    found: list[tuple[int, Box]] = []
    for page, box in places:
        if found and found[-1][0] == page and _in_line(found[-1][1], box):
            last = found.pop()[1]
            box = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        found.append((page, box))
    return found


def _in_line(one: Box, other: Box) -> bool:
    across = min(one[3], other[3]) - max(one[1], other[1]) > 0.5 * (other[3] - other[1])
    down = min(one[2], other[2]) - max(one[0], other[0]) > 0.5 * (other[2] - other[0])
    height = max(one[3], other[3]) - min(one[1], other[1])
    return across or (down and height < _TALLEST)


def _with_margin(box: Box, width: int, height: int) -> Box:
    margin = int(_MARGIN_SHARE * min(box[3] - box[1], _LINE)) + 2
    return max(0, box[0] - margin), max(0, box[1] - margin), min(width, box[2] + margin), min(height, box[3] + margin)
