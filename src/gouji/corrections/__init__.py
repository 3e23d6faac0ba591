"""What persons corrected, laid over what was read. The report stays as it is; this gives what stands in its place.

Targets name places of the report as it was read, so corrections stand whatever is corrected around them: first the
cells and facts, then tables split and joined, then what is said of tables as they then are (form, unit, title).
Doors: `apply` for what stands, `examine` and `admit` for what may be added, `carry` for a newer reading.
"""

from __future__ import annotations

from gouji.corrections.apply import CONFIRMED, CORRECTED, Corrected, apply, examine, parse_value, read_value
from gouji.corrections.carry import carry
from gouji.corrections.log import admit, is_lost, standing

__all__ = [
    "CONFIRMED", "CORRECTED", "Corrected", "admit", "apply", "carry", "examine", "is_lost", "parse_value", "read_value",
    "standing",
]  # fmt: skip
