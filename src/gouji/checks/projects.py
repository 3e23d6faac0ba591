"""X13: one project's figures in its form, in the list of projects, and in the narrative; and all projects together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gouji.checks.book import Book, Figure, Row, Sheet
from gouji.checks.performance import is_funds_total, total_score
from gouji.checks.refs import resolve
from gouji.checks.rules import Identities
from gouji.checks.stated import fact_figures
from gouji.checks.sums import Evaluation, compare, total
from gouji.records import Fact
from gouji.zh import plain

RULE = "X13"
_LABEL = re.compile(r"^(?:项目|专项)(?:（专项）)?名称")
_YEAR = re.compile(r"20\d\d年度?")
_SHORTEST = 4  # shorter names say too little to know a project by a part of them

_BUDGET, _EXECUTED, _RATE, _SCORE = "funds.budget", "funds.executed", "funds.rate", "score"
_NOUNS = {_RATE: "执行率", _SCORE: "得分"}  # of what stands in two places; else amounts
_WHOLE_RATE = Decimal(1)  # up to here a rate may be printed as a fraction of 1
_OF_FACTS = {
    "project.budget": _BUDGET,
    "project.executed": _EXECUTED,
    "project.execution_rate": _RATE,
    "score.project": _SCORE,
}


@dataclass(frozen=True)
class Project:
    """What one place says of one project: `figures` by measure (funds.budget, funds.executed, funds.rate, score).

    A form of targets has "total", the project's amount.
    """

    name: str
    figures: dict[str, Figure]


def evaluate_single_projects(book: Book, facts: Sequence[Fact], identities: Identities) -> list[Evaluation]:
    """What two places state of the same project: its amounts, its rate, its score; then sums over projects."""
    forms, listed = formed_projects(book), listed_projects(book)
    planned = [
        _of_plan(row) for sheet in book.sheets.get("budget.projects", ()) for row in sheet.rows if not row.is_total
    ]
    told = _of_facts(facts)
    found = _agree(forms, planned, "项目绩效表与项目支出表")
    found += _agree([_score_of(form) for form in forms], listed, "项目自评表与项目自评汇总表")
    found += _agree(told, forms, "正文与项目自评表", _only_untold(forms, told))
    found += _agree(told, listed, "正文与项目自评汇总表")
    found += _department(book, facts)
    return found + _in_all(book, told, facts, identities)


def formed_projects(book: Book) -> list[Project]:
    """The projects that have a performance form of their own, with what it prints of them, in order."""
    return [project for sheet in _project_forms(book) if (project := _of_form(sheet)) is not None]


def listed_projects(book: Book) -> list[Project]:
    """The projects of the lists of all projects' results, in order."""
    return [_of_row(row) for sheet in book.sheets.get("performance.summary", ()) for row in sheet.rows]


def _project_forms(book: Book) -> list[Sheet]:
    return [*book.sheets.get("performance.self_evaluation", ()), *book.sheets.get("performance.targets", ())]


def _of_form(sheet: Sheet) -> Project | None:
    name = _form_name(sheet)
    rows = [row for row in sheet.rows if is_funds_total(row.name)]
    if not name or not rows:
        return None
    figures = {("total" if key == "funds.amount" else key): figure for key, figure in rows[0].figures.items()}
    figures.pop(_SCORE, None)  # that of the funds' row is what their execution earned
    score = total_score(sheet)
    return Project(name, {**figures, **({_SCORE: score} if score is not None else {})})


def _score_of(project: Project) -> Project:
    """The project with its score alone: a list may leave out the funds of other budgets."""
    return Project(project.name, {key: figure for key, figure in project.figures.items() if key == _SCORE})


def _form_name(sheet: Sheet) -> str:
    for table in sheet.tables:
        label = next((cell for cell in table.cells if _LABEL.match("".join(cell.text.split()))), None)
        if label is not None:
            after = (c for c in table.cells if c.row == label.row and c.col == label.col + label.col_span)
            return next((cell.text for cell in after), "")
    return ""


def _of_row(row: Row) -> Project:
    names = {"budget": _BUDGET, "executed": _EXECUTED, "rate": _RATE, "score": _SCORE}
    return Project(row.name, {names[key]: figure for key, figure in row.figures.items() if key in names})


def _of_plan(row: Row) -> Project:
    return Project(row.name, {"total": row.figures["total"]} if "total" in row.figures else {})


def _of_facts(facts: Sequence[Fact]) -> list[Project]:
    found: list[Project] = []
    last: str | None = None
    for fact, figure in zip(facts, fact_figures(facts), strict=True):
        key = _OF_FACTS.get(fact.key)
        if key is None:
            continue
        if not found or fact.subject != last or key in found[-1].figures:
            found.append(Project(fact.subject or "", {}))
        last = fact.subject
        found[-1].figures[key] = figure
    return found


def _only_untold(forms: Sequence[Project], told: Sequence[Project]) -> list[Project]:
    """The form whose project the narrative does not name, if there is but one: it may bear another name there."""
    untold = [form for form in forms if not any(_alike(form.name, project.name) for project in told)]
    return untold if len(untold) == 1 else []


def _agree(
    ours: Sequence[Project], theirs: Sequence[Project], where: str, by_amount: Sequence[Project] = ()
) -> list[Evaluation]:
    """Each figure that both places print of the same project; `where` names them.

    `by_amount` are those of `theirs` that a project of another name may be, when it spent the same.
    """
    found: list[Evaluation] = []
    for project in ours:
        other = _same(project, theirs, by_amount)
        for key in sorted(project.figures.keys() & other.figures.keys()) if other is not None else ():
            one, two = project.figures[key], other.figures[key]  # type: ignore[union-attr]
            says = f"{where}的{_NOUNS.get(key, '金额')}应当一致（{project.name}）"
            if key != _RATE or (one.amount > _WHOLE_RATE) == (two.amount > _WHOLE_RATE):
                found.append(compare(RULE, says, [one], [two]))
    return found


def _department(book: Book, facts: Sequence[Fact]) -> list[Evaluation]:
    """The score of the whole body in the narrative against its form's, where each is printed once."""
    told = [figure for fact, figure in zip(facts, fact_figures(facts), strict=True) if fact.key == "score.department"]
    sheets = book.sheets.get("performance.department", ())
    formed = total_score(sheets[0]) if len(sheets) == 1 else None
    if len(told) != 1 or formed is None:
        return []
    return [compare(RULE, "正文与部门整体自评表的得分应当一致", told, [formed])]


def _same(project: Project, others: Sequence[Project], by_amount: Sequence[Project]) -> Project | None:
    """The other place's project of that name; of several, or of those by amount, the only one of the same amount."""
    named = [other for other in others if _alike(project.name, other.name)]
    if len(named) == 1:
        return named[0]
    executed = project.figures.get(_EXECUTED)
    if executed is None or not executed.amount:
        return None
    equal = [other for other in named or by_amount if _executed(other) == executed.amount]
    return equal[0] if len(equal) == 1 else None


def _executed(project: Project) -> object:
    figure = project.figures.get(_EXECUTED)
    return figure.amount if figure is not None else None


def _alike(one: str, other: str) -> bool:
    a, b = plain(_YEAR.sub("", one)), plain(_YEAR.sub("", other))
    return bool(a) and (a == b or (min(len(a), len(b)) >= _SHORTEST and (a in b or b in a)))


def _in_all(book: Book, told: Sequence[Project], facts: Sequence[Fact], identities: Identities) -> list[Evaluation]:
    """The funds of all evaluated projects against those told one by one; a body's execution against its account.

    The projects told may also spend other budgets than the funds that are said: more is no contradiction, less is.
    """
    found: list[Evaluation] = []
    by_key = {fact.key: figure for fact, figure in zip(facts, fact_figures(facts), strict=True)}
    funds, count = by_key.get("projects.funds"), by_key.get("projects.evaluated")
    executed = [project.figures[_EXECUTED] for project in told if _EXECUTED in project.figures]
    budgets = [project.figures[_BUDGET] for project in told if _BUDGET in project.figures]
    if funds is not None and count is not None and count.amount == len(executed) == len(told):
        parts = max((executed, budgets), key=total)
        found.append(compare(RULE, "项目共涉及资金不应超过正文所列各项目金额之和", [funds], parts, "<="))
    account = resolve(book, "final.expenditure:total@total", identities).figures
    for sheet in book.sheets.get("performance.department", ()):
        spent = [row.figures[_EXECUTED] for row in sheet.rows if is_funds_total(row.name) and _EXECUTED in row.figures]
        if spent and account:
            says = "部门整体自评的全年执行数不应超过本年支出决算"
            found.append(compare(RULE, says, spent[:1], list(account), "<="))
    return found
