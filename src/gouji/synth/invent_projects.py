"""Invents a body's projects and their performance indicators."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from gouji.synth.figures import Organisation
from gouji.synth.projects import ZERO, Indicator, Money, Project
from gouji.synth.purse import Purse
from gouji.synth.subjects import synth_data


def invent_projects(
    purse: Purse, office: dict[str, Any], org: Organisation, count: int, report: str
) -> tuple[Project, ...]:
    """Some of the office's projects; `count` (heads) sets their size."""
    rng = purse.rng
    chosen = [(c, n, "gpb") for c, n in office["projects"]]
    chosen = sorted(rng.sample(chosen, rng.randint(max(1, len(chosen) // 2), len(chosen))), key=chosen.index)
    chosen += [(c, n, "fund") for c, n in office.get("fund", []) if rng.random() < 0.6]
    chosen += [(c, n, "capital") for c, n in office.get("capital", []) if rng.random() < 0.6]
    if org.kind in ("学校", "医院", "事业单位") and rng.random() < 0.5:
        chosen.append((office["run"], "业务用房零星修缮项目", "own"))
    return tuple(_project(purse, c, n, pot, count, report) for c, n, pot in chosen)


def _project(purse: Purse, code: str, name: str, pot: str, count: int, report: str) -> Project:
    rng = purse.rng
    budget = purse.between(20_000, rng.choice([200_000, 900_000, 40_000 * count]))
    planned = report == "budget"
    initial = budget if planned or rng.random() < 0.6 else purse.share(budget, 0.5, 1.3)
    executed = budget if planned or rng.random() < 0.5 else max(purse.quantum, purse.share(budget, 0.55, 1.0))
    main, carried = Money(initial, budget, executed), Money()
    if pot != "own" and rng.random() < 0.25:
        carried = Money(ZERO, purse.share(budget, 0.1, 0.4), ZERO)
        spent = carried.budget if planned else min(carried.budget, purse.share(executed, 0.1, 0.4))
        carried = replace(carried, executed=spent)
        main = Money(initial, budget - carried.budget, executed - carried.executed)
        if main.executed > main.budget:
            main, carried = Money(initial, budget, executed), Money()
    done = "按计划完成" if executed == budget else "基本完成"
    return Project(
        name=name,
        code=code,
        pot=pot,  # type: ignore[arg-type]
        fiscal=Money() if pot == "own" else main,
        carried=carried,
        other=main if pot == "own" else Money(),
        goal=f"规范使用{name}，按时完成年度任务，保障相关工作正常开展。",
        done=f"{name}年度任务{done}，资金使用规范，达到预期效果。",
        indicators=invent_indicators(purse, budget, 2),
    )


def invent_indicators(purse: Purse, budget: Decimal, most: int) -> tuple[Indicator, ...]:
    """Indicators whose weights sum to 90 (the other 10 points are for the execution rate)."""
    rng, drawn = purse.rng, []
    for group in synth_data("bodies")["indicators"]:
        top = most if group["level2"] in ("数量指标", "质量指标") else 1
        for choice in rng.sample(group["choices"], min(rng.randint(1, top), len(group["choices"]))):
            if choice[2] == "budget" and not budget:
                choice = group["choices"][1]
            drawn.append((group["level1"], group["level2"], choice))
    weights = {"产出指标": 50, "效益指标": 30, "满意度指标": 10}
    result: list[Indicator] = []
    for level1, points in weights.items():
        mine = [d for d in drawn if d[0] == level1]
        result += [_indicator(purse, d, w, budget) for d, w in zip(mine, _split(points, len(mine)), strict=True)]
    return tuple(result)


def _split(points: int, parts: int) -> list[int]:
    share = points // parts
    return [share] * (parts - 1) + [points - share * (parts - 1)]


def _indicator(purse: Purse, drawn: tuple[str, str, list[Any]], weight: int, budget: Decimal) -> Indicator:
    level1, level2, (name, sign, unit, low, high) = drawn
    rng = purse.rng
    loss = rng.choice([0, 0, 0, 0, 0, 1, 2]) if weight > 4 else 0
    if unit == "budget":
        amount = f"{(budget / 10_000).quantize(Decimal('0.01'))}万元"
        target, actual = f"{sign}{amount}", amount
    elif not sign:
        target = actual = unit
    else:
        value = rng.randint(low, high)
        reached = value if sign == "=" else min(value + rng.randint(0, 3), 100 if unit == "%" else 10**9)
        target, actual = f"{sign}{value}{unit}", f"{reached - (1 if loss and sign == '≥' and value > 1 else 0)}{unit}"
    reason = rng.choice(["受工期影响进度略缓，下一步加强调度", "前期准备不足，今后细化目标管理"]) if loss else ""
    return Indicator(level1, level2, name, target, actual, Decimal(weight), Decimal(weight - loss), reason)
