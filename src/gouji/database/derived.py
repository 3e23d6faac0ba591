"""Rows made of rows: what many questions ask of each version, worked out once when the version is loaded.

Answers to them take the same time whatever else was loaded. A change here needs a revision in `migrations/`, after
which all is worked out anew.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from gouji.database.models import KeyFigureRow, ScoreRow


def _stated(key: str) -> str:
    """The first fact of the key about the body as a whole."""
    return f"""(SELECT f.value FROM facts f WHERE f.key = '{key}' AND f.version = v.id AND f.subject IS NULL
        ORDER BY f.position LIMIT 1)"""


def _printed(measures: tuple[str, ...], forms: tuple[str, ...], names: str = "", column: str = "amount") -> str:
    """The first figure of a measure in one of the forms; `names`: in a row whose name fits."""
    chosen = ", ".join(f"'{measure}'" for measure in measures)
    known = ", ".join(f"'{form}'" for form in forms)
    named = f" AND i.name LIKE '{names}'" if names else ""
    return f"""(SELECT i.{column} FROM items i WHERE i.version = v.id AND i.form IN ({known})
        AND i.measure IN ({chosen}) AND i.amount IS NOT NULL{named} ORDER BY i.position LIMIT 1)"""


_SUMMARIES = ("final.summary", "budget.summary")
_EXPENDITURES = ("final.expenditure", "budget.expenditure")
_PLACE = ("page", "x0", "y0", "x1", "y1")
_SANGONG = ("final.sangong", "budget.sangong")


def _spent(measure: str, key: str) -> dict[str, str]:
    """Budgeted and spent, from the form, else from the narrative. In a budget what is spent is not known yet."""
    stated = "sangong" if measure == "total" else key
    budget = f"coalesce({_printed((f'budget.{measure}',), _SANGONG)}, {_stated(f'{stated}.budget')})"
    spent = f"coalesce({_printed((f'actual.{measure}',), _SANGONG)}, {_stated(key)})"
    return {f"{measure}_budget": budget, measure: f"CASE WHEN v.kind = 'budget' THEN NULL ELSE {spent} END"}


# One row for each version; the forms' figures come before the narrative's.
_KEY_FIGURES = {
    "version": "v.id",
    "document": "v.document",
    "revenue": f"coalesce({_printed(('revenue.amount',), _SUMMARIES, '%总计')}, {_stated('revenue.total')})",
    "expenditure":
        f"coalesce({_printed(('expenditure.amount',), _SUMMARIES, '%总计')}, {_stated('expenditure.total')})",
    "basic": f"coalesce({_printed(('basic',), _EXPENDITURES, '%合计')}, {_stated('expenditure.basic')})",
    "project": f"coalesce({_printed(('project',), _EXPENDITURES, '%合计')}, {_stated('expenditure.project')})",
    "gpb": f"coalesce({_printed(('total',), ('final.gpb', 'budget.gpb'), '%合计')}, {_stated('gpb.expenditure')})",
    "sangong": f"coalesce({_printed(('actual.total',), ('final.sangong',))}, "
        f"{_printed(('budget.total',), ('budget.sangong',))}, {_stated('sangong.actual')})",
    "procurement": _stated("procurement.total"),
    "staff": _stated("staff.in_service"),
    **_spent("total", "sangong.actual"),
    **_spent("abroad", "sangong.abroad"),
    **_spent("vehicles", "sangong.vehicles"),
    **_spent("vehicle_purchase", "sangong.vehicle_purchase"),
    **_spent("vehicle_operation", "sangong.vehicle_operation"),
    **_spent("reception", "sangong.reception"),
    **{name: _printed(("actual.total", "budget.total"), _SANGONG, "", name) for name in _PLACE},
}  # fmt: skip

KEY_FIGURES = f"""
INSERT INTO key_figures ({", ".join(_KEY_FIGURES)})
SELECT {", ".join(_KEY_FIGURES.values())}
FROM versions v
"""

# A project's score stands in the narrative, in the summary of self-evaluations, or at the foot of its own form (总分).
# CROSS JOIN is SQLite's way to be told the order: the version first, then what hangs on it.
SCORES = """
INSERT INTO scores (version, document, position, project, score, source, evidence, page, x0, y0, x1, y1)
SELECT version, document, row_number() OVER (PARTITION BY version ORDER BY rank, place, "row", col) - 1,
    project, score, source, evidence, page, x0, y0, x1, y1
FROM (
SELECT v.id AS version, v.document, 1 AS rank, f.position AS place, 0 AS "row", 0 AS col, f.subject AS project,
    f.value AS score, 'narrative' AS source, f.evidence, f.page, f.x0, f.y0, f.x1, f.y1
FROM versions v JOIN facts f ON f.version = v.id
WHERE f.key = 'score.project' AND f.subject IS NOT NULL AND {of}
UNION ALL
SELECT v.id, v.document, 2, i.position, 0, 0, i.name, i.amount, 'summary', i.text, i.page, i.x0, i.y0, i.x1, i.y1
FROM versions v JOIN items i ON i.version = v.id
WHERE i.form = 'performance.summary' AND i.measure = 'score' AND i.amount IS NOT NULL AND {of}
UNION ALL
SELECT v.id, v.document, 3, s.page, s."row", s.col, n.text, s.value, 'form', s.text, s.page, s.x0, s.y0, s.x1, s.y1
FROM versions v
CROSS JOIN tables t
CROSS JOIN cells h
CROSS JOIN cells n
CROSS JOIN cells e
CROSS JOIN cells s
WHERE {of} AND t.version = v.id AND t.form = 'performance.self_evaluation'
    AND h.version = t.version AND h.table_id = t.table_id AND h.text LIKE '项目名称%' AND h."row" < 4
    AND n.version = t.version AND n.table_id = t.table_id AND n."row" = h."row" AND n.col = h.col + h.col_span
    AND e.version = t.version AND e.table_id = t.table_id AND e.text IN ('总分', '合计') AND e."row" >= t.n_rows - 3
    AND s.version = t.version AND s.table_id = t.table_id AND s."row" = e."row" AND s.value IS NOT NULL
    AND s.col = (SELECT max(m.col) FROM cells m WHERE m.version = t.version AND m.table_id = t.table_id
        AND m."row" = e."row" AND m.value IS NOT NULL)
) AS found
"""

DERIVED: tuple[type[Any], ...] = (KeyFigureRow, ScoreRow)
_OF_ONE = "v.id = :version"


def derive(connection: Connection, version: int) -> None:
    """Work out the rows of a version just put in."""
    connection.execute(text(f"{KEY_FIGURES} WHERE {_OF_ONE}"), {"version": version})
    connection.execute(text(SCORES.format(of=_OF_ONE)), {"version": version})


def derive_all(connection: Connection) -> None:
    """Work out the rows of all versions anew."""
    for model in DERIVED:
        connection.execute(text(f"DELETE FROM {model.__tablename__}"))
    connection.execute(text(KEY_FIGURES))
    connection.execute(text(SCORES.format(of="1 = 1")))
