"""The figures of one fictitious body's year, as records: every amount is Decimal in 元, at the printed precision.

Only leaves are stored (rows of 项, economic rows of 5 digits); every total is a property that sums them, so no form can
disagree with another. `invent.invent` makes a Body; forms, prose and truth read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

from gouji.synth.projects import Indicator, Project, percent
from gouji.synth.subjects import function_name

ZERO = Decimal(0)
Kind = Literal["机关", "参公", "事业单位", "学校", "医院", "法院", "乡镇"]

VEHICLE_USES = {
    "ministerial": "副部（省）级及以上领导用车",
    "principal_leader": "主要领导干部用车",
    "leader": "领导干部用车",
    "confidential": "机要通信用车",
    "emergency": "应急保障用车",
    "law_enforcement": "执法执勤用车",
    "special_technical": "特种专业技术用车",
    "retired_cadre": "离退休干部用车",
    "general": "一般公务用车",
    "other": "其他用车",
}


@dataclass(frozen=True)
class Organisation:
    """Who reports. `short` is the name without its region; `rooms` are 内设机构, `units` 下属单位."""

    name: str
    short: str
    kind: Kind
    region: str
    level: Literal["乡镇", "县", "市", "省"]
    superior: str
    code: str
    rooms: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class FunctionRow:
    """One function code's year. gpb: 一般公共预算; fund: 政府性基金; capital: 国有资本经营; own: money from elsewhere.

    Per pot: opening + income = spent + closing (own: less 结余分配 and plus 使用非财政拨款结余 of the Body).
    `tuition` (其中：教育收费) is part of `undertaking`; `gpb_budget` is the 年初预算 of the gpb expenditure.
    """

    code: str
    name: str
    gpb_personnel: Decimal = ZERO
    gpb_public: Decimal = ZERO
    gpb_project: Decimal = ZERO
    fund_project: Decimal = ZERO
    capital_project: Decimal = ZERO
    own_basic: Decimal = ZERO
    own_project: Decimal = ZERO
    to_superior: Decimal = ZERO
    operating_expenditure: Decimal = ZERO
    to_affiliated: Decimal = ZERO
    gpb_income: Decimal = ZERO
    fund_income: Decimal = ZERO
    capital_income: Decimal = ZERO
    superior: Decimal = ZERO
    undertaking: Decimal = ZERO
    tuition: Decimal = ZERO
    operating: Decimal = ZERO
    affiliated: Decimal = ZERO
    other: Decimal = ZERO
    gpb_opening: Decimal = ZERO
    gpb_closing: Decimal = ZERO
    fund_opening: Decimal = ZERO
    fund_closing: Decimal = ZERO
    capital_opening: Decimal = ZERO
    capital_closing: Decimal = ZERO
    own_opening: Decimal = ZERO
    own_closing: Decimal = ZERO
    gpb_budget: Decimal = ZERO

    @property
    def fiscal_income(self) -> Decimal:
        """财政拨款收入."""
        return self.gpb_income + self.fund_income + self.capital_income

    @property
    def own_income(self) -> Decimal:
        """All income but 财政拨款."""
        return self.superior + self.undertaking + self.operating + self.affiliated + self.other

    @property
    def income(self) -> Decimal:
        """本年收入合计."""
        return self.fiscal_income + self.own_income

    @property
    def gpb_basic(self) -> Decimal:
        """一般公共预算财政拨款基本支出."""
        return self.gpb_personnel + self.gpb_public

    @property
    def gpb(self) -> Decimal:
        """一般公共预算财政拨款支出."""
        return self.gpb_basic + self.gpb_project

    @property
    def fiscal(self) -> Decimal:
        """财政拨款支出 of all three budgets."""
        return self.gpb + self.fund_project + self.capital_project

    @property
    def basic(self) -> Decimal:
        """基本支出."""
        return self.gpb_basic + self.own_basic

    @property
    def project(self) -> Decimal:
        """项目支出."""
        return self.gpb_project + self.fund_project + self.capital_project + self.own_project

    @property
    def own(self) -> Decimal:
        """Expenditure of all money but 财政拨款."""
        parts = self.own_basic + self.own_project + self.to_superior
        return parts + self.operating_expenditure + self.to_affiliated

    @property
    def expenditure(self) -> Decimal:
        """本年支出合计."""
        return self.fiscal + self.own

    @property
    def fiscal_opening(self) -> Decimal:
        """年初财政拨款结转和结余."""
        return self.gpb_opening + self.fund_opening + self.capital_opening

    @property
    def fiscal_closing(self) -> Decimal:
        """年末财政拨款结转和结余."""
        return self.gpb_closing + self.fund_closing + self.capital_closing

    @property
    def opening(self) -> Decimal:
        """年初结转和结余."""
        return self.fiscal_opening + self.own_opening

    @property
    def closing(self) -> Decimal:
        """年末结转和结余."""
        return self.fiscal_closing + self.own_closing


AMOUNTS = tuple(f.name for f in fields(FunctionRow) if f.name not in ("code", "name"))


def total(rows: Iterable[FunctionRow], code: str = "", name: str = "合计") -> FunctionRow:
    """One row that sums all amounts of `rows`."""
    kept = tuple(rows)
    return FunctionRow(code, name, **{a: sum((getattr(r, a) for r in kept), ZERO) for a in AMOUNTS})


def with_levels(rows: Iterable[FunctionRow]) -> tuple[FunctionRow, ...]:
    """The rows of 项 with their 类 and 款 above them, in code order."""
    kept = tuple(rows)
    codes = sorted({r.code[:n] for r in kept for n in (3, 5, 7)})
    return tuple(total((r for r in kept if r.code.startswith(c)), c, function_name(c)) for c in codes)


def classes(rows: Iterable[FunctionRow]) -> tuple[FunctionRow, ...]:
    """One row for each 类 that occurs, in code order."""
    return tuple(r for r in with_levels(rows) if len(r.code) == 3)


@dataclass(frozen=True)
class EconomicRow:
    """One economic code (5 digits) of the basic expenditure of 一般公共预算."""

    code: str
    name: str
    amount: Decimal


@dataclass(frozen=True)
class Sangong:
    """“三公”经费 of one year: 出国, 用车购置, 用车运行, 接待."""

    abroad: Decimal = ZERO
    purchase: Decimal = ZERO
    operation: Decimal = ZERO
    reception: Decimal = ZERO

    @property
    def vehicles(self) -> Decimal:
        """公务用车购置及运行费."""
        return self.purchase + self.operation

    @property
    def total(self) -> Decimal:
        """合计."""
        return self.abroad + self.vehicles + self.reception


@dataclass(frozen=True)
class Visits:
    """Counts behind “三公”: groups abroad, persons abroad, receptions, vehicles bought and kept."""

    abroad_groups: int = 0
    abroad_persons: int = 0
    domestic_batches: int = 0
    domestic_persons: int = 0
    foreign_groups: int = 0
    foreign_persons: int = 0
    vehicles_purchased: int = 0
    vehicles_retained: int = 0


@dataclass(frozen=True)
class Staff:
    """Heads: posts (编制) and persons (实有)."""

    posts_admin: int
    posts_institution: int
    actual_admin: int
    actual_institution: int
    retired: int

    @property
    def posts_total(self) -> int:
        """总编制."""
        return self.posts_admin + self.posts_institution

    @property
    def actual_total(self) -> int:
        """在职实有人数."""
        return self.actual_admin + self.actual_institution


@dataclass(frozen=True)
class Procurement:
    """政府采购: goods, works, services; contracts with 中小企业 and, among them, 小微企业."""

    goods: Decimal = ZERO
    works: Decimal = ZERO
    services: Decimal = ZERO
    sme: Decimal = ZERO
    micro: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """政府采购支出总额."""
        return self.goods + self.works + self.services


@dataclass(frozen=True)
class Assets:
    """What stands and drives. `vehicles` maps the uses of VEHICLE_USES to numbers (0 when none)."""

    vehicles: dict[str, int]
    equipment_over_500k: int
    equipment_over_1m: int
    floor_area: Decimal
    fixed_total: Decimal

    @property
    def vehicles_total(self) -> int:
        """共有车辆."""
        return sum(self.vehicles.values())


@dataclass(frozen=True)
class Previous:
    """Last year's figures, for changes."""

    rows: tuple[FunctionRow, ...]
    sangong: Sangong
    operating_expense: Decimal
    distribution: Decimal = ZERO
    used_surplus: Decimal = ZERO

    @property
    def sums(self) -> FunctionRow:
        """All rows summed."""
        return total(self.rows)

    @property
    def grand_total(self) -> Decimal:
        """收、支总计."""
        return self.sums.income + self.used_surplus + self.sums.opening


@dataclass(frozen=True)
class Body:
    """One fictitious body's year: `quantum` (元) divides every amount; printed in `unit` with `places` digits.

    A budget has no `sangong.actual` (equal to its budget) and no closing balances; its amounts are planned ones.
    """

    organisation: Organisation
    year: int
    report: Literal["final_account", "budget"]
    unit: Literal["万元", "元"]
    places: int
    quantum: Decimal
    rows: tuple[FunctionRow, ...]
    economic: tuple[EconomicRow, ...]
    distribution: Decimal
    used_surplus: Decimal
    sangong_budget: Sangong
    sangong: Sangong
    visits: Visits
    staff: Staff
    assets: Assets
    projects: tuple[Project, ...]
    review: tuple[Indicator, ...]
    procurement: Procurement
    previous: Previous

    @property
    def sums(self) -> FunctionRow:
        """All rows summed: the 合计 of every form."""
        return total(self.rows)

    @property
    def grand_total(self) -> Decimal:
        """收、支总计."""
        return self.sums.income + self.used_surplus + self.sums.opening

    @property
    def fiscal_total(self) -> Decimal:
        """财政拨款收、支总计."""
        return self.sums.fiscal_income + self.sums.fiscal_opening

    @property
    def operating_expense(self) -> Decimal:
        """机关运行经费: the public expenditure of administrative bodies; 0 for the others."""
        return self.sums.gpb_public if self.organisation.kind in ("机关", "参公", "法院", "乡镇") else ZERO

    @property
    def review_score(self) -> Decimal:
        """部门整体自评得分 (of 100)."""
        return self.review_execution_score + sum((i.score for i in self.review), ZERO)

    @property
    def review_execution_score(self) -> Decimal:
        """Points (of 10) for the execution of the whole budget."""
        return (self.review_rate / 10).quantize(Decimal("0.01"))

    @property
    def review_rate(self) -> Decimal:
        """执行率 of the whole budget in percent: 本年支出 against 收入总计."""
        return percent(self.sums.expenditure, self.grand_total)

    def economic_sum(self, *prefixes: str) -> Decimal:
        """The sum of the economic rows whose code begins with one of `prefixes`."""
        return sum((r.amount for r in self.economic if r.code.startswith(prefixes)), ZERO)

    @property
    def title(self) -> str:
        """The report's title."""
        what = "决算" if self.report == "final_account" else "预算"
        scope = "部门" if self.organisation.units or self.organisation.kind in ("机关", "乡镇", "法院") else "单位"
        return f"{self.organisation.name}{self.year}年度{scope}{what}"
