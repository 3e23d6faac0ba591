"""The run folder: what was read of one file, page by page, and whether that is already done.

    DIR/<file name without ending>/
        source.json       which file this folder belongs to, and the keys of what is in it
        0003.read.json    the reading of page 3
        report.json       the report
        corrections.jsonl what persons corrected in that report, one record a line, only ever added to
        report.1.json     the report that stood before, and
        corrections.1.jsonl   what was corrected in it; kept where the file was read again after it was corrected
        0003.png          page 3 with what was found drawn over it, where asked for

Every file appears whole or not at all. Nothing here knows how pages are read.
"""

from __future__ import annotations

from gouji.store.files import drafted, stamp, why_unwritten, write_bytes, write_text
from gouji.store.folders import (
    SOURCE,
    Entry,
    begin,
    claim_folder,
    finished_report,
    load_reading,
    picture_path,
    read_entry,
    reading_path,
    readings_key,
    report_key,
    save_reading,
    save_report,
    saved_reading,
)  # fmt: skip
from gouji.store.log import CORRECTIONS, add_correction, load_corrections, replace_report
from gouji.store.reports import REPORT, find_reports, load_report, report_names, report_stamp, report_to_json

__all__ = [
    "CORRECTIONS", "REPORT", "SOURCE", "Entry", "add_correction", "begin", "claim_folder", "drafted", "find_reports",
    "finished_report", "load_corrections", "load_reading", "load_report", "picture_path", "read_entry", "reading_path",
    "readings_key", "replace_report", "report_key", "report_names", "report_stamp", "report_to_json", "save_reading",
    "save_report", "saved_reading", "stamp", "why_unwritten", "write_bytes", "write_text",
]  # fmt: skip
