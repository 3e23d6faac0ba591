"""The exports by name. A new one is one file in this folder and one line here."""

from __future__ import annotations

from collections.abc import Callable

from gouji.errors import SetupError, UsageError
from gouji.exports.choices import Choices, Files
from gouji.records import Report


def _json(report: Report, name: str, choices: Choices) -> Files:
    from gouji.exports.plain_json import to_json

    return to_json(report, name, choices)


def _xlsx(report: Report, name: str, choices: Choices) -> Files:
    from gouji.exports.xlsx import to_xlsx

    return to_xlsx(report, name, choices)


def _csv(report: Report, name: str, choices: Choices) -> Files:
    from gouji.exports.csv_files import to_csv

    return to_csv(report, name, choices)


def _parquet(report: Report, name: str, choices: Choices) -> Files:
    from gouji.exports.parquet import to_parquet

    return to_parquet(report, name, choices)


def _html(report: Report, name: str, choices: Choices) -> Files:
    from gouji.exports.html_page import to_html

    return to_html(report, name, choices)


def _markdown(report: Report, name: str, choices: Choices) -> Files:
    from gouji.exports.markdown import to_markdown

    return to_markdown(report, name, choices)


def _audit(report: Report, name: str, choices: Choices) -> Files:
    from gouji.exports.audit_sheet import to_audit_sheet

    return to_audit_sheet(report, name, choices)


# Each entry imports its packages only when it is asked for.
FORMATS: dict[str, Callable[[Report, str, Choices], Files]] = {
    "json": _json,
    "xlsx": _xlsx,
    "csv": _csv,
    "parquet": _parquet,
    "html": _html,
    "markdown": _markdown,
    "audit": _audit,
}


def require_format(name: str) -> None:
    """See that there is an export of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in FORMATS:
        raise UsageError(f"--to {name}: it is one of {', '.join(FORMATS)}")


def export_report(report: Report, format_name: str, name: str, choices: Choices) -> Files:
    """The report's files in a format, named for `name`.

    Raises:
        UsageError: there is no such format.
        SetupError: its package is missing.
    """
    require_format(format_name)
    try:
        return FORMATS[format_name](report, name, choices)
    except ModuleNotFoundError as error:
        raise SetupError(f'the package {error.name} is missing; pip install "gouji[sheets]"') from error
