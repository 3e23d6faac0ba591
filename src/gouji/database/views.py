"""The views: what holds now, and the questions people ask of it. The same SQL for SQLite and PostgreSQL.

Every view shows current versions only, and where persons corrected something, the corrected value with its origin:
`origin` is "read" or "corrected"; `corrected_by`, `corrected_at`, `why` and `as_read` say who, when, why and what stood
there before. A change here needs a revision in `migrations/` (see its `views`).
"""

from __future__ import annotations

import hashlib

from gouji.database.derived import KEY_FIGURES, SCORES

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


DEPARTMENT_YEARS = f"""
SELECT {_WHOSE}, v.title, k.revenue, k.expenditure, k.basic, k.project, k.gpb, k.sangong, k.procurement, k.staff
FROM versions v JOIN key_figures k ON k.version = v.id
WHERE v.current
"""

SANGONG = f"""
SELECT {_WHOSE}, v.title, k.total_budget, k.total, k.abroad_budget, k.abroad, k.vehicles_budget, k.vehicles,
    k.vehicle_purchase_budget, k.vehicle_purchase, k.vehicle_operation_budget, k.vehicle_operation,
    k.reception_budget, k.reception, k.page, k.x0, k.y0, k.x1, k.y1
FROM versions v JOIN key_figures k ON k.version = v.id
WHERE v.current
"""

SANGONG_BY_PLACE = """
SELECT place, fiscal_year, kind, count(*) AS disclosures, count(DISTINCT organization) AS organizations,
    sum(total_budget) AS total_budget, sum(total) AS total, sum(abroad) AS abroad,
    sum(vehicle_purchase) AS vehicle_purchase, sum(vehicle_operation) AS vehicle_operation, sum(reception) AS reception
FROM sangong
GROUP BY place, fiscal_year, kind
"""

PROJECT_SCORES = f"""
SELECT {_WHOSE}, s.project, s.score, s.source, s.page, s.x0, s.y0, s.x1, s.y1, s.evidence
FROM scores s JOIN versions v ON v.id = s.version AND v.current
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
    """What tells these views, and the rows they show, from others; the newest revision names it."""
    return hashlib.sha256(repr((VIEWS, KEY_FIGURES, SCORES)).encode()).hexdigest()[:16]
