"""What a rule says, in Chinese: its sums, the forms and figures it covers, its tolerance, and where it is defined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from gouji.checks.rules import Identities, Line
from gouji.checks.sums import NOTES
from gouji.errors import UsageError

_RULES, _STATED, _EXPLAINED = (f"configs/identities/{name}.toml" for name in ("rules", "stated", "explained"))
_ROUNDING = "逐项四舍五入：n个印刷数之和可差（n+1）×末位半个单位，在此以内为尾差，不算错误；空白按零计"
_LIMIT = "不应超过，允许同样的尾差"
_RATE = "四舍五入或截尾均可，差一个末位单位以上才算不符"
_HOW = {
    "row": "逐行", "codes": "逐栏：类＝各款之和，款＝各项之和，合计＝各类之和（按编码，以印出的级次为准）",
    "levels": "逐栏：上级行＝下级行之和，合计＝最高一级之和", "classes": "按功能分类（类）逐项",
    "same": "两表合计相同时，按科目逐行", "names": "凡在多张表中出现的科目",
    "funds": "逐栏：资金总额＝各项来源之和", "scores": "逐行，并核总分", "weights": "各分值之和",
}  # fmt: skip
_JOINTS = {"rate": " ÷ ", "same": "、"}
_TOLERANCES = {"rate": _RATE, "names": "截短的名称、一两个字的识读之差不算"}
_PLACES = {"total": "合计行", "": "唯一的数字行"}
_GROUPS = {"lines": "各项之和", "rest": "结转、结余等项之和", "all": "各项之和"}


@dataclass(frozen=True)
class Clause:
    """One of the sums that go by the rule's id. `forms` are ids of official forms; empty where it speaks of text."""

    says: str
    forms: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    relation: str
    tolerance: str
    where: str
    how: str = ""
    joint: str = " ＋ "


def rule_ids(identities: Identities) -> tuple[str, ...]:
    """All rules by id, in the order in which people count them."""
    found = {rule.id for rule in identities.rules} | {stated.rule for stated in identities.stated}
    found |= {parts.rule for parts in identities.parts} | set(identities.explained)
    return tuple(sorted(found, key=lambda name: (name.rstrip("0123456789"), int(re.sub(r"\D", "", name) or 0))))


def explain(rule: str, identities: Identities) -> tuple[Clause, ...]:
    """All that goes by the id.

    Raises:
        UsageError: there is no such rule; names those that are near.
    """
    wanted = rule.strip().upper()
    found = tuple(_clauses(wanted, identities))
    if not found:
        known = rule_ids(identities)
        near = get_close_matches(wanted, known, n=4, cutoff=0.4) or list(known[:4])
        raise UsageError(f"--explain {rule}: there is no such rule; near ones are {', '.join(near)}")
    return found


def is_note(rule: str) -> bool:
    """Whether a failure of the rule is a matter to look into, not a contradiction."""
    return rule in NOTES


def _clauses(wanted: str, identities: Identities) -> Iterator[Clause]:
    for rule in (rule for rule in identities.rules if rule.id == wanted):
        forms = rule.forms or tuple(dict.fromkeys(ref.partition(":")[0] for ref in (*rule.left, *rule.right)))
        tolerance = _LIMIT if rule.relation == "<=" else _TOLERANCES.get(rule.family, _ROUNDING)
        named, how = tuple(form for form in forms if "." in form), _HOW.get(rule.family, "")
        yield Clause(
            rule.says,
            named,
            rule.left,
            rule.right,
            rule.relation,
            tolerance,
            _RULES,
            how,
            _JOINTS.get(rule.family, " ＋ "),
        )
    for stated in (stated for stated in identities.stated if stated.rule == wanted):
        forms = tuple(dict.fromkeys(ref.partition(":")[0] for ref in stated.figures))
        yield Clause(stated.says, forms, (stated.key,), stated.figures, "=", _ROUNDING, _STATED)
    for parts in (parts for parts in identities.parts if parts.rule == wanted):
        yield Clause(parts.says, (), (parts.whole,), parts.parts, parts.relation, _ROUNDING, _STATED)
    if told := identities.explained.get(wanted):
        yield Clause(told.says, (), (told.covers,), (), "", told.tolerance, f"{_EXPLAINED}；{told.where}")


def figure_name(ref: str, identities: Identities, names: Mapping[str, str]) -> str:
    """A figure of the rules in words: "final.summary:revenue.year" → 收入支出决算总表“本年收入合计”.

    `names` gives the words for forms, measures, and measures of one form ("final.sangong@actual.total").
    """
    form, colon, rest = ref.partition(":")
    if not colon:
        return _measure_name(ref, names)
    place, _, measure = rest.partition("@")
    if not measure and place in names:
        return f"{names.get(form, form)}“{names[place]}”"
    line = next((line for line in identities.lines if line.id == place and form in line.forms), None)
    return f"{names.get(form, form)}“{_row_name(place, line)}”" + (
        f"的{_measure_name(measure, names)}" if measure else ""
    )


def _measure_name(measure: str, names: Mapping[str, str], form: str = "") -> str:
    parts = measure.split("|")
    return "或".join(dict.fromkeys(names.get(f"{form}@{part}", names.get(part, part)) for part in parts))


def _row_name(place: str, line: Line | None) -> str:
    if line is not None:
        return line.names[0]
    side, _, group = place.partition(".")
    if group in _GROUPS:
        return ("收入" if side == "revenue" else "支出") + _GROUPS[group]
    return f"科目{place[1:]}" if place.startswith("#") else _PLACES.get(place, place)
