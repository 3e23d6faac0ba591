"""Do the checks cry wolf? Fictitious reports that are consistent in all they say, read and checked.

    python benchmarks/consistent.py [--count 100] [--seed 0] [--quality digital] [--short] [--keep DIR]
                                    [--set KEY=VALUE]

One row: reports and pages; checks evaluated (without skipped ones) and those that failed; findings that blame the
publisher (should be 0); findings that ask to look at the scan again; suggestions; milliseconds that all checks on one
report take (median, most). Every finding that blames the publisher is printed below. With `--keep` what was read stays
in that folder: another run takes seconds, and goes on where one was stopped.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter, deque
from pathlib import Path

from gouji import run
from gouji.checks.evaluate import run_checks
from gouji.config import Settings, load_settings
from gouji.records import Report
from gouji.synth.write import write_report

OF_THE_READER = ("check.reading", "check.rounding", "check.odd_residual", "number.low_confidence")


def report_of(seed: int, given: argparse.Namespace, folder: Path, settings: Settings) -> Report:
    """The report of one seed, written and read unless the folder has it."""
    kind = "budget" if seed % 2 else "final_account"
    name = f"{kind}-{seed:04d}"
    path = folder / "files" / f"{name}.{given.quality}.pdf"
    if not path.exists():
        write_report(folder / "files", seed, [given.quality], kind, short=given.short, name=name)
    job = run.begin(path, folder / "read", settings)
    deque(run.read_pages(job, job.todo, settings), maxlen=0)
    return run.finish(job.model_copy(update={"done": False}), settings)


def milliseconds(report: Report, settings: Settings) -> float:
    """How long all rules take on one report."""
    r, start = report, time.process_time()
    run_checks(r.tables, r.items, r.facts, r.narrative, r.document, r.pages, settings.checks)
    return 1000 * (time.process_time() - start)


def blames(report: Report) -> list[str]:
    """The findings that say the publisher is wrong."""
    return [f"{f.code}: {f.message}" for f in report.findings if not f.code.startswith(("page.", *OF_THE_READER))]


def main() -> None:
    """Write, read, check, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quality", default="digital")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    settings = load_settings(None, given.set)
    told: list[str] = []
    tally: Counter[str] = Counter()
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(given.seed, given.seed + given.count):
            report = report_of(seed, given, given.keep or Path(folder), settings)
            times.append(milliseconds(report, settings))
            tally.update(check.status for check in report.checks)
            tally["pages"] += len(report.pages)
            tally["suggestions"] += len(report.suggestions)
            tally["reading"] += sum(finding.code == "check.reading" for finding in report.findings)
            told += [f"  {seed}: {line}" for line in blames(report)]
    checks = tally["pass"] + tally["rounding"] + tally["fail"]
    print("quality  reports  pages  checks  failed  publisher  reading  suggestions  ms median  most")
    print(
        f"{given.quality:9}{given.count:7d}{tally['pages']:7d}{checks:8d}{tally['fail']:8d}{len(told):11d}"
        f"{tally['reading']:9d}{tally['suggestions']:13d}{statistics.median(times):11.0f}{max(times):6.0f}"
    )
    print(*told, sep="\n")


if __name__ == "__main__":
    main()
