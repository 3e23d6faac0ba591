"""Column types that mean the same in SQLite and PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

DIGITS = 15


class Figure(TypeDecorator[Decimal]):
    """A decimal number. PostgreSQL holds every digit; SQLite 15, and a figure of more is left out, never rounded."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC in both; SQLite's driver knows no decimals."""
        kind: TypeEngine[Any] = Numeric(asdecimal=False) if dialect.name == "sqlite" else Numeric()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """What goes to the driver."""
        return to_sqlite(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """What comes back, as a decimal."""
        return None if value is None else Decimal(str(value))


def to_sqlite(value: Decimal | None) -> int | float | None:
    """The number as SQLite keeps it without loss; None for more digits than it can hold."""
    if value is None:
        return None
    written = str(value)
    if len(written) <= DIGITS and "E" not in written:  # nearly every figure; the rest is slower
        return float(written)
    number = float(written)
    return number if fits(value) and Decimal(repr(number)) == value else None


def fits(value: Decimal | None) -> bool:
    """Whether SQLite holds every digit of the value."""
    return value is None or len(value.as_tuple().digits) <= DIGITS or len(value.normalize().as_tuple().digits) <= DIGITS
