"""gouji (勾稽) reads scanned Chinese government budget and final-account reports into checked data.

`gouji.read("report.pdf")` gives a `Report`; its records are in `gouji.records`, its errors in `gouji.errors`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from gouji.version import __version__

if TYPE_CHECKING:
    from gouji.config import Settings
    from gouji.records import Report

__all__ = ["__version__", "read"]


def read(
    path: str | Path,
    settings: Settings | None = None,
    pages: Iterable[int] | None = None,
    password: str | None = None,
) -> Report:
    """The file's report; nothing is written. `pages` (from 1): only these; None: all.

    Raises:
        InputError: the file cannot be opened. A page that cannot be read is a finding in the report instead.
        SetupError: a model or a package is missing.
    """
    from gouji.config import load_settings
    from gouji.run import read_file

    return read_file(Path(path), settings or load_settings(), pages=pages, password=password)
