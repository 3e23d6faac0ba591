"""The views: what holds now, and the questions people ask of it. The same SQL for SQLite and PostgreSQL.

Every view shows current versions only, and where persons corrected something, the corrected value with its origin:
`origin` is "read" or "corrected"; `corrected_by`, `corrected_at`, `why` and `as_read` say who, when, why and what stood
there before. A change here needs a revision in `migrations/` (see its `views`).
"""

from __future__ import annotations

import hashlib

# The document's own columns at the head of each view.
_WHOSE = "v.document, v.id AS version, v.organization, v.place, v.fiscal_year, v.kind"
_ORIGIN = """CASE WHEN c.id IS NULL THEN 'read' ELSE 'corrected' END AS origin,
    c.old AS as_read, c.who AS corrected_by, c.made_at AS corrected_at, c.why"""

DISCLOSURES = f"""
SELECT {_WHOSE}, v.title, v.published, d.file, d.url, d.sha256, d.n_pages, v.pages_read, v.number AS reading,
    v.basis, v.loaded_at,
    (SELECT count(*) FROM checks x WHERE x.status = 'fail' AND x.version = v.id) AS failed_checks,
    (SELECT count(*) FROM findings f WHERE f.version = v.id AND f.severity = 'error') AS errors,
    (SELECT count(*) FROM findings f WHERE f.version = v.id AND f.severity = 'warning') AS warnings
FROM versions v JOIN documents d ON d.id = v.document
WHERE v.current
"""

_ITEM_COLUMNS = f"""
SELECT {_WHOSE}, i.table_id, i."row", i.col, i.form, i.code, i.name, i.measure, i.amount, i.text,
    i.page, i.x0, i.y0, i.x1, i.y1, i.confidence, i.flags, {_ORIGIN}"""

CURRENT_ITEMS = f"""{_ITEM_COLUMNS}
FROM items i
JOIN versions v ON v.id = i.version AND v.current
JOIN tables t ON t.version = i.version AND t.table_id = i.table_id
LEFT JOIN corrections c ON c.id = coalesce(i.correction, t.correction)
"""

# CROSS JOIN is SQLite's way to be told the order: the few versions first, then what hangs on each.
CORRECTED_FIGURES = f"""{_ITEM_COLUMNS}
FROM versions v
CROSS JOIN items i
CROSS JOIN tables t
CROSS JOIN corrections c
WHERE v.current AND v.basis = 'corrected' AND i.version = v.id
    AND t.version = i.version AND t.table_id = i.table_id AND c.id = coalesce(i.correction, t.correction)
"""

CURRENT_FACTS = f"""
SELECT {_WHOSE}, f.key, f.value, f.unit, f.subject, f.year, f.evidence,
    f.page, f.x0, f.y0, f.x1, f.y1, f.confidence, f.method, {_ORIGIN}
FROM facts f
JOIN versions v ON v.id = f.version AND v.current
LEFT JOIN corrections c ON c.id = f.correction
"""


def _stated(key: str) -> str:
    """The first fact of the key about the body as a whole."""
    return f"""(SELECT f.value FROM facts f WHERE f.key = '{key}' AND f.version = v.id AND f.subject IS NULL
        ORDER BY f.position LIMIT 1)"""


def _printed(measures: tuple[str, ...], forms: tuple[str, ...], names: str = "") -> str:
    """The first figure of a measure in one of the forms; `names`: in a row whose name fits."""
    chosen = ", ".join(f"'{measure}'" for measure in measures)
    known = ", ".join(f"'{form}'" for form in forms)
    named = f" AND i.name LIKE '{names}'" if names else ""
    return f"""(SELECT i.amount FROM items i WHERE i.version = v.id AND i.form IN ({known})
        AND i.measure IN ({chosen}) AND i.amount IS NOT NULL{named} ORDER BY i.position LIMIT 1)"""


_SUMMARIES = ("final.summary", "budget.summary")

# One row for each disclosure; the forms' figures come before the narrative's.
DEPARTMENT_YEARS = f"""
SELECT {_WHOSE}, v.title,
    coalesce({_printed(("revenue.amount",), _SUMMARIES, "%总计")}, {_stated("revenue.total")}) AS revenue,
    coalesce({_printed(("expenditure.amount",), _SUMMARIES, "%总计")}, {_stated("expenditure.total")}) AS expenditure,
    coalesce({_printed(("basic",), ("final.expenditure", "budget.expenditure"), "%合计")},
        {_stated("expenditure.basic")}) AS basic,
    coalesce({_printed(("project",), ("final.expenditure", "budget.expenditure"), "%合计")},
        {_stated("expenditure.project")}) AS project,
    coalesce({_printed(("total",), ("final.gpb", "budget.gpb"), "%合计")}, {_stated("gpb.expenditure")}) AS gpb,
    coalesce({_printed(("actual.total",), ("final.sangong",))}, {_printed(("budget.total",), ("budget.sangong",))},
        {_stated("sangong.actual")}) AS sangong,
    {_stated("procurement.total")} AS procurement,
    {_stated("staff.in_service")} AS staff
FROM versions v
WHERE v.current
"""


def _sangong(measure: str, key: str) -> str:
    """Budgeted and spent, from the form, else from the narrative. In a budget what is spent is not known yet."""
    forms = ("final.sangong", "budget.sangong")
    budget = f"coalesce({_printed((f'budget.{measure}',), forms)}, {_stated(f'{key}.budget')})"
    spent = f"coalesce({_printed((f'actual.{measure}',), forms)}, {_stated(key)})"
    return f"{budget} AS {measure}_budget,\n    CASE WHEN v.kind = 'budget' THEN NULL ELSE {spent} END AS {measure}"


_KINDS = ("abroad", "vehicles", "vehicle_purchase", "vehicle_operation", "reception")
_KIND_COLUMNS = ",\n    ".join(_sangong(kind, f"sangong.{kind}") for kind in _KINDS)
_TOTAL = _sangong("total", "sangong.actual").replace("sangong.actual.budget", "sangong.budget")

_PAGE = _printed(("actual.total", "budget.total"), ("final.sangong", "budget.sangong")).replace("i.amount", "i.page", 1)

SANGONG = f"""
SELECT {_WHOSE}, v.title,
    {_TOTAL},
    {_KIND_COLUMNS},
    {_PAGE} AS page
FROM versions v
WHERE v.current
"""

SANGONG_BY_PLACE = """
SELECT place, fiscal_year, kind, count(*) AS disclosures, count(DISTINCT organization) AS organizations,
    sum(total_budget) AS total_budget, sum(total) AS total, sum(abroad) AS abroad,
    sum(vehicle_purchase) AS vehicle_purchase, sum(vehicle_operation) AS vehicle_operation, sum(reception) AS reception
FROM sangong
GROUP BY place, fiscal_year, kind
"""

# A project's score stands in the narrative, in the summary of self-evaluations, or at the foot of its own form (总分).
PROJECT_SCORES = f"""
SELECT {_WHOSE}, f.subject AS project, f.value AS score, 'narrative' AS source, f.page, f.x0, f.y0, f.x1, f.y1,
    f.evidence
FROM facts f JOIN versions v ON v.id = f.version AND v.current
WHERE f.key = 'score.project' AND f.subject IS NOT NULL
UNION ALL
SELECT {_WHOSE}, i.name, i.amount, 'summary', i.page, i.x0, i.y0, i.x1, i.y1, i.text
FROM items i JOIN versions v ON v.id = i.version AND v.current
WHERE i.form = 'performance.summary' AND i.measure = 'score' AND i.amount IS NOT NULL
UNION ALL
SELECT {_WHOSE}, n.text, s.value, 'form', s.page, s.x0, s.y0, s.x1, s.y1, s.text
FROM tables t
CROSS JOIN versions v
CROSS JOIN cells h
CROSS JOIN cells n
CROSS JOIN cells e
CROSS JOIN cells s
WHERE t.form = 'performance.self_evaluation' AND v.id = t.version AND v.current
    AND h.version = t.version AND h.table_id = t.table_id AND h.text LIKE '项目名称%' AND h."row" < 4
    AND n.version = t.version AND n.table_id = t.table_id AND n."row" = h."row" AND n.col = h.col + h.col_span
    AND e.version = t.version AND e.table_id = t.table_id AND e.text IN ('总分', '合计') AND e."row" >= t.n_rows - 3
    AND s.version = t.version AND s.table_id = t.table_id AND s."row" = e."row" AND s.value IS NOT NULL
    AND s.col = (SELECT max(m.col) FROM cells m WHERE m.version = t.version AND m.table_id = t.table_id
        AND m."row" = e."row" AND m.value IS NOT NULL)
"""

LOW_SCORES = "SELECT * FROM project_scores WHERE score < 90"

CONTRADICTIONS = f"""
SELECT {_WHOSE}, v.title, x.rule, x.message, x.expected, x.actual, x.difference, x.kind AS residual,
    x.page, x.x0, x.y0, x.x1, x.y1, x.operands
FROM checks x
JOIN versions v ON v.id = x.version AND v.current
WHERE x.status = 'fail'
"""

FLAGGED_FIGURES = f"""
SELECT {_WHOSE}, i.table_id, i."row", i.col, i.form, i.name, i.measure, i.amount, i.text, i.confidence, i.flags,
    k.alternatives, i.page, i.x0, i.y0, i.x1, i.y1
FROM items i
JOIN versions v ON v.id = i.version AND v.current
JOIN cells k ON k.version = i.version AND k.table_id = i.table_id AND k."row" = i."row" AND k.col = i.col
WHERE i.flags <> '[]'
    AND (i.flags LIKE '%low_confidence%' OR i.flags LIKE '%"alternatives"%' OR i.flags LIKE '%"check:%')
"""

EXPECTED_DISCLOSURES = """
SELECT r.*, v.document, v.id AS version, v.title
FROM register r
LEFT JOIN documents d ON d.sha256 = r.sha256
LEFT JOIN versions v ON v.document = d.id AND v.current
"""

ADDRESSES = """
SELECT a.url, a.number, a.site, a.title, a.department, a.year, a.published, a.seen, a.landing, a.sha256, v.document,
    v.id AS version
FROM appearances a
LEFT JOIN documents d ON d.sha256 = a.sha256
LEFT JOIN versions v ON v.document = d.id AND v.current
"""

# In an order in which each may use those before it.
VIEWS = {
    "disclosures": DISCLOSURES,
    "current_items": CURRENT_ITEMS,
    "current_facts": CURRENT_FACTS,
    "department_years": DEPARTMENT_YEARS,
    "sangong": SANGONG,
    "sangong_by_place": SANGONG_BY_PLACE,
    "project_scores": PROJECT_SCORES,
    "low_scores": LOW_SCORES,
    "contradictions": CONTRADICTIONS,
    "flagged_figures": FLAGGED_FIGURES,
    "corrected_figures": CORRECTED_FIGURES,
    "expected_disclosures": EXPECTED_DISCLOSURES,
    "addresses": ADDRESSES,
}


def digest() -> str:
    """What tells these views from others; the newest revision names it."""
    return hashlib.sha256(repr(VIEWS).encode()).hexdigest()[:16]
