"""`gouji check`: the identities of saved reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from gouji import store
from gouji.cli.show import amount, console, new_table, title_of
from gouji.config import load_settings
from gouji.errors import EXIT_CHECKS_FAILED, InputError, OutputError, UsageError
from gouji.exports.choices import Choices, Crop
from gouji.exports.registry import export_report
from gouji.forms import load_definitions
from gouji.forms.definitions import FormDefinition
from gouji.records import Check, Finding, Report

OF_CHECKS = ("check.", "text.", "form.", "number.", "page.unread")
STATUS = {
    "pass": ("✓ holds", "green"),
    "rounding": ("≈ rounding", "green"),
    "fail": ("✗ fails", "bold red"),
    "skipped": ("– skipped", "dim"),
}


@dataclass(frozen=True)
class Options:
    """What `gouji check` was asked. `out`: the folder for audit sheets; None is beside each report."""

    strict: bool = False
    everything: bool = False
    html: bool = False
    out: Path | None = None
    source: Path | None = None


def show_checks(paths: Sequence[Path], options: Options) -> int:
    """Print the checks of each report, made afresh from its JSON; with `strict` the exit code tells of failures.

    Raises:
        UsageError: there is no report below a path, or `out` is given without `html`.
        InputError: a file is no report. OutputError: an audit sheet cannot be written.
    """
    if options.out is not None and not options.html:
        raise UsageError("--out says where audit sheets go; give --html as well")
    failed = 0
    terminal = console()
    files = list(store.find_reports(paths))
    for path, name in zip(files, store.report_names(files), strict=True):
        report = evaluated(store.load_report(path))
        terminal.print(_checks_table(report, options.everything))
        terminal.print(_check_sums(report))
        if options.html:
            terminal.print(str(write_sheet(report, path, name, options)))
        failed += sum(check.status == "fail" for check in report.checks)
    return EXIT_CHECKS_FAILED if options.strict and failed else 0


def write_sheet(report: Report, path: Path, name: str, options: Options) -> Path:
    """Write the report's audit sheet, with pictures where the file that was read is at hand; gives its path.

    Raises:
        OutputError: it cannot be written. SetupError: a package is missing.
    """
    folder = options.out or path.parent
    with _pictures(path.parent, report, options.source) as crop:
        files = export_report(report, "audit", name, Choices(crop=crop))
    ((file, content),) = files.items()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: the folder cannot be made ({error.strerror}); give another --out") from error
    store.write_bytes(folder / file, content)
    return folder / file


@contextmanager
def _pictures(folder: Path, report: Report, source: Path | None) -> Iterator[Crop | None]:
    from gouji.crops import find_source, open_crops

    with ExitStack() as stack:
        crop = None
        try:
            path = source or find_source(folder, report)
            crop = stack.enter_context(open_crops(path, report, load_settings()))
        except InputError:
            if source is not None:
                raise
        yield crop


def show_rule(rule: str) -> int:
    """Print what a rule says, what it covers, its tolerance and where it is defined.

    Raises:
        UsageError: there is no such rule.
    """
    from gouji.checks.explain import explain, figure_name, is_note
    from gouji.checks.rules import load_identities

    identities = load_identities()
    names = _names(load_definitions())
    terminal = console()
    clauses = explain(rule, identities)
    terminal.print(
        f"{rule.strip().upper()}" + ("（提示：不成立时须查明，不一定是错误）" if is_note(rule.upper()) else "")
    )
    for clause in clauses:
        terminal.print(f"\n{clause.says}", highlight=False)
        sides = [
            clause.joint.join(figure_name(ref, identities, names) for ref in side)
            for side in (clause.left, clause.right)
        ]
        named = [names.get(form, form) for form in clause.forms]
        lines = (
            ("适用报表", "、".join(named)),
            ("方法", clause.how),
            ("核对", f" {'≤' if clause.relation == '<=' else '＝'} ".join(side for side in sides if side)),
            ("允差", clause.tolerance),
            ("定义", clause.where),
        )
        for label, text in lines:
            if text:
                terminal.print(f"  {label}：{text}", highlight=False, markup=False)
    return 0


def _names(definitions: Sequence[FormDefinition]) -> dict[str, str]:
    """The words for forms and measures."""
    found: dict[str, str] = {}
    for form in reversed(definitions):
        for measure in (*form.measures, *form.columns):
            word = measure.heads[0].split("|")[0].rpartition(">")[2]
            found.update({measure.id: word, f"{form.id}@{measure.id}": word})
        found[form.id] = form.name
    return found


def evaluated(report: Report) -> Report:
    """The saved report with its checks made afresh, by the identities as they are now."""
    from gouji.checks.evaluate import run_checks

    settings = load_settings().checks
    outcome = run_checks(
        report.tables, report.items, report.facts, report.narrative, report.document, report.pages, settings
    )
    made = {
        "tables": outcome.tables, "items": outcome.items, "checks": outcome.checks,
        "suggestions": outcome.suggestions, "findings": (*_of_reading(report), *outcome.findings),
    }  # fmt: skip
    return report.model_copy(update=made)


def _of_reading(report: Report) -> tuple[Finding, ...]:
    """The findings that the reading made, on the file, its pages and its tables: they stand as they are."""
    return tuple(finding for finding in report.findings if not finding.code.startswith(OF_CHECKS))


def _checks_table(report: Report, everything: bool) -> Table:
    figures = ("expected", "found", "off by")
    table = new_table(title_of(report), ("rule", "status", "what", *figures), right=figures)
    for check in report.checks:
        if everything or check.status == "fail":
            table.add_row(*_check_row(check))
    return table


def _check_row(check: Check) -> tuple[str | Text, ...]:
    word, style = STATUS[check.status]
    kind = f" ({check.kind})" if check.kind else ""
    figures = amount(check.expected), amount(check.actual), amount(check.difference)
    return check.rule, Text(word + kind, style=style), check.reason or check.message, *figures


def _check_sums(report: Report) -> str:
    counts = Counter(check.status for check in report.checks)
    return f"{counts['pass']} hold, {counts['rounding']} rounding, {counts['fail']} fail, {counts['skipped']} skipped"
