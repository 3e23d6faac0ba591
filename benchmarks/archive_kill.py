"""An archive that is killed again and again, against one that is left in peace: what is lost, doubled, left over.

    python benchmarks/archive_kill.py [--documents 500] [--kills 20] [--workers 2] [--seed 1] [--runner dask]

Writes fictitious digital reports and single pages of them, one in ten of them broken in one of ten ways, a few of them
twice, in folders and an archive. Reads them once undisturbed. Reads them again, killing the whole run with SIGKILL at
random moments until it was killed so often, then lets it end. With --runner dask: by the flow, on a cluster of two
workers of which one is killed in the middle. Tells on stderr how far it is; prints what it counted; exits with 1 when
anything differs.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium

from gouji.archive.manifest import Manifest, Row
from gouji.synth.write import write_reports

DISTINCT = 4
TELL_S = 20
FAST = ("facts.ner=false", "archive.page_timeout_s=60", "archive.office_command=no-such-office")


# --- the documents ---------------------------------------------------------------------------------------------


def varied(pdf: bytes, number: int) -> bytes:
    """The same pages under another hash: a remark after the end, as PDF allows."""
    return pdf + f"\n% copy {number}\n".encode()


def parts_of(path: Path) -> list[bytes]:
    """The report as it is, and each page of it as a PDF of its own."""
    parts = [path.read_bytes()]
    with pdfium.PdfDocument(path) as whole:
        for page in range(len(whole)):
            with pdfium.PdfDocument.new() as part, io.BytesIO() as out:
                part.import_pages(whole, [page])
                part.save(out)
                parts.append(out.getvalue())
    return parts


# A way to break a report: its ending, and what is left of it.
BREAKS: tuple[tuple[str, Callable[[bytes, random.Random], bytes]], ...] = (
    (".pdf", lambda pdf, chance: pdf[: chance.randrange(200, 900)]),
    (".pdf", lambda pdf, chance: b""),
    (".pdf", lambda pdf, chance: b"%PDF-1.7\n" + chance.randbytes(4000)),
    (".pdf", lambda pdf, chance: b"<html><body>404 " + str(chance.random()).encode() + b"</body></html>"),
    (".tif", lambda pdf, chance: b"II*\0" + chance.randbytes(300)),
    (".jpg", lambda pdf, chance: b"\xff\xd8\xff" + chance.randbytes(300)),
    (".zip", lambda pdf, chance: b"PK\x03\x04" + chance.randbytes(900)),
    (".7z", lambda pdf, chance: b"7z\xbc\xaf\x27\x1c" + chance.randbytes(900)),
    (".docx", lambda pdf, chance: b"PK\x03\x04" + chance.randbytes(200)),
    (".ofd", lambda pdf, chance: b"PK\x03\x04" + chance.randbytes(100)),
)


def write_archive(folder: Path, documents: int, seed: int) -> int:
    """Write the documents; gives how many are broken. Some lie in folders, some in a zip, some twice."""
    broken = documents // 10
    if folder.is_dir():
        return broken
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        write_reports(Path(place), DISTINCT, seed, ["digital"], short=True)
        printed = [part for path in sorted(Path(place).glob("*.pdf")) for part in parts_of(path)]
    for number in range(documents):
        pdf, ending = varied(printed[number % len(printed)], number), ".pdf"
        if number % 10 == 9:
            ending, spoil = BREAKS[number // 10 % len(BREAKS)]
            pdf = spoil(pdf, chance)
        path = folder / f"县{number % 7}" / f"局{number % 3}" / f"{number:04d}号决算{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pdf)
        if number % 25 == 3:
            (folder / f"{number:04d}号副本{ending}").write_bytes(pdf)
    _pack(folder / "县0")
    return broken


def _pack(folder: Path) -> None:
    """One folder as an archive."""
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, str(path.relative_to(folder)))
    shutil.rmtree(folder)


# --- the runs --------------------------------------------------------------------------------------------------


def command(source: Path, out: Path, workers: int) -> list[str]:
    """One run of `gouji archive`."""
    settings = [part for setting in (*FAST, f"archive.workers={workers}") for part in ("--set", setting)]
    code = "from gouji.cli import main; main()"
    return [sys.executable, "-c", code, "archive", str(source), "--out", str(out), "-q", *settings]


def settled(out: Path) -> int:
    """How many documents of the manifest are done with."""
    try:
        with closing(sqlite3.connect(f"file:{out}/manifest.db?mode=ro", uri=True)) as base:
            query = "SELECT count(*) FROM documents WHERE status NOT IN ('waiting', 'reading')"
            return int(base.execute(query).fetchone()[0])
    except sqlite3.OperationalError:  # it is not there yet
        return 0


def tell(what: str) -> None:
    """One line on how far the experiment is."""
    print(f"{time.strftime('%H:%M:%S')}  {what}", file=sys.stderr, flush=True)


def run_whole(source: Path, out: Path, workers: int, what: str) -> None:
    """One run to its end, told of every so often."""
    process = subprocess.Popen(command(source, out, workers), stderr=subprocess.DEVNULL)
    while True:
        try:
            process.wait(TELL_S)
            break
        except subprocess.TimeoutExpired:
            tell(f"{what}: {settled(out)} documents done")
    tell(f"{what}: ended with {process.returncode}, {settled(out)} documents done")


def run_killed(source: Path, out: Path, workers: int, kills: int, documents: int, chance: random.Random) -> list[int]:
    """Run and kill until it was killed so often, then to its end; gives how many documents were done at each kill."""
    done: list[int] = []
    for goal in sorted(chance.randrange(round(0.9 * documents)) for _ in range(kills)):
        process = subprocess.Popen(command(source, out, workers), stderr=subprocess.DEVNULL)
        while settled(out) < goal and process.poll() is None:
            time.sleep(0.02)
        try:
            process.wait(chance.uniform(0.0, 2.0))
            raise SystemExit(
                f"the run ended with {process.returncode} before kill {len(done) + 1}; take more documents"
            )
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        done.append(settled(out))
        tell(f"kill {len(done)} of {kills}: {done[-1]} documents done")
    run_whole(source, out, workers, "after the kills")
    return done


def run_dask(source: Path, out: Path, documents: int) -> list[int]:
    """Run the flow on two Dask workers and kill one in the middle; gives how many documents were done then."""
    from distributed import LocalCluster

    from flows.archive import main

    done: list[int] = []
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:

        def kill() -> None:
            while settled(out) < documents // 2:
                time.sleep(0.2)
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            done.append(settled(out))
            tell(f"one of two workers killed: {done[-1]} documents done")

        threading.Thread(target=kill, daemon=True).start()
        settings = [
            *FAST,
            "archive.runner=dask",
            "archive.workers=2",
            f"archive.dask_address={cluster.scheduler_address}",
        ]
        main([str(source), "--out", str(out), *(part for setting in settings for part in ("--set", setting))])
    return done


# --- the comparison --------------------------------------------------------------------------------------------


def rows_of(out: Path) -> dict[str, Row]:
    """The manifest's rows by content."""
    with Manifest(out) as manifest:
        return {row.sha256: row for row in manifest.rows()}


def files_of(out: Path, row: Row) -> dict[str, bytes]:
    """The report and the page readings of a document; source.json tells where it lies, which differs."""
    folder = (out / row.report).parent
    return {path.name: path.read_bytes() for path in folder.glob("*.json") if path.name != "source.json"}


def compare(calm: Path, killed: Path) -> Counter[str]:
    """What differs between the two folders, counted."""
    ours, theirs = rows_of(killed), rows_of(calm)
    wrong: Counter[str] = Counter()
    wrong["documents missing or too many"] = len(ours.keys() ^ theirs.keys())
    for sha256 in ours.keys() & theirs.keys():
        row, other = ours[sha256], theirs[sha256]
        wrong["other status or reason"] += (row.status, row.code, row.place) != (other.status, other.code, other.place)
        wrong["files not byte-equal"] += bool(row.report) and files_of(killed, row) != files_of(calm, other)
        wrong["bad ones without a reason"] += row.status == "aside" and not row.reason
    reports = len(list(killed.glob("documents/*/*/report.json")))
    wrong["reports twice or of nobody"] = abs(reports - sum(bool(row.report) for row in ours.values()))
    wrong["drafts and other leftovers"] = len(leftovers(killed))
    return wrong


def leftovers(out: Path) -> list[Path]:
    """What no whole run leaves."""
    ends = (".part", ".order.json", ".answer.json", "-journal", "job.json")
    return [path for path in out.rglob("*") if path.name.endswith(ends)]


def main() -> int:
    """Write, read, kill, read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runner", choices=["processes", "dask"], default="processes")
    parser.add_argument(
        "--keep", type=Path, help="work in this folder and keep it; what is there of an earlier run is taken"
    )
    given = parser.parse_args()
    top = given.keep or Path(tempfile.mkdtemp())
    source, calm, killed = top / "in", top / "calm", top / "killed"
    broken = write_archive(source, given.documents, given.seed)
    tell(f"{given.documents} documents, {broken} of them broken, are written to {source}")
    shutil.rmtree(killed, ignore_errors=True)
    start = time.monotonic()
    run_whole(source, calm, given.workers, "undisturbed")
    calm_s, start = time.monotonic() - start, time.monotonic()
    if given.runner == "dask":
        done = run_dask(source, killed, given.documents)
    else:
        chance = random.Random(given.seed)
        done = run_killed(source, killed, given.workers, given.kills, given.documents, chance)
    killed_s = time.monotonic() - start
    wrong = compare(calm, killed)
    rows = rows_of(killed).values()
    statuses = Counter(row.status for row in rows)
    codes = Counter(row.code for row in rows if row.status == "aside")
    print(f"documents  {len(rows)} of {sum(row.pages for row in rows)} pages, {broken} written broken")
    print(f"undisturbed  {calm_s:.0f} s; killed {len(done)} times ({given.runner}): {killed_s:.0f} s in all")
    print(f"done at each kill  {' '.join(map(str, done))}")
    print(f"at the end  {', '.join(f'{number} {status}' for status, number in sorted(statuses.items()))}")
    print(f"set aside  {', '.join(f'{number} {code}' for code, number in sorted(codes.items()))}")
    print(f"tried more than once  {sum(row.tries > 1 for row in rows)}")
    for what, number in wrong.items():
        print(f"{what}  {number}")
    if given.keep is None:
        shutil.rmtree(top)
    return 1 if sum(wrong.values()) or statuses["aside"] != broken_contents(broken) else 0


def broken_contents(broken: int) -> int:
    """Broken documents by content: all empty files are one and the same."""
    empty = len(range(1, broken, len(BREAKS)))
    return broken - max(0, empty - 1)


if __name__ == "__main__":
    sys.exit(main())
