"""The report as it stands in `report.json`."""

from __future__ import annotations

from gouji.exports.choices import Choices, Files
from gouji.records import Report
from gouji.store import report_to_json


def to_json(report: Report, name: str, choices: Choices) -> Files:
    """`NAME.json`, by the published schema."""
    return {f"{name}.json": report_to_json(report).encode()}
