"""Reports as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from gouji.errors import InputError, UsageError
from gouji.records import Report
from gouji.store.files import stamp
from gouji.undisturbed import undisturbed

REPORT = "report.json"


@undisturbed()
def load_report(path: Path) -> Report:
    """The report as read, in a file or in the run folder.

    Raises:
        InputError: there is none, or it is no report of this schema.
    """
    file = path / REPORT if path.is_dir() else path
    try:
        return Report.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: it cannot be read ({error.strerror}); run gouji read first") from error
    except ValidationError as error:
        raise InputError(
            f"{file}: this is no gouji.report/1 ({error.error_count()} errors); read the file again"
        ) from error


def report_to_json(report: Report) -> str:
    """The report as it is written: the same report gives the same bytes."""
    return report.model_dump_json(indent=1, by_alias=True) + "\n"


def report_stamp(folder: Path) -> tuple[int, int]:
    """Time and size of the folder's report: another stamp, another report. (0, 0) when there is none."""
    return stamp(folder / REPORT)


def find_reports(paths: Iterable[Path]) -> Iterator[Path]:
    """The reports meant by files, run folders and folders of those, each once, in a steady order.

    Raises:
        UsageError: there is none below a path.
    """
    seen: set[Path] = set()
    for path in paths:
        own = path if path.is_file() else path / REPORT
        found = [own] if own.is_file() else sorted(p for p in path.rglob(REPORT) if p.is_file())
        if not found:
            raise UsageError(f"{path}: there is no report in it; run gouji read first")
        for report in found:
            if report.resolve() not in seen:
                seen.add(report.resolve())
                yield report


def report_names(files: Sequence[Path]) -> list[str]:
    """A name for what is made of each report, each once: that of its run folder, or of a report named otherwise."""
    names: list[str] = []
    for path in files:
        plain = path.resolve().parent.name if path.name == REPORT else path.stem
        same = (name for n in range(1, len(files) + 1) if (name := f"{plain}-{n}" if n > 1 else plain) not in names)
        names.append(next(same))
    return names
