"""The values that a narrative prints: each with its label, its figure and the facts that it states."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from gouji.synth.figures import Body, classes
from gouji.synth.projects import Project, percent
from gouji.synth.subjects import synth_data

ZERO = Decimal(0)


@dataclass(frozen=True)
class Piece:
    """A stretch of printed text; `label` "" for none; `states` are the facts: key, value, unit."""

    text: str
    label: str = ""
    states: tuple[tuple[str, Decimal, str], ...] = ()
    subject: str | None = None


Value = tuple[Piece, ...]


@dataclass(frozen=True)
class Habits:
    """How one office writes figures: thousands grouped or not, blanks around them, and its words for the year."""

    unit: str
    places: int
    grouped: bool
    spaced: bool
    year_word: str

    def money(self, amount: Decimal) -> str:
        """The amount as this office prints it, with its unit."""
        number = amount / (10_000 if self.unit == "万元" else 1)
        return self.number(number, self.places) + self.unit

    def printed(self, amount: Decimal) -> Decimal:
        """The amount (元) that a reader of the printed figure knows."""
        factor = 10_000 if self.unit == "万元" else 1
        return (amount / factor).quantize(Decimal(1).scaleb(-self.places)) * factor

    def number(self, number: Decimal, places: int) -> str:
        """A figure with so many decimals, grouped and spaced by habit."""
        text = f"{number:,.{places}f}" if self.grouped else f"{number:.{places}f}"
        return f" {text} " if self.spaced else text


def draw_habits(body: Body, rng: random.Random) -> Habits:
    """The habits of one office."""
    return Habits(body.unit, body.places, rng.random() < 0.3, rng.random() < 0.2, rng.choice(["年度", "年度", "年"]))


def slots_of(body: Body, habits: Habits, rng: random.Random) -> dict[str, Value]:
    """All values that any text may print for this body; what a body has not (a fund, units) is missing."""
    return (
        _names(body, habits)
        | _flows(body, habits)
        | _changes(body, habits, rng)
        | _sangong(body, habits)
        | _heads(body)
        | _holdings(body, habits)
        | _reviews(body, habits)
        | _project_lists(body)
        | _lists(body, habits)
    )


def _plain(text: str, label: str = "") -> Value:
    return (Piece(text, label),)


def _money(habits: Habits, amount: Decimal, *keys: str, subject: str | None = None) -> Value:
    value = habits.printed(amount)
    return (Piece(habits.money(amount), "MONEY", tuple((key, value, "元") for key in keys), subject),)


def _count(number: int, unit: str, *keys: str) -> Value:
    return (Piece(str(number), "COUNT", tuple((key, Decimal(number), unit) for key in keys)),)


def _names(body: Body, habits: Habits) -> dict[str, Value]:
    org = body.organisation
    values = {
        "org": _plain(org.name, "ORG"),
        "year": _plain(f"{body.year}{habits.year_word}", "YEAR"),
        "last_year": _plain(f"{body.year - 1}{habits.year_word}", "YEAR"),
        "field": _plain(org.short.removesuffix("局")),
        "report": _plain("决算" if body.report == "final_account" else "预算"),
        "rooms": _count(len(org.rooms), "个", "org.internal_bodies"),
        "room_list": _plain("、".join(org.rooms)),
        "reporting": _count(1 + len(org.units), "个", "org.reporting_units"),
        "project_1": _plain(body.projects[0].name, "PROJECT"),
    }
    if org.units:
        values["units"] = _count(len(org.units), "个", "org.subordinate_units")
        values["unit_list"] = _listed([Piece(unit, "ORG") for unit in org.units])
        values["unit_1"] = _plain(org.units[0], "ORG")
    return values


def _listed(pieces: list[Piece]) -> Value:
    joined: list[Piece] = []
    for piece in pieces:
        joined += [Piece("、"), piece] if joined else [piece]
    return tuple(joined)


def _flows(body: Body, habits: Habits) -> dict[str, Value]:
    sums = body.sums
    amounts: dict[str, tuple[Decimal, tuple[str, ...]]] = {
        "grand": (body.grand_total, ("revenue.total", "expenditure.total")),
        "grand_r": (body.grand_total, ("revenue.total",)),
        "grand_e": (body.grand_total, ("expenditure.total",)),
        "opening": (sums.opening, ()),
        "closing": (sums.closing, ()),
        "rev_year": (sums.income, ("revenue.year",)),
        "rev_fiscal": (sums.fiscal_income, ("revenue.fiscal",)),
        "gpb_income": (sums.gpb_income, () if sums.fund_income or sums.capital_income else ("revenue.fiscal",)),
        "fund_income": (sums.fund_income, ()),
        "exp_year": (sums.expenditure, ("expenditure.year",)),
        "exp_basic": (sums.basic, ("expenditure.basic",)),
        "exp_project": (sums.project, ("expenditure.project",)),
        "exp_to_superior": (sums.to_superior, ("expenditure.to_superior",)),
        "exp_operating": (sums.operating_expenditure, ("expenditure.operating",)),
        "exp_to_affiliated": (sums.to_affiliated, ("expenditure.to_affiliated",)),
        "fiscal": (body.fiscal_total, ("fiscal.total",)),
        "gpb": (sums.gpb, ("gpb.expenditure",)),
        "gpb_budget": (sums.gpb_budget, ("gpb.budget",)),
        "gpb_basic": (sums.gpb_basic, ("gpb.basic",)),
        "personnel": (sums.gpb_personnel, ("gpb.personnel",)),
        "public": (sums.gpb_public, ("gpb.public",)),
        "pr_total": (body.procurement.total, ("procurement.total",)),
        "pr_goods": (body.procurement.goods, ("procurement.goods",)),
        "pr_works": (body.procurement.works, ("procurement.works",)),
        "pr_services": (body.procurement.services, ("procurement.services",)),
        "pr_sme": (body.procurement.sme, ("procurement.sme",)),
        "pr_micro": (body.procurement.micro, ("procurement.micro",)),
        "fixed": (body.assets.fixed_total, ("assets.fixed_total",)),
    }
    for source in ("superior", "undertaking", "operating", "affiliated", "other"):
        amounts[f"rev_{source}"] = (getattr(sums, source), (f"revenue.{source}",))
    if sums.fund_project:
        amounts["fund"] = (sums.fund_project, ())
    if sums.capital_project:
        amounts["capital"] = (sums.capital_project, ())
    if body.operating_expense:
        amounts["operating"] = (body.operating_expense, ("operating.expense",))
    values = {name: _money(habits, amount, *keys) for name, (amount, keys) in amounts.items()}
    return values | {"gpb_rate": _plain(f"{percent(sums.gpb, sums.gpb_budget)}%", "PERCENT")}


def _changes(body: Body, habits: Habits, rng: random.Random) -> dict[str, Value]:
    now, then = body.sums, body.previous.sums
    both = ("revenue.total", "expenditure.total")
    total = (body.grand_total, body.previous.grand_total)
    pairs = {
        "grand_change": (*total, both),
        "grand_r_change": (*total, both[:1]),
        "grand_e_change": (*total, both[1:]),
        "fiscal_change": (body.fiscal_total, then.fiscal_income + then.fiscal_opening, ("fiscal.total",)),
        "gpb_change": (now.gpb, then.gpb, ("gpb.expenditure",)),
        "operating_change": (body.operating_expense, body.previous.operating_expense, ("operating.expense",)),
    }
    return {name: _change(habits, rng, *pair) for name, pair in pairs.items()}


def _change(habits: Habits, rng: random.Random, now: Decimal, then: Decimal, keys: tuple[str, ...]) -> Value:
    """A change in money and in percent ("减少84.10万元，下降10.26%") with both facts, signed."""
    difference, share = now - then, percent(abs(now - then), then)
    sign = -1 if difference < 0 else 1
    verbs = [("减少", "下降"), ("减少", "降低"), ("下降", "降幅为"), ("减少", "减少")]
    if sign > 0:
        verbs = [("增加", "增长"), ("增加", "上升"), ("增长", "增幅为"), ("增加", "增加")]
    verb, rate = rng.choice(verbs)
    amount = tuple((f"{key}.change", habits.printed(difference), "元") for key in keys)
    rates = tuple((f"{key}.change_pct", share * sign, "%") for key in keys)
    return (
        Piece(verb),
        Piece(habits.money(abs(difference)), "MONEY", amount),
        Piece(f"{rng.choice('，，、')}{rate}"),
        Piece(f"{share}%", "PERCENT", rates),
    )


def _sangong(body: Body, habits: Habits) -> dict[str, Value]:
    parts = {"": "total", "_abroad": "abroad", "_vehicles": "vehicles", "_purchase": "purchase"}
    parts |= {"_operation": "operation", "_reception": "reception"}
    keys = {"_purchase": "vehicle_purchase", "_operation": "vehicle_operation"}
    values: dict[str, Value] = {}
    for suffix, field in parts.items():
        key = "sangong." + (keys.get(suffix) or field.replace("total", "actual"))
        budget_key = key.replace(".actual", "") + ".budget"
        both = (key, budget_key) if body.report == "budget" else (budget_key,)
        values[f"sg{suffix}"] = _money(habits, getattr(body.sangong, field), key)
        values[f"sg{suffix}_b"] = _money(habits, getattr(body.sangong_budget, field), *both)
    values["sg_reception_plain"] = _money(habits, body.sangong.reception)
    visits = body.visits
    counts = {
        "ab_groups": (visits.abroad_groups, "个", "abroad.groups"),
        "ab_persons": (visits.abroad_persons, "人次", "abroad.persons"),
        "r_batches": (visits.domestic_batches, "批次", "reception.domestic_batches"),
        "r_persons": (visits.domestic_persons, "人次", "reception.domestic_persons"),
        "r_fgroups": (visits.foreign_groups, "批次", "reception.foreign_groups"),
        "r_fpersons": (visits.foreign_persons, "人次", "reception.foreign_persons"),
        "v_bought": (visits.vehicles_purchased, "辆", "vehicles.purchased"),
        "v_kept": (visits.vehicles_retained, "辆", "vehicles.retained"),
    }
    return values | {name: _count(*stated) for name, stated in counts.items()}


def _heads(body: Body) -> dict[str, Value]:
    staff = body.staff
    numbers = {
        "posts_total": staff.posts_total,
        "posts_admin": staff.posts_admin,
        "posts_institution": staff.posts_institution,
        "actual_total": staff.actual_total,
        "actual_admin": staff.actual_admin,
        "actual_institution": staff.actual_institution,
        "retired": staff.retired,
    }
    values = {name: _count(number, "人", f"staff.{name}") for name, number in numbers.items()}
    return values | {"in_service": _count(staff.actual_total, "人", "staff.in_service")}


def _holdings(body: Body, habits: Habits) -> dict[str, Value]:
    assets = body.assets
    values = {f"v_{use}": _count(number, "辆", f"vehicles.{use}") for use, number in assets.vehicles.items()}
    named = ("ministerial", "principal_leader", "confidential", "emergency", "law_enforcement", "special_technical",
             "retired_cadre")  # fmt: skip
    rest = assets.vehicles_total - sum(assets.vehicles.get(use, 0) for use in named)
    area = habits.number(assets.floor_area, 2 if assets.floor_area % 1 else 0)
    return values | {
        "v_total": _count(assets.vehicles_total, "辆", "vehicles.total"),
        "v_other_all": _count(rest, "辆", "vehicles.other"),
        "e_500k": _count(assets.equipment_over_500k, "台（套）", "assets.equipment_over_500k"),
        "e_1m": _count(assets.equipment_over_1m, "台（套）", "assets.equipment_over_1m"),
        "area": (Piece(f"{area}平方米", "AREA", (("assets.floor_area", assets.floor_area, "平方米"),)),),
    }


def _reviews(body: Body, habits: Habits) -> dict[str, Value]:
    funds = sum((project.money.budget for project in body.projects), ZERO)
    review = body.review_score
    return {
        "evaluated": _count(len(body.projects), "个", "projects.evaluated"),
        "evaluated_plain": _count(len(body.projects), "个"),
        "funds": _money(habits, funds, "projects.funds"),
        "funds_gpb": _money(habits, body.sums.gpb_project, "projects.funds"),
        "review": (Piece(_score(review), "SCORE", (("score.department", review, "分"),)),),
    }


def _project_lists(body: Body) -> dict[str, Value]:
    """Names and scores of all projects, as two lists; missing when there is only one project."""
    if len(body.projects) < 2:
        return {}
    names = [Piece(project.name, "PROJECT") for project in body.projects]
    scores: list[Piece] = []
    for project in body.projects:
        stated = (("score.project", project.score, "分"),)
        scores += [Piece("、")] if scores else []
        scores += [Piece(_score(project.score), "SCORE", stated, project.name), Piece("分")]
    return {"project_names": _listed(names), "project_scores": tuple(scores)}


def _score(score: Decimal) -> str:
    return f"{score:.2f}".rstrip("0").rstrip(".")


def _lists(body: Body, habits: Habits) -> dict[str, Value]:
    """Lists that name items and amounts without stating a fact."""
    sums = body.sums
    pieces: list[Piece] = []
    for row in classes(body.rows):
        share = percent(row.gpb, sums.gpb)
        pieces += [Piece("；")] if pieces else []
        pieces += [Piece(row.name, "ITEM"), *_money(habits, row.gpb), Piece("，占"), Piece(f"{share}%", "PERCENT")]
    names = {
        "economic_people": [row.name for row in body.economic if row.code[:3] in ("301", "303")],
        "economic_goods": [row.name for row in body.economic if row.code[:3] not in ("301", "303")],
    }
    lists = {name: _listed([Piece(item, "ITEM") for item in items]) for name, items in names.items() if items}
    return {"class_list": tuple(pieces)} | lists


def project_slots(project: Project, index: int, habits: Habits) -> dict[str, Value]:
    """What the paragraph of one project prints."""
    name, money = project.name, project.money
    return {
        "index": _plain(str(index)),
        "project": _plain(name.removesuffix("项目"), "PROJECT"),
        "score": (Piece(_score(project.score), "SCORE", (("score.project", project.score, "分"),), name),),
        "p_budget": _money(habits, money.budget, "project.budget", subject=name),
        "p_executed": _money(habits, money.executed, "project.executed", subject=name),
        "p_rate": (
            Piece(
                f"{project.execution_rate}%",
                "PERCENT",
                (("project.execution_rate", project.execution_rate, "%"),),
                name,
            ),
        ),
    }


def function_slots(body: Body, habits: Habits) -> list[dict[str, Value]]:
    """What the paragraphs of the functions (项) print, in order."""
    rows = [row for row in body.rows if row.gpb or row.gpb_budget]
    return [
        {
            "index": _plain(str(number)),
            "function": (Piece(row.name, "ITEM"), Piece("（项）")),
            "f_budget": _money(habits, row.gpb_budget),
            "f_actual": _money(habits, row.gpb),
            "f_rate": _plain(f"{percent(row.gpb, row.gpb_budget)}%", "PERCENT"),
        }
        for number, row in enumerate(rows, 1)
    ]


def random_value(name: str, label: str, habits: Habits, rng: random.Random) -> Value:
    """A figure that states nothing: x… money, p… percent, n… counts, d… scores."""
    if label == "MONEY":
        return _plain(habits.money(Decimal(rng.randint(100, 900_000)) * 100), "MONEY")
    if label == "PERCENT":
        low = 8_500 if name == "p_good" else 0
        return _plain(f"{Decimal(rng.randint(low, 10_000)) / 100:.2f}%", "PERCENT")
    if label == "SCORE":
        return _plain(str(rng.randint(1, 40)), "SCORE")
    top = {"n_a": 40, "n_c": 9, "n_new": 12, "n_ret": 9}.get(name, 2_500)
    return _plain(str(rng.randint(1, top)), "COUNT")


def phrase_data() -> Mapping[str, list[str]]:
    """The phrases that texts share."""
    data: Mapping[str, list[str]] = synth_data("prose")["phrases"]
    return data
