"""The invented figures: deterministic, and every identity of the official forms holds to the last digit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gouji.synth.figures import AMOUNTS, Body, with_levels
from gouji.synth.invent import invent

BODIES = [invent(seed, report=report) for seed in range(50) for report in ("final_account", "budget")]  # type: ignore[arg-type]


def test_the_same_seed_invents_the_same_body() -> None:
    """A seed always gives one and the same body."""
    assert invent(7) == invent(7)
    assert invent(7) != invent(8)


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.title)
def test_revenue_and_expenditure_totals_agree(body: Body) -> None:
    """收入总计 = 支出总计, in all, for 财政拨款, and for each of its three budgets."""
    sums = body.sums
    assert body.grand_total == sums.expenditure + body.distribution + sums.closing
    assert body.fiscal_total == sums.fiscal + sums.fiscal_closing
    assert sums.gpb_opening + sums.gpb_income == sums.gpb + sums.gpb_closing
    assert sums.fund_opening + sums.fund_income == sums.fund_project + sums.fund_closing


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.title)
def test_basic_expenditure_is_the_sum_of_its_economic_rows(body: Body) -> None:
    """人员经费 and 公用经费 by function equal those by economic code."""
    assert body.sums.gpb_personnel == body.economic_sum("301", "303")
    assert body.sums.gpb_public == body.economic_sum("302", "307", "310", "312", "399")


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.title)
def test_project_expenditure_is_the_sum_of_the_projects(body: Body) -> None:
    """项目支出 equals what the projects executed, whose scores stay within 0 and 100."""
    assert body.sums.project == sum(p.money.executed for p in body.projects)
    for project in body.projects:
        assert 0 < project.money.executed <= project.money.budget
        assert 0 <= project.score <= 100
        assert sum(i.weight for i in project.indicators) == 90


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.title)
def test_classes_and_groups_are_the_sums_of_their_items(body: Body) -> None:
    """类 = Σ款 = Σ项 in every measure."""
    rows = with_levels(body.rows)
    for name in AMOUNTS:
        for length in (3, 5, 7):
            level = sum(getattr(r, name) for r in rows if len(r.code) == length)
            assert level == getattr(body.sums, name)


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.title)
def test_no_amount_is_negative_or_finer_than_printed(body: Body) -> None:
    """Every amount is a whole multiple of the printed precision and at least 0."""
    for row in (*body.rows, *body.previous.rows):
        for name in AMOUNTS:
            amount = getattr(row, name)
            assert amount >= 0
            assert amount % body.quantum == 0


@pytest.mark.parametrize("body", BODIES, ids=lambda b: b.title)
def test_counts_agree_with_the_money_behind_them(body: Body) -> None:
    """Visits, vehicles and contracts fit their amounts, and basic 三公 rows never exceed the 三公 figures."""
    economic = {r.code: r.amount for r in body.economic}
    assert economic.get("30217", 0) <= body.sangong.reception
    assert economic.get("30231", 0) <= body.sangong.operation
    assert bool(body.visits.domestic_batches) == bool(body.sangong.reception)
    assert body.assets.vehicles_total == body.visits.vehicles_retained
    assert body.procurement.micro <= body.procurement.sme <= body.procurement.total


def test_finer_figures_give_rounding_differences() -> None:
    """With `rounded` the leaves are finer than what is printed."""
    body = invent(3, unit="万元", places=2, rounded=True)
    assert any(r.gpb_personnel % Decimal(100) for r in body.rows)
