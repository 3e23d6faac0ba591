"""Invents a body and its year: deterministic by seed, every leaf a multiple of the printed precision."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from gouji.synth import figures as f
from gouji.synth.figures import ZERO, Body, FunctionRow, Organisation, Sangong
from gouji.synth.invent_projects import invent_indicators, invent_projects
from gouji.synth.projects import Project
from gouji.synth.purse import Purse
from gouji.synth.subjects import economic_name, function_name, synth_data

ADMINISTRATIVE = ("机关", "参公", "法院", "乡镇")


def invent(
    seed: int,
    *,
    report: Literal["final_account", "budget"] = "final_account",
    unit: Literal["万元", "元"] | None = None,
    places: int | None = None,
    rounded: bool = False,
    year: int | None = None,
    kind: str | None = None,
) -> Body:
    """A fictitious body's year. `rounded`: amounts are finer than printed; printed sums may differ in the last digit.

    `unit`, `places`, `year` and `kind` (机关 学校 医院 …) are drawn from the seed when not given.
    """
    rng = random.Random(f"gouji body {seed}")
    unit = unit or rng.choices(["万元", "元"], [4, 1])[0]  # type: ignore[assignment]
    places = (rng.choices([2, 0], [9, 1])[0] if unit == "万元" else 2) if places is None else places
    step = Decimal("0.01") if unit == "元" or rounded else Decimal(10_000).scaleb(-places)
    purse = Purse(rng, step)
    offices = [o for o in synth_data("bodies")["offices"] if kind in (None, o["kind"])]
    office = rng.choice(offices)
    organisation = _organisation(rng, office)
    count = rng.randint(*office["staff"])
    sangong_budget, sangong = _sangong(purse, count, report)
    economic = _economic(purse, organisation.kind, count, sangong)
    projects = invent_projects(purse, office, organisation, count, report)
    leaves = _rows(purse, office, organisation.kind, economic, projects)
    used, distribution = _surplus(purse, organisation.kind, report)
    carried = _carried(projects) if report == "budget" else None
    rows = tuple(_balanced(purse, r, carried, r.code == office["run"] and (used, distribution)) for r in leaves)
    staff = _staff(rng, organisation.kind, count)
    return Body(
        organisation=organisation,
        year=year or rng.randint(2019, 2025),
        report=report,
        unit=unit,  # type: ignore[arg-type]
        places=places,
        quantum=step,
        rows=rows,
        economic=economic,
        distribution=distribution,
        used_surplus=used,
        sangong_budget=sangong_budget,
        sangong=sangong,
        visits=_visits(rng, sangong),
        staff=staff,
        assets=_assets(purse, organisation.kind, sangong, count),
        projects=projects,
        review=invent_indicators(purse, ZERO, 3),
        procurement=_procurement(purse, projects),
        previous=_previous(purse, rows, sangong, organisation.kind),
    )


def _organisation(rng: random.Random, office: dict[str, Any]) -> Organisation:
    data = synth_data("bodies")
    county, city, province = (rng.choice(data[k]) for k in ("counties", "cities", "provinces"))
    kind = office["kind"]
    level = "乡镇" if kind == "乡镇" else rng.choices(["县", "市", "省"], [7, 3, 1])[0]
    region = {"乡镇": county, "县": county, "市": city, "省": province}[level]
    short = office["name"]
    if kind == "乡镇":
        place = rng.choice(data["towns"])
        short = f"{place}人民政府" if not place.endswith("街道") else f"{place}办事处"
    elif kind == "学校":
        level, region = "县", county
        short = rng.choice(data["schools"])
    elif short == "生态环境分局":
        level, region = "县", f"{city}{county}"
    superior = {"乡镇": county, "县": city, "市": province, "省": "省级"}[level]
    units = tuple(f"{region}{short.removesuffix('局')}{u}" for u in rng.sample(data["units"], rng.randint(0, 3)))
    return Organisation(
        name=f"{region}{short}",
        short=short,
        kind=kind,
        region=region,
        level=level,  # type: ignore[arg-type]
        superior=superior,
        code=str(rng.randint(101, 799)),
        rooms=tuple(rng.sample(data["rooms"], rng.randint(3, 8))),
        units=units if kind in ("机关", "乡镇") else (),
    )


def _sangong(purse: Purse, count: int, report: str) -> tuple[Sangong, Sangong]:
    rng = purse.rng
    budget = Sangong(
        abroad=purse.between(30_000, 190_000) if rng.random() < 0.15 else ZERO,
        purchase=purse.between(140_000, 420_000) if rng.random() < 0.2 else ZERO,
        operation=purse.between(9_000, 2_600 * count + 20_000) if rng.random() < 0.85 else ZERO,
        reception=purse.between(2_000, 1_500 * count + 10_000) if rng.random() < 0.8 else ZERO,
    )
    if report == "budget":
        return budget, budget
    low = rng.choice([1.0, 0.9, 0.5])
    parts = (budget.abroad, budget.purchase, budget.operation, budget.reception)
    return budget, Sangong(*(purse.share(p, low, 1.0) for p in parts))


def _economic(purse: Purse, kind: str, count: int, sangong: Sangong) -> tuple[f.EconomicRow, ...]:
    heads = max(4, count // 6) if kind == "医院" else count
    amounts = {}
    for code, rule in synth_data("subjects")["basic"].items():
        known = {"30107": kind not in ADMINISTRATIVE, "30239": kind in ADMINISTRATIVE}.get(code, True)
        if known and purse.rng.random() < rule["share"]:
            amounts[code] = purse.between(rule["low"] * heads, rule["high"] * heads)
    # The basic part of a “三公” figure never exceeds it (X9 of the identities).
    part = purse.rng.choice([1, 1, 1, 0.5])
    amounts["30212"] = purse.share(sangong.abroad, part, part)
    amounts["30217"] = purse.share(sangong.reception, part, part)
    amounts["30231"] = purse.share(sangong.operation, part, part)
    return tuple(f.EconomicRow(c, economic_name(c), a) for c, a in sorted(amounts.items()) if a)


def _bearer(code: str, kind: str, run: str) -> str:
    to = synth_data("subjects")["basic"].get(code, {}).get("to", run)
    admin = kind in ADMINISTRATIVE
    return str({"medical": "2101101" if admin else "2101102", "retired": "2080501" if admin else "2080502"}.get(to, to))


def _rows(
    purse: Purse, office: dict[str, Any], kind: str, economic: Sequence[f.EconomicRow], projects: Sequence[Project]
) -> list[FunctionRow]:
    amounts: dict[str, dict[str, Decimal]] = {}

    def add(code: str, field: str, amount: Decimal) -> None:
        row = amounts.setdefault(code, {})
        row[field] = row.get(field, ZERO) + amount

    for row in economic:
        part = "gpb_personnel" if row.code[:3] in ("301", "303") else "gpb_public"
        bearer = _bearer(row.code, kind, office["run"])
        second = office.get("second")
        if second and bearer == office["run"] and part == "gpb_personnel":
            moved = purse.share(row.amount, 0.1, 0.4)
            add(second, part, moved)
            add(bearer, part, row.amount - moved)
        else:
            add(bearer, part, row.amount)
    for project in projects:
        add(project.code, f"{project.pot}_project", project.money.executed)
    if kind in ("学校", "医院", "事业单位"):
        _own_money(purse, kind, office["run"], sum((r.amount for r in economic), ZERO), add)
    return [FunctionRow(c, function_name(c), **a) for c, a in sorted(amounts.items())]


def _own_money(purse: Purse, kind: str, run: str, basic: Decimal, add: Any) -> None:
    rng = purse.rng
    low, high = {"医院": (2.5, 7.0), "学校": (0.05, 0.3), "事业单位": (0.02, 0.4)}[kind]
    add(run, "own_basic", purse.share(basic, low, high))
    for field, chance in (("operating_expenditure", 0.25), ("to_superior", 0.12), ("to_affiliated", 0.12)):
        if rng.random() < chance:
            add(run, field, purse.share(basic, 0.01, 0.12))


def _surplus(purse: Purse, kind: str, report: str) -> tuple[Decimal, Decimal]:
    """使用非财政拨款结余 and 结余分配: only bodies with money of their own have them."""
    if kind not in ("学校", "医院", "事业单位") or report == "budget":
        return ZERO, ZERO
    used = purse.between(10_000, 90_000) if purse.rng.random() < 0.3 else ZERO
    shared = purse.between(10_000, 90_000) if purse.rng.random() < 0.4 else ZERO
    return used, shared


def _carried(projects: Sequence[Project]) -> dict[tuple[str, str], Decimal]:
    """What a budget takes over from last year, by function code and pot: what its projects say."""
    sums: dict[tuple[str, str], Decimal] = {}
    for p in projects:
        sums[p.code, p.pot] = sums.get((p.code, p.pot), ZERO) + p.carried.budget
    return sums


def _balances(purse: Purse, amount: Decimal, stirs: bool) -> tuple[Decimal, Decimal]:
    """Opening and closing balance of one pot; mostly none."""
    if not amount or not stirs or purse.rng.random() >= 0.4:
        return ZERO, ZERO
    return purse.share(amount, 0.02, 0.3), purse.share(amount, 0.02, 0.3)


def _balanced(
    purse: Purse,
    row: FunctionRow,
    carried: dict[tuple[str, str], Decimal] | None,
    surplus: tuple[Decimal, Decimal] | Literal[False] = False,
) -> FunctionRow:
    """The row with its opening and closing balances, and the incomes that make every pot balance.

    `carried` (a budget's): the opening balances by code and pot, and nothing is left at the end.
    """
    rng = purse.rng
    spent = {"gpb": row.gpb, "fund": row.fund_project, "capital": row.capital_project, "own": row.own}
    values: dict[str, Decimal] = {}
    for pot, amount in spent.items():
        opening, closing = _balances(purse, amount, pot != "gpb" or bool(row.gpb_project))
        if carried is not None:
            opening, closing = carried.get((row.code, pot), ZERO), ZERO
        values[f"{pot}_opening"], values[f"{pot}_closing"] = opening, closing
        values[f"{pot}_income"] = amount + closing - opening
    own = values.pop("own_income")
    if surplus:
        own, values["own_closing"] = _with_surplus(own, values["own_closing"], *surplus)
    values |= _sources(purse, row, own)
    if carried is None:
        values["gpb_budget"] = row.gpb if rng.random() < 0.3 else purse.share(row.gpb, 0.75, 1.15)
    else:
        values["gpb_budget"] = row.gpb
    return replace(row, **values)  # type: ignore[arg-type]


def _with_surplus(own: Decimal, closing: Decimal, used: Decimal, distribution: Decimal) -> tuple[Decimal, Decimal]:
    """Income and closing balance when old surplus is used and new surplus is shared out; income never below 0."""
    income = own - used + distribution
    return (income, closing) if income >= 0 else (ZERO, closing - income)


def _sources(purse: Purse, row: FunctionRow, own: Decimal) -> dict[str, Decimal]:
    """The own income over its sources; 经营 where there is 经营支出, else mostly 事业 and 其他."""
    rng, left, parts = purse.rng, own, dict.fromkeys(("operating", "superior", "affiliated", "other"), ZERO)
    if row.operating_expenditure:
        parts["operating"] = min(left, row.operating_expenditure)
        left -= parts["operating"]
    for source, chance in (("superior", 0.3), ("affiliated", 0.1), ("other", 0.7)):
        if left and rng.random() < chance:
            parts[source] = purse.share(left, 0.02, 0.2)
            left -= parts[source]
    school = row.code.startswith("205")
    return parts | {"undertaking": left, "tuition": purse.share(left, 0.5, 1.0) if school and left else ZERO}


def _visits(rng: random.Random, sangong: Sangong) -> f.Visits:
    groups = rng.randint(1, 3) if sangong.abroad else 0
    batches = max(1, int(sangong.reception // 900)) if sangong.reception else 0
    foreign = rng.randint(1, 2) if batches > 20 and rng.random() < 0.15 else 0
    bought = max(1, int(sangong.purchase // 200_000)) if sangong.purchase else 0
    kept = max(bought, int(sangong.operation // 26_000)) + (1 if sangong.operation else 0)
    return f.Visits(
        abroad_groups=groups,
        abroad_persons=groups * rng.randint(1, 5),
        domestic_batches=batches,
        domestic_persons=batches * rng.randint(4, 9) + (rng.randint(0, 3) if batches else 0),
        foreign_groups=foreign,
        foreign_persons=foreign * rng.randint(3, 8),
        vehicles_purchased=bought,
        vehicles_retained=kept,
    )


def _staff(rng: random.Random, kind: str, count: int) -> f.Staff:
    admin = count if kind in ("机关", "法院", "参公") else 0
    if kind in ("机关", "乡镇"):
        admin = round(count * rng.uniform(0.4, 0.9))
    institution = count - admin
    return f.Staff(
        posts_admin=admin + (rng.randint(0, 5) if admin else 0),
        posts_institution=institution + (rng.randint(0, 6) if institution else 0),
        actual_admin=admin,
        actual_institution=institution,
        retired=rng.randint(2, max(3, count // 2)),
    )


def _assets(purse: Purse, kind: str, sangong: Sangong, count: int) -> f.Assets:
    rng = purse.rng
    left = _visits(rng, sangong).vehicles_retained
    vehicles = dict.fromkeys(f.VEHICLE_USES, 0)
    uses = ["emergency", "law_enforcement", "confidential", "special_technical", "general", "other"]
    for use in rng.sample(uses, 3):
        vehicles[use] = rng.randint(0, left)
        left -= vehicles[use]
    vehicles["leader" if kind != "乡镇" else "general"] += left
    over = rng.randint(0, 9)
    return f.Assets(
        vehicles=vehicles,
        equipment_over_500k=over,
        equipment_over_1m=rng.randint(0, over) if kind in ("医院", "学校", "事业单位") else rng.randint(0, 2),
        floor_area=Decimal(str(round(rng.uniform(12, 60) * count, 2))),
        fixed_total=purse.between(60_000 * count, 400_000 * count),
    )


def _procurement(purse: Purse, projects: Sequence[Project]) -> f.Procurement:
    rng = purse.rng
    if rng.random() < 0.12:
        return f.Procurement()
    spent = sum((p.money.executed for p in projects), ZERO)
    goods = purse.share(spent, 0.05, 0.3)
    works = purse.share(spent, 0.1, 0.3) if rng.random() < 0.4 else ZERO
    services = purse.share(spent, 0.05, 0.3)
    every = goods + works + services
    sme = every if rng.random() < 0.4 else purse.share(every, 0.4, 0.95)
    return f.Procurement(goods, works, services, sme, purse.share(sme, 0.2, 1.0))


def _previous(purse: Purse, rows: Sequence[FunctionRow], sangong: Sangong, kind: str) -> f.Previous:
    spent = [a for a in f.AMOUNTS if a.endswith(("_personnel", "_public", "_project", "own_basic"))]
    spent += ["to_superior", "operating_expenditure", "to_affiliated"]
    old = []
    for row in rows:
        row_before = FunctionRow(row.code, row.name, **{a: purse.share(getattr(row, a), 0.7, 1.25) for a in spent})
        balanced = _balanced(purse, row_before, None)
        old.append(balanced)
    parts = (sangong.abroad, sangong.purchase, sangong.operation, sangong.reception)
    before = Sangong(*(purse.share(p, 0.8, 1.3) for p in parts))
    public = f.total(old).gpb_public if kind in ADMINISTRATIVE else ZERO
    return f.Previous(tuple(old), before, public)
