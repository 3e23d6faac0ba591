"""Charts where people would rather look than read: their figures, and where the marks stand on the sheet (px)."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gouji.records import Item, Report

BAR, GAP, TOP, HEAD = 13, 12, 34, 18
COLOURS = ("#9db4c8", "#1f6f8b", "#c98a2b", "#7a5c99")
TEN_THOUSAND = Decimal(10_000)
PARTS = {
    "abroad": "因公出国（境）费",
    "vehicle_purchase": "公务用车购置费",
    "vehicle_operation": "公务用车运行维护费",
    "reception": "公务接待费",
}
YEARLY = {"revenue.total": "收入总计", "expenditure.total": "支出总计", "gpb.expenditure": "一般公共预算支出"}
BINS = (
    (Decimal("0.99"), "≥ 0.99"),
    (Decimal("0.97"), "0.97–0.99"),
    (Decimal("0.9"), "0.90–0.97"),
    (Decimal(0), "< 0.90"),
)
SHADES = ("#f3f5f7", "#d5e1ea", "#a9c3d4", "#6f9ab5", "#2f6f92", "#12425c")
MOST_ROWS = 40


@dataclass(frozen=True)
class Series:
    """Rows of figures under names; `values` has one for each name, None where nothing is known. `unit` of all."""

    id: str
    title: str
    unit: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Decimal | None, ...]], ...]
    grid: bool = False

    def to_csv(self) -> str:
        """The figures as CSV with a byte order mark, as spreadsheets want it; text cannot become a formula."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([self.title if not self.unit else f"{self.title}（{self.unit}）", *map(harmless, self.names)])
        for label, values in self.rows:
            writer.writerow([harmless(label), *("" if value is None else f"{value:f}" for value in values)])
        return "\ufeff" + out.getvalue()


def harmless(text: str) -> str:
    """The text, with a quote before what a spreadsheet would take for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text[:1] else text


@dataclass(frozen=True)
class Mark:
    """One bar or square with what it says."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    text: str = ""
    title: str = ""


@dataclass(frozen=True)
class Caption:
    """One piece of text. `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Sheet:
    """How a chart is laid out: its width, the room for labels left of the bars, and for figures right of them.

    With no room on the left, labels stand above their bars.
    """

    width: int = 720
    label: int = 210
    room: int = 110


WIDE, NARROW = Sheet(), Sheet(330, 0, 84)


@dataclass(frozen=True)
class Drawing:
    """A chart laid out."""

    series: Series
    width: int
    height: int
    marks: tuple[Mark, ...]
    captions: tuple[Caption, ...]


def draw(series: Series, sheet: Sheet = WIDE) -> Drawing:
    """The chart of a series: bars lying under each other, or a grid of squares."""
    return _draw_grid(series, sheet) if series.grid else _draw_bars(series, sheet)


def _draw_bars(series: Series, sheet: Sheet) -> Drawing:
    most = max((abs(v) for _, values in series.rows for v in values if v is not None), default=Decimal(1)) or Decimal(1)
    marks, captions, y = [], [], float(TOP)
    for label, values in series.rows:
        height = BAR * len(values)
        if sheet.label:
            captions.append(Caption(sheet.label - 8, y + height / 2 + 4, _short(label, 16), "end"))
        else:
            captions.append(Caption(0, y + HEAD - 6, label))
            y += HEAD
        for i, value in enumerate(values):
            if value is not None:
                width = float(abs(value) / most) * (sheet.width - sheet.label - sheet.room)
                told = f"{value:,.2f}"
                title = f"{label} · {series.names[i]}：{told}{series.unit}"
                marks.append(
                    Mark(sheet.label, y + i * BAR, max(1.0, width), BAR - 2, COLOURS[i % len(COLOURS)], "", title)
                )
                captions.append(Caption(sheet.label + max(1.0, width) + 5, y + i * BAR + BAR - 3, told))
        y += height + GAP
    step = (sheet.width - sheet.label) // max(3, len(series.names))
    marks += [Mark(sheet.label + step * i, 8, 11, 11, COLOURS[i % len(COLOURS)]) for i in range(len(series.names))]
    captions += [Caption(sheet.label + step * i + 16, 18, name) for i, name in enumerate(series.names)]
    return Drawing(series, sheet.width, round(y + 6), tuple(marks), tuple(captions))


def _draw_grid(series: Series, sheet: Sheet) -> Drawing:
    """Pages from the left, confidence from the top; the darker, the more numbers."""
    columns = max(1, len(series.rows))
    side = max(3.0, min(26.0, (sheet.width - 110) / columns))
    high = 26.0
    most = max((v for _, values in series.rows for v in values if v is not None), default=Decimal(1)) or Decimal(1)
    marks, captions = [], []
    for j, name in enumerate(series.names):
        captions.append(Caption(92, TOP + j * high + 17, name, "end"))
    step = max(1, round(columns / (sheet.width / 40)))
    for i, (label, values) in enumerate(series.rows):
        x = 100 + i * side
        if i % step == 0:
            captions.append(Caption(x + side / 2, TOP + len(series.names) * high + 16, label, "middle"))
        for j, value in enumerate(values):
            title = f"第{label}页 · {series.names[j]}：{value or 0}"
            marks.append(Mark(x, TOP + j * high, side - 1, high - 1, _shade(value or Decimal(0), most), "", title))
    height = round(TOP + len(series.names) * high + 28)
    return Drawing(series, round(max(sheet.width, 110 + columns * side)), height, tuple(marks), tuple(captions))


def _shade(value: Decimal, most: Decimal) -> str:
    if not value:
        return SHADES[0]
    return SHADES[1 + min(len(SHADES) - 2, int((len(SHADES) - 1) * float(value / most) ** 0.5 * 0.999))]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# --- figures -----------------------------------------------------------------------------------------------------


def doubt_map(report: Report) -> Series:
    """How many numbers of each page were read with which confidence."""
    counts: dict[int, Counter[int]] = {page.page: Counter() for page in report.pages}
    for table in report.tables:
        for cell in table.cells:
            if cell.value is not None and cell.page in counts:
                sure = Decimal(str(cell.confidence))
                counts[cell.page][next(i for i, (least, _) in enumerate(BINS) if sure >= least)] += 1
    rows = tuple((str(page), tuple(Decimal(found[i]) for i in range(len(BINS)))) for page, found in counts.items())
    return Series("doubt", "识读把握分布", "", tuple(name for _, name in BINS), rows, grid=True)


def sangong(report: Report) -> Series | None:
    """The parts of 三公, budget against account where both are known, in 万元; None when the report has none."""
    series = {"上年预算数": "last_year.", "预算数": "budget.", "决算数": "actual."}
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for item in report.items:
        if item.form.endswith("sangong") and item.amount is not None:
            for name, prefix in series.items():
                part = item.measure.removeprefix(prefix)
                if item.measure.startswith(prefix) and part in PARTS:
                    found[name].setdefault(part, item.amount)
    names = tuple(name for name in series if found.get(name))
    rows = tuple(
        (label, tuple(_wan(found[name].get(part)) for name in names))
        for part, label in PARTS.items()
        if any(part in found[name] for name in names)
    )
    return Series("sangong", "“三公”经费构成", "万元", names, rows) if rows else None


def budget_against_actual(report: Report, others: Iterable[Report]) -> Series | None:
    """Expenditure of each 科目 (类), budget and account, in 万元; the budget of another report where this has none."""
    actual, budget = _classes(report.items, "final."), _classes(report.items, "budget.")
    for other in others:
        same = other.document.fiscal_year == report.document.fiscal_year
        if same and other.document.organization == report.document.organization:
            actual = actual or _classes(other.items, "final.")
            budget = budget or _classes(other.items, "budget.")
    budget = budget or _classes(report.items, "final.", "budget")
    codes = sorted(set(actual) | set(budget))
    if not codes:
        return None
    columns = [(name, side) for name, side in (("预算数", budget), ("决算数", actual)) if side]
    rows = tuple(
        (
            f"{code} {_name(code, actual, budget)}",
            tuple(_wan(side[code][1]) if code in side else None for _, side in columns),
        )
        for code in codes[:MOST_ROWS]
    )
    return Series("subjects", "预算与决算对照（按功能分类科目）", "万元", tuple(name for name, _ in columns), rows)


def _classes(items: Sequence[Item], family: str, measure: str = "total") -> dict[str, tuple[str, Decimal]]:
    """The classes (三位 code) of 一般公共预算 in forms of a family, with name and amount."""
    return {
        item.code: (item.name, item.amount)
        for item in items
        if item.form == f"{family}gpb" and item.measure == measure and item.amount is not None
        and item.code is not None and len(item.code) == 3
    }  # fmt: skip


def _name(code: str, *sides: Mapping[str, tuple[str, Decimal]]) -> str:
    return next((side[code][0] for side in sides if code in side), "")


def years(reports: Iterable[Report], organization: str) -> Series | None:
    """A department over its years: what its accounts state as totals, in 万元; None when they state nothing."""
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for report in reports:
        document = report.document
        if document.organization == organization and document.fiscal_year and document.kind != "budget":
            for fact in report.facts:
                if fact.key in YEARLY and fact.year in (None, document.fiscal_year) and fact.subject is None:
                    found[document.fiscal_year].setdefault(fact.key, fact.value)
    keys = [key for key in YEARLY if any(key in facts for facts in found.values())]
    rows = tuple(
        (f"{year}年", tuple(_wan(facts.get(key)) for key in keys)) for year, facts in sorted(found.items()) if facts
    )
    return (
        Series("years", f"{organization}：历年收支", "万元", tuple(YEARLY[key] for key in keys), rows) if rows else None
    )


def _wan(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount / TEN_THOUSAND
