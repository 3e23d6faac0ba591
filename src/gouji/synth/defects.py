"""Hard tables on demand: one small case for each thing that makes tables hard to read, with its truth."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from gouji.synth.fonts import canvas
from gouji.synth.grid import C, Form, lay
from gouji.synth.print_table import print_form
from gouji.synth.sheet import Sheet, TableLook
from gouji.synth.truth import table_of

Rows = list[list[C | str]]


@dataclass(frozen=True)
class Case:
    """One hard table. `prints` are printed one after the other on new pages; `tables` are the truth.

    `wear` are the scan's defects that belong to the case (see `wear.WEAR`), `skew_deg` its skew, `fax` tells whether it
    was faxed, `sealed` whether every page has a seal. `turned` pages (from 1) lie on their side. `cut`: the prints are
    the pieces of one table, the first of them at the foot of its page. `two_up`: the prints stand side by side on one
    sheet.
    """

    prints: tuple[Form, ...]
    tables: tuple[Form, ...]
    look: TableLook = field(default_factory=TableLook)
    wear: tuple[str, ...] = ()
    fax: bool = False
    skew_deg: tuple[float, float] | None = None
    sealed: bool = False
    landscape: bool = False
    turned: tuple[int, ...] = ()
    cut: bool = False
    two_up: bool = False


def _form(rows: Rows, head: int, title: str = "收入支出情况表") -> Form:
    n_cols, cells = lay(rows, head)
    return Form("", title, "", "", "", len(rows), n_cols, head, cells)


def _one(rows: Rows, head: int, *wear: str, look: TableLook | None = None, landscape: bool = False) -> Case:
    form = _form(rows, head)
    return Case((form,), (form,), look or TableLook(), wear, landscape=landscape)


def _money(rng: random.Random) -> str:
    return f"{rng.randint(0, 9_999_999) / 100:,.2f}"


_NAMES = (
    "基本工资",
    "津贴补贴",
    "办公费",
    "差旅费",
    "维修（护）费",
    "培训费",
    "劳务费",
    "委托业务费",
    "公务接待费",
    "其他支出",
)


def plain_rows(rng: random.Random, count: int, figures: int) -> Rows:
    """`count` rows of a name and `figures` amounts."""
    return [[f"{i + 1}.{_NAMES[i % len(_NAMES)]}", *(_money(rng) for _ in range(figures))] for i in range(count)]


def _plain(rng: random.Random, count: int = 9, figures: int = 4) -> Rows:
    head: list[C | str] = ["项目", *(("上年数", "本年数", "增减额", "备注数")[i % 4] for i in range(figures))]
    return [head, *plain_rows(rng, count, figures)]


def merged(rng: random.Random) -> Case:
    """Cells merged across, down, and both ways in the middle of the body."""
    m = partial(_money, rng)
    rows: Rows = [
        ["项目", "一季度", "二季度", "三季度", "四季度"],
        ["人员经费", C(m(), cols=2), C(m(), cols=2)],
        [C("公用经费", rows=2), m(), m(), m(), m()],
        [C(m(), cols=3), m()],
        ["专项经费", C(m(), rows=2, cols=2), m(), m()],
        ["其他经费", m(), C(m(), rows=2)],
        ["合计", m(), m(), m()],
    ]
    return _one(rows, 1)


def three_level_head(rng: random.Random) -> Case:
    """A heading of three levels over eight columns."""
    rows: Rows = [
        [C("科目名称", rows=3), C("本年支出", cols=5), C("结转", cols=2)],
        [C("小计", rows=2), C("基本支出", cols=2), C("项目支出", cols=2), C("基本", rows=2), C("项目", rows=2)],
        ["人员", "公用", "本级", "下级"],
        *plain_rows(rng, 7, 7),
    ]
    return _one(rows, 3)


def staircase_codes(rng: random.Random) -> Case:
    """类, 款 and 项 in three columns, each row filling only its own."""
    codes = [
        ("208", "", ""),
        ("", "05", ""),
        ("", "", "01"),
        ("", "", "05"),
        ("221", "", ""),
        ("", "02", ""),
        ("", "", "01"),
    ]
    head: Rows = [[C("科目编码", cols=3), C("科目名称", rows=2), C("合计", rows=2)], ["类", "款", "项"]]
    body: Rows = [[*code, _NAMES[i], _money(rng)] for i, code in enumerate(codes)]
    return _one(head + body, 2)


def diagonal_head(rng: random.Random) -> Case:
    """A head cell cut by a diagonal line, with a word on each side."""
    rows = _plain(rng)
    rows[0][0] = C("年度 项目", slash=True)
    return _one(rows, 1, look=TableLook(row_mm=9))


def nested_labels(rng: random.Random) -> Case:
    """Tall labels within tall labels, three deep, with narrow columns."""
    m = partial(_money, rng)
    rows: Rows = [
        [C("绩效指标", rows=7), C("产出指标", rows=4), C("数量指标", rows=2), "培训场次", m()],
        ["检查次数", m()],
        [C("质量指标", rows=2), "验收合格率", "98%"],
        ["整改完成率", "100%"],
        [C("效益指标", rows=2), "社会效益指标", "群众知晓率", "91%"],
        ["可持续影响指标", "制度健全性", "健全"],
        ["满意度指标", "服务对象满意度指标", "群众满意度", "95%"],
    ]
    return _one(rows, 0)


def panels(rng: random.Random) -> Case:
    """Three lists side by side, of unequal length."""
    rows: Rows = [["科目编码", "科目名称", "金额"] * 3]
    for i in range(9):
        row: list[C | str] = []
        for panel, length in ((301, 9), (302, 7), (310, 3)):
            row += [f"{panel}{i + 1:02d}", _NAMES[(i + panel) % 10], _money(rng)] if i < length else ["", "", ""]
        rows.append(row)
    rows.append([C("人员经费合计", cols=2), _money(rng), C("公用经费合计", cols=5), _money(rng)])
    return _one(rows, 1, landscape=True)


def empty_lanes(rng: random.Random) -> Case:
    """Whole columns and rows without any text."""
    rows = _plain(rng, 9, 6)
    rows[0][5] = "结转"
    for row in rows[1:]:
        row[3] = row[5] = ""
    for i in (4, 8, 9):
        rows[i] = [""] * 7
    return _one(rows, 1)


def tiny(rng: random.Random) -> Case:
    """Eighteen columns of tiny text on a sideways sheet."""
    return _one(_plain(rng, 14, 17), 1, look=TableLook(size_pt=5.5, least_pt=4.5, row_mm=5), landscape=True)


def touching(rng: random.Random) -> Case:
    """Text without any air: it touches the lines."""
    return _one(_plain(rng), 1, look=TableLook(pad_share=0.005, row_mm=4.0))


def _looked(**changes: Any) -> Callable[[random.Random], Case]:
    return lambda rng: _one(_plain(rng), 1, look=TableLook(**changes))


def _worn(*wear: str) -> Callable[[random.Random], Case]:
    return lambda rng: _one(_plain(rng), 1, *wear)


def _long(over: str) -> Callable[[random.Random], Case]:
    def make(rng: random.Random) -> Case:
        return _one(_plain(rng, 58), 1, look=TableLook(over_pages=over))  # type: ignore[arg-type]

    return make


def _turning(count: int, *pages: int) -> Callable[[random.Random], Case]:
    """A long table with these pages on their side."""
    return lambda rng: replace(_one(_plain(rng, count), 1), turned=pages)


def columns_over_pages(rng: random.Random) -> Case:
    """A table too wide for one page: its right columns stand on the next."""
    rows = _plain(rng, 12, 9)
    left = _form([row[:6] for row in rows], 1)
    right = replace(_form([row[6:] for row in rows], 1), title="")
    return Case((left, right), (_form(rows, 1),))


def two_up(rng: random.Random) -> Case:
    """Two pages copied onto one sheet, side by side, with a table on each."""
    forms = (_form(_plain(rng, 9, 3), 1, "收入情况表"), _form(_plain(rng, 12, 3), 1, "支出情况表"))
    return Case(forms, forms, two_up=True)


def skewed(rng: random.Random) -> Case:
    """A sheet fed four to five degrees askew."""
    return replace(_one(_plain(rng), 1), skew_deg=(4.0, 5.0))


def faxed(rng: random.Random) -> Case:
    """A page that came by fax: black and white, with drop-outs."""
    return replace(_one(_plain(rng), 1), fax=True)


def sideways(rng: random.Random) -> Case:
    """A wide sheet that was fed on its side."""
    return replace(_one(_plain(rng, 12, 7), 1, landscape=True), turned=(1,))


def sealed(rng: random.Random) -> Case:
    """A seal over the figures."""
    return replace(_one(_plain(rng, 26), 1), sealed=True)


def random_merges(rng: random.Random) -> Case:
    """A lattice of 8 to 14 rows with merged cells wherever chance puts them; it holds numbers only."""
    n_rows, n_cols = rng.randint(8, 14), rng.randint(4, 8)
    free = {(r, c) for r in range(n_rows) for c in range(n_cols)}
    rows: Rows = []
    for r in range(n_rows):
        row: list[C | str] = []
        for c in range(n_cols):
            if (r, c) not in free:
                continue
            high, wide = rng.choice([(1, 1)] * 8 + [(1, 2), (2, 1), (2, 2), (3, 1)])
            spots = {(r + i, c + j) for i in range(high) for j in range(wide)}
            if not spots <= free:
                high, wide, spots = 1, 1, {(r, c)}
            free -= spots
            row.append(C(_money(rng), rows=high, cols=wide))
        rows.append(row)
    return _one(rows, 0)


def cut_row(rng: random.Random) -> Case:
    """A row whose text goes on behind the page break, in a piece of the row without any figure."""
    story = "规范使用资金，按时完成年度任务，保障相关工作正常开展，"
    more = "群众满意度稳步提高，长效管理机制逐步健全。"
    first = _plain(rng, 6, 2)
    rest = plain_rows(rng, 5, 2)
    figures = [_money(rng), _money(rng)]
    upper = _form([*first, [story, *figures]], 1)
    lower = replace(_form([[more, "", ""], *rest], 0), title="")
    whole = _form([*first, [story + more, *figures], *rest], 1)
    return Case((upper, lower), (whole,), cut=True)


CASES: dict[str, Callable[[random.Random], Case]] = {
    "merged": merged,
    "three_level_head": three_level_head,
    "staircase_codes": staircase_codes,
    "diagonal_head": diagonal_head,
    "nested_labels": nested_labels,
    "panels": panels,
    "empty_lanes": empty_lanes,
    "tiny": tiny,
    "touching": touching,
    "open_frame": _looked(rules="open"),
    "three_lines": _looked(rules="three"),
    "borderless": _looked(rules="none"),
    "dotted": _looked(stroke="dotted"),
    "dashed": _looked(stroke="dashed"),
    "double": _looked(stroke="double"),
    "thick": _looked(line_mm=0.9),
    "hairline": _looked(line_mm=0.05),
    "shaded": _looked(shaded=True),
    "broken_lines": _worn("broken_lines"),
    "pale_lines": _worn("pale_lines"),
    "thick_lines": _worn("thick_lines"),
    "curl": _worn("curl"),
    "perspective": _worn("perspective"),
    "uneven_light": _worn("shadow"),
    "low_contrast": _worn("low_contrast"),
    "stains": _worn("stains"),
    "holes_and_borders": _worn("holes", "borders", "streaks"),
    "show_through": _worn("show_through"),
    "over_pages": _long("repeat"),
    "over_pages_continued": _long("continued"),
    "over_pages_bare": _long("none"),
    "sideways_continuation": _turning(58, 2),
    "sideways_between": _turning(84, 2),
    "columns_over_pages": columns_over_pages,
    "two_up": two_up,
    "skewed": skewed,
    "faxed": faxed,
    "sideways": sideways,
    "sealed": sealed,
    "random_merges": random_merges,
    "cut_row": cut_row,
}


def make_case(name: str, seed: int = 0) -> Case:
    """The case of that name, with figures drawn from `seed`."""
    return CASES[name](random.Random(f"{name} {seed}"))


def print_case(name: str, seed: int = 0) -> tuple[bytes, dict[str, Any]]:
    """The case of that name as a digital PDF, and its truth."""
    case = make_case(name, seed)
    with canvas() as pdf:
        pages = _print_two_up(pdf, case) if case.two_up else _print_pages(pdf, case)
        data = bytes(pdf.output())
    tables = [table_of(t, tuple(sorted(set(pages)))) for t in case.tables]
    return data, {"title": name, "tables": tables, "paragraphs": [], "headings": [], "facts": []}


def _print_pages(pdf: Any, case: Case) -> list[int]:
    """Every print on a page of its own, or more; the page numbers."""
    sheet = Sheet(pdf, 210, 297, 15, 15, 22, 20)

    def new_page() -> None:
        turned = case.landscape or pdf.page_no() + 1 in case.turned
        pdf.add_page(orientation="L" if turned else "P")
        sheet.width, sheet.height = (297, 210) if turned else (210, 297)
        sheet.y = sheet.top

    pages: list[int] = []
    for i, form in enumerate(case.prints):
        new_page()
        if case.cut and i == 0:
            sheet.y = 218
        pages += print_form(sheet, form, case.look, new_page, case.tables[0] if case.cut else None)
    return pages


def _print_two_up(pdf: Any, case: Case) -> list[int]:
    pdf.add_page(orientation="L")
    for i, form in enumerate(case.prints):
        sheet = Sheet(pdf, 297, 210, 12 + 148.5 * i, 12 + 148.5 * (1 - i), 18, 15, y=18)
        print_form(sheet, form, case.look, lambda: None)
    return [1]


def scan_case(
    name: str, quality: str = "office", seed: int = 0, dpi: int | None = None
) -> tuple[list[bytes], dict[str, Any]]:
    """The pages of a case as encoded images of that quality, with the case's own defects, and its truth.

    `dpi` is the scan's resolution, when it is not to be that of the quality.

    Raises:
        UsageError: there is no such quality.
    """
    from gouji.synth.scan import load_quality, scan_pages

    case = make_case(name, seed)
    chosen = load_quality(quality, case.wear)
    data, truth = print_case(name, seed)
    chosen = replace(
        chosen,
        dpi=dpi or chosen.dpi,
        fax=1 if case.fax else chosen.fax,
        turned=chosen.turned or bool(case.turned),
        seals=99 if case.sealed else 0,
        skew_deg=case.skew_deg or chosen.skew_deg,
    )
    return scan_pages(data, chosen, seed, "云砚县财政局"), truth


def write_cases(out: Path, quality: str = "office", seed: int = 0) -> list[Path]:
    """Writes one folder for each case: the scan and its truth; gives the folders."""
    from gouji.synth.scan import bind_pdf

    folders = []
    for name in CASES:
        images, truth = scan_case(name, quality, seed)
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "case.pdf").write_bytes(bind_pdf(images))
        (folder / "case.truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", "utf-8")
        folders.append(folder)
    return folders
