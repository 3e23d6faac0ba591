"""By what a table's printed amounts are multiplied to be 元."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial

from gouji.recall import Recall
from gouji.records import Table
from gouji.zh import UNITS, squeeze

INFERRED = "unit_inferred"  # on items whose table prints no unit: that of most other tables of the report is taken
UNKNOWN = "unit_unknown"  # on items of a report in which no table says its unit: amounts stay as printed

_SAID = re.compile(r"[(（](?:金额)?(?:单位[:：])?((?:千|万|亿)?元)[)）]|单位[:：]((?:千|万|亿)?元)")


def said_factor(text: str) -> int | None:
    """The factor of a unit said in a head, "资金情况（万元）" → 10000; None when it says none."""
    found = _SAID.search(squeeze(text))
    return UNITS[found.group(1) or found.group(2)] if found else None


def own_factor(table: Table) -> int | None:
    """The factor that the table itself says, in its caption or in a head; None when it says none or two."""
    if table.unit_factor is not None:
        return table.unit_factor
    factors = {factor for cell in table.cells if cell.value is None and (factor := said_factor(cell.text))}
    return factors.pop() if len(factors) == 1 else None


def factors(tables: Sequence[Table], recall: Recall) -> list[tuple[int, tuple[str, ...]]]:
    """For each table its factor and the flags that its money items carry for it."""
    own = [recall(partial(own_factor, table), table) for table in tables]
    common = Counter(factor for factor in own if factor is not None).most_common(1)
    other = (common[0][0], (INFERRED,)) if common else (1, (UNKNOWN,))
    return [other if factor is None else (factor, ()) for factor in own]
