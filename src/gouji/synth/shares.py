"""What a narrative says beside its facts, made true: shares, rates, changes on last year, parts of sums."""

from __future__ import annotations

import random
from decimal import Decimal

from gouji.synth.figures import Body, FunctionRow, Sangong
from gouji.synth.projects import Project, percent
from gouji.synth.slots import Habits, Piece, Value

ZERO = Decimal(0)


def true_slots(body: Body, habits: Habits, rng: random.Random) -> dict[str, Value]:
    """Slots that state no fact: `sh_` shares, `rt_` rates of a budget, `ch_` changes on last year, amounts."""
    return (
        {name: percentage(*pair) for name, pair in (_shares(body) | _rates(body)).items()}
        | {name: change(habits, *pair) for name, pair in _changes(body).items()}
        | {name: _money(habits, amount) for name, amount in _amounts(body, rng).items() if amount}
        | _units(body, habits, rng)
        | _others(body, habits)
    )


def percentage(part: Decimal, whole: Decimal) -> Value:
    """`part` of `whole` in percent."""
    return (Piece(f"{percent(part, whole)}%", "PERCENT"),)


def change(habits: Habits, now: Decimal, then: Decimal) -> Value:
    """A change in words: "增加12.30万元", "减少12.30万元", or "持平"."""
    if now == then:
        return (Piece("持平"),)
    return Piece("增加" if now > then else "减少"), *_money(habits, abs(now - then))


def change_with_rate(habits: Habits, now: Decimal, then: Decimal) -> Value:
    """A change as `change` tells it, and its percentage."""
    if now == then or not then:
        return change(habits, now, then)
    verb = "，增长" if now > then else "，下降"
    return (*change(habits, now, then), Piece(verb), *percentage(abs(now - then), then))


def _money(habits: Habits, amount: Decimal) -> Value:
    return (Piece(habits.money(amount), "MONEY"),)


def _shares(body: Body) -> dict[str, tuple[Decimal, Decimal]]:
    s, bought = body.sums, body.procurement
    revenue = {"fiscal": s.fiscal_income, "superior": s.superior, "undertaking": s.undertaking}
    revenue |= {"operating": s.operating, "affiliated": s.affiliated, "other": s.other}
    spent = {"basic": s.basic, "project": s.project, "to_superior": s.to_superior}
    spent |= {"operating": s.operating_expenditure, "to_affiliated": s.to_affiliated}
    shares = {f"sh_rev_{name}": (amount, s.income) for name, amount in revenue.items()}
    shares |= {f"sh_exp_{name}": (amount, s.expenditure) for name, amount in spent.items()}
    for name in ("abroad", "vehicles", "reception"):
        shares[f"sh_sg_{name}"] = (getattr(body.sangong, name), body.sangong.total)
    return shares | {
        "sh_gpb": (s.gpb, s.expenditure),
        "sh_personnel": (s.gpb_personnel, s.gpb_basic),
        "sh_public": (s.gpb_public, s.gpb_basic),
        "sh_pr_sme": (bought.sme, bought.total),
        "sh_pr_micro": (bought.micro, bought.sme),
        "sh_pr_goods": (min(bought.goods, bought.sme), bought.goods),
        "sh_all": (s.gpb_project, s.gpb_project),
    }


def _rates(body: Body) -> dict[str, tuple[Decimal, Decimal]]:
    parts = {"": "total", "_abroad": "abroad", "_vehicles": "vehicles", "_reception": "reception"}
    pairs = {f"rt_sg{k}": (getattr(body.sangong, p), getattr(body.sangong_budget, p)) for k, p in parts.items()}
    return pairs | {"rt_operating": (body.operating_expense, _operating_budget(body))}


def _operating_budget(body: Body) -> Decimal:
    """A planned 机关运行经费: as much more or less as the whole gpb plan differs from what was spent."""
    plan = body.operating_expense * (body.sums.gpb_budget or body.sums.gpb) / (body.sums.gpb or 1)
    return (plan / body.quantum).to_integral_value() * body.quantum


def _changes(body: Body) -> dict[str, tuple[Decimal, Decimal]]:
    now, then = body.sums, body.previous.sums
    new, old = body.sangong, body.previous.sangong
    pairs = {f"ch_sg_{p}": (getattr(new, p), getattr(old, p)) for p in ("operation", "reception", "abroad", "vehicles")}
    return pairs | {
        "ch_sg": (new.total, old.total),
        "ch_rev_year": (now.income, then.income),
        "ch_exp_year": (now.expenditure, then.expenditure),
        "ch_fund": (now.fund_project, then.fund_project),
    }


def _amounts(body: Body, rng: random.Random) -> dict[str, Decimal]:
    """Amounts without a fact; those that are 0 are left out, so that texts that need them don't fit."""
    s = body.sums
    economic = {row.code: row.amount for row in body.economic}
    return {
        "tuition": s.tuition,
        "interest": _part(body, s.other, rng, 0.3, 0.9),
        "wages": body.economic_sum("301"),
        "gpb_income_plain": s.gpb_income,
        "gpb_project_plain": s.gpb_project,
        "grand_plain": body.grand_total,
        "this_year": body.grand_total - s.opening,
        "office_cost": economic.get("30201", ZERO),
        "travel_cost": economic.get("30211", ZERO),
        "operating_b": _operating_budget(body) if body.report == "final_account" else ZERO,
        "building_value": _part(body, body.assets.fixed_total, rng, 0.3, 0.7),
        "saved": _part(body, s.gpb_public, rng, 0.01, 0.08),
        "moved": _part(body, s.project, rng, 0.02, 0.2),
    }


def _part(body: Body, whole: Decimal, rng: random.Random, low: float, high: float) -> Decimal:
    share = Decimal(str(round(rng.uniform(low, high), 4)))
    return (whole * share / body.quantum).to_integral_value() * body.quantum


def _units(body: Body, habits: Habits, rng: random.Random) -> dict[str, Value]:
    """What the first subordinate unit spent: a part of the whole."""
    if not body.organisation.units:
        return {}
    basic, project = _part(body, body.sums.basic, rng, 0.05, 0.3), _part(body, body.sums.project, rng, 0.05, 0.3)
    before = _part(body, basic + project, rng, 0.8, 1.2)
    return {
        "unit_exp": _money(habits, basic + project),
        "unit_basic": _money(habits, basic),
        "unit_project": _money(habits, project),
        "unit_rest": _money(habits, body.sums.expenditure - basic - project),
        "ch_unit": change_with_rate(habits, basic + project, before),
    }


def _others(body: Body, habits: Habits) -> dict[str, Value]:
    """Amounts that may be 0, scores, counts, and whole phrases."""
    s, visits = body.sums, body.visits
    foreign = (body.sangong.reception / 5 / body.quantum).to_integral_value() * body.quantum
    foreign = foreign if visits.foreign_groups else ZERO
    output = sum((i.score for i in body.review if i.level1 == "产出指标"), ZERO)
    named = ("principal_leader", "confidential", "emergency", "law_enforcement", "special_technical", "general")
    rest = body.assets.vehicles_total - sum(body.assets.vehicles[use] for use in named)
    values: dict[str, Value] = {
        "on_year": (Piece(f"{body.year}年", "YEAR"),),
        "on_last_year": (Piece(f"{body.year - 1}年", "YEAR"),),
        "fund_opening": _money(habits, s.fund_opening),
        "fund_closing": _money(habits, s.fund_closing),
        "fund_income_plain": _money(habits, s.fund_income),
        "fiscal_opening": _money(habits, s.fiscal_opening),
        "foreign_money": _money(habits, foreign),
        "domestic_money": _money(habits, body.sangong.reception - foreign),
        "chp_fiscal_income": change_with_rate(habits, s.fiscal_income, body.previous.sums.fiscal_income),
        "chp_operation": change_with_rate(habits, body.sangong.operation, body.previous.sangong.operation),
        "as_abroad": _beside(habits, body.sangong, body.previous.sangong),
        "review_execution": (Piece(_score(body.review_execution_score), "SCORE"),),
        "review_output": (Piece(_score(output), "SCORE"),),
        "vacant": (Piece(str(body.staff.posts_total - body.staff.actual_total), "COUNT"),),
        "v_other_rest": (Piece(str(rest), "COUNT", (("vehicles.other", Decimal(rest), "辆"),)),),
    }
    if body.sangong.total < body.sangong_budget.total:
        values["sg_less"] = ()
    if visits.vehicles_retained:
        values["per_vehicle"] = _money(habits, body.sangong.operation / visits.vehicles_retained)
    return values


def _beside(habits: Habits, now: Sangong, then: Sangong) -> Value:
    same = now.abroad == then.abroad
    return (Piece("与上年持平"),) if same else (Piece("比上年"), *change(habits, now.abroad, then.abroad))


def _score(score: Decimal) -> str:
    return f"{score:.2f}".rstrip("0").rstrip(".")


def true_function_slots(row: FunctionRow, habits: Habits) -> dict[str, Value]:
    """How one function's expenditure differs from its plan; `f_differs` only when it does."""
    slots = {"f_change": change(habits, row.gpb, row.gpb_budget)}
    return slots if row.gpb == row.gpb_budget else slots | {"f_differs": ()}


def true_project_slots(project: Project) -> dict[str, Value]:
    """The points that one project lost; missing when it lost none."""
    lost = 100 - project.score
    return {"p_lost": (Piece(_score(lost), "SCORE"),)} if lost else {}
