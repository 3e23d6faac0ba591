"""The vocabulary: every record that stages hand to each other, and the report (`gouji.report/1`) they end in.

Records are frozen. Boxes are `(x0, y0, x1, y1)` in pixels of the upright page, origin top left, half open;
pages count from 1, rows and columns from 0; money is Decimal and is written as a string in JSON.
`docs/report.schema.json` is generated from `Report`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from gouji.geometry import Box

if TYPE_CHECKING:
    import pandas as pd

SCHEMA: Literal["gouji.report/1"] = "gouji.report/1"


class Record(BaseModel):
    """A frozen record; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what a page's reading gives -------------------------------------------------------------------------------


class Page(Record):
    """How one page was brought upright. `status` "unread" comes with `error`."""

    page: int
    width: int
    height: int
    dpi: int
    origin: Literal["scan", "digital"]
    turn: Literal[0, 90, 180, 270] = 0
    skew: float = 0.0
    seals: tuple[Box, ...] = ()
    status: Literal["read", "unread"] = "read"
    error: str | None = None


class Line(Record):
    """One printed line of text outside every grid. `chars` holds a confidence for each character of `text`."""

    text: str
    box: Box
    confidence: float
    chars: tuple[float, ...] = ()


class GridCell(Record):
    """One cell of a grid on one page; a blank cell has text "". `alternatives` are runner-up readings, best first."""

    row: int
    col: int
    row_span: int = 1
    col_span: int = 1
    box: Box
    text: str = ""
    confidence: float = 1.0
    alternatives: tuple[str, ...] = ()
    inferred_line: bool = False


class Grid(Record):
    """The cells of one table region of one page; `xs` and `ys` are its `n_cols + 1` and `n_rows + 1` borders."""

    box: Box
    xs: tuple[int, ...]
    ys: tuple[int, ...]
    cells: tuple[GridCell, ...]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.ys) - 1

    @property
    def n_cols(self) -> int:
        """Number of columns."""
        return len(self.xs) - 1


class PageReading(Record):
    """All that was read on one page: lines outside the grids in reading order, and the grids from top to bottom."""

    page: Page
    lines: tuple[Line, ...] = ()
    grids: tuple[Grid, ...] = ()


# --- the report ------------------------------------------------------------------------------------------------


class Source(Record):
    """The file that was read; `file` is its name without folders."""

    file: str
    sha256: str
    media_type: str
    url: str | None = None
    pages: int


class MadeBy(Record):
    """What produced the report: versions, model names, and the hash of the settings."""

    gouji: str
    engine: str
    models: tuple[str, ...]
    detector: str
    ner: str | None
    settings: str


class Document(Record):
    """What the report is: whose, for which year, and of which kind."""

    title: str | None = None
    organization: str | None = None
    fiscal_year: int | None = None
    kind: Literal["final_account", "budget", "unknown"] = "unknown"
    published: date | None = None


class Cell(Record):
    """One cell of a table. `value` is the number as printed (no unit applied), None when the text is no number.

    `confirmed_by`: rules that hold and would not with another digit here.
    """

    row: int
    col: int
    row_span: int = 1
    col_span: int = 1
    text: str
    value: Decimal | None = None
    header: bool = False
    page: int
    box: Box
    confidence: float = 1.0
    flags: tuple[str, ...] = ()
    confirmed_by: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


class Table(Record):
    """One table, over as many pages as it runs. `unit_factor` turns a printed amount into 元."""

    id: str
    form: str | None = None
    title: str | None = None
    number: str | None = None
    organization: str | None = None
    unit: Literal["万元", "元", "亿元", "千元"] | None = None
    unit_factor: int | None = None
    pages: tuple[int, ...]
    n_rows: int
    n_cols: int
    header_rows: int = 0
    notes: tuple[str, ...] = ()
    cells: tuple[Cell, ...]

    def to_pandas(self) -> pd.DataFrame:
        """The texts as a frame of `n_rows` × `n_cols`; a merged cell's text stands at its first row and column."""
        import pandas as pd

        rows = [[""] * self.n_cols for _ in range(self.n_rows)]
        for cell in self.cells:
            rows[cell.row][cell.col] = cell.text
        return pd.DataFrame(rows)


class Item(Record):
    """One figure of a recognised form. `amount` is in 元 for money, else as printed; None when blank.

    `confirmed_by` as for its cell.
    """

    table: str
    row: int
    col: int
    form: str
    code: str | None = None
    name: str
    measure: str
    amount: Decimal | None
    text: str
    page: int
    box: Box
    confidence: float = 1.0
    flags: tuple[str, ...] = ()
    confirmed_by: tuple[str, ...] = ()


class Paragraph(Record):
    """One whole paragraph or heading, lines and page breaks joined; `section` holds the headings above it."""

    kind: Literal["heading", "paragraph"]
    text: str
    section: tuple[str, ...] = ()
    pages: tuple[int, ...]
    boxes: tuple[Box, ...]


class Place(Record):
    """One place where the narrative states a fact: the clause, verbatim, and the box around it."""

    evidence: str
    page: int
    box: Box


class Fact(Record):
    """One stated value; `evidence` is its clause, verbatim from the narrative, at `page` and `box`.

    `places` are all the places that state it, in reading order; the fact's own is the first of them.
    """

    key: str
    value: Decimal
    unit: str
    subject: str | None = None
    year: int | None = None
    evidence: str
    page: int
    box: Box
    confidence: float
    method: str
    places: tuple[Place, ...] = ()


class Pointer(Record):
    """Where to look: a cell (`table`, `row`, `col`), a fact (its index in `facts`), or just a place on a page."""

    table: str | None = None
    row: int | None = None
    col: int | None = None
    fact: int | None = None
    page: int | None = None
    box: Box | None = None


class Check(Record):
    """One evaluation of one identity. `kind` classes the residual of a `fail`; `reason` tells why one was `skipped`."""

    rule: str
    status: Literal["pass", "rounding", "fail", "skipped"]
    message: str
    expected: Decimal | None = None
    actual: Decimal | None = None
    difference: Decimal | None = None
    kind: Literal["digit", "shift", "sign", "unit", "other"] | None = None
    operands: tuple[Pointer, ...] = ()
    reason: str | None = None


class Suggestion(Record):
    """The value of one cell that would satisfy `rules`; never applied by itself."""

    cell: Pointer
    text: str
    value: Decimal
    rules: tuple[str, ...]


class Finding(Record):
    """What a person should look at. `code` is stable; `message` is Chinese."""

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    pointers: tuple[Pointer, ...] = ()


class Report(Record):
    """One document's report, as written to `report.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    schema_: Literal["gouji.report/1"] = Field(default=SCHEMA, alias="schema")
    source: Source
    made_by: MadeBy
    document: Document
    pages: tuple[Page, ...]
    tables: tuple[Table, ...] = ()
    items: tuple[Item, ...] = ()
    narrative: tuple[Paragraph, ...] = ()
    facts: tuple[Fact, ...] = ()
    checks: tuple[Check, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    findings: tuple[Finding, ...] = ()


# --- what persons say of a report --------------------------------------------------------------------------------


class Correction(Record):
    """One decision of a person about one place of the report as it was read; kept beside the report, never in it.

    `old` is what the person saw there, `new` what should stand there; equal, the reading is confirmed. `target` names
    a cell, a fact (its index), a table (form, unit, title, organization) or, without a table, the document. "" as `new`
    is "none": no form, no unit, a fact that the report does not state. "document": final_account, budget or unknown.
    "join": the target table carries on the table named in `new`. "split": the target's `row` begins a table, `new`.
    "undo" takes back the correction `undoes`. `when` is in UTC. A target whose table is "" was not found when the file
    was read again.
    """

    id: str = ""
    when: datetime = datetime.min
    who: str
    why: str = ""
    kind: Literal["cell", "fact", "form", "title", "unit", "organization", "year", "document", "join", "split", "undo"]
    target: Pointer = Pointer()
    old: str = ""
    new: str = ""
    undoes: str | None = None
