"""Reports loaded into PostgreSQL by loaders that are killed, while the server crashes; against a load in peace.

    python benchmarks/database_kill.py [PATH ...] [--documents 500] [--kills 20] [--restarts 3] [--seed 1]

PATH: run folders, or an archive's folder with all its reports; without: fictitious final accounts as those of load.py.
They are loaded into a SQLite file in peace. Then into a PostgreSQL server of its own, by two loaders at the same time;
at random moments one of them is killed with SIGKILL and started again, at others the server is stopped at once, as by a
crash, and started again a little later. When that was done so often, two loaders are let end. Tells on stderr how far
it is; prints what it counted, each reading looked at after each kill and crash; exits with 1 when anything differs.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, func, inspect, select, text
from sqlalchemy.pool import NullPool

from benchmarks.database_rows import tables_of
from benchmarks.load import fictitious_reports
from benchmarks.postgres import Postgres, running
from gouji.database.connect import open_database
from gouji.database.models import ROWS, DocumentRow, VersionRow
from gouji.errors import GoujiError

LOADERS = 2
LOOK_S, MOST_AWAY_S = 0.05, 3.0
MOST_GIVEN_UP = 20
Sizes = Counter[tuple[str, str]]


def tell(what: str) -> None:
    """One line on how far the experiment is."""
    print(f"{time.strftime('%H:%M:%S')}  {what}", file=sys.stderr, flush=True)


# --- the loaders -----------------------------------------------------------------------------------------------


@dataclass
class Loaders:
    """Several of `gouji load` with the same reports at the same time.

    `groups`: the process groups of all there were. `gave_up`: what those said that ended with an error.
    """

    command: list[str]
    folder: Path
    at_work: list[subprocess.Popen[bytes]] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    gave_up: list[str] = field(default_factory=list)

    def fill(self) -> None:
        """Start as many as are missing, after a look at how the others ended."""
        for loader in [loader for loader in self.at_work if loader.poll() is not None]:
            self.at_work.remove(loader)
            self._ended(loader)
        while len(self.at_work) < LOADERS:
            self.at_work.append(self.start())

    def start(self) -> subprocess.Popen[bytes]:
        """One more, in a process group of its own."""
        with (self.folder / f"{len(self.groups)}.log").open("wb") as log:
            loader = subprocess.Popen(self.command, stdout=log, stderr=log, start_new_session=True)
        self.groups.append(loader.pid)
        return loader

    def _ended(self, loader: subprocess.Popen[bytes]) -> None:
        if loader.returncode != 0:
            log = self.folder / f"{self.groups.index(loader.pid)}.log"
            self.gave_up.append(log.read_text("utf-8").strip())
            tell(f"a loader ended with {loader.returncode}: {self.gave_up[-1]}")
        if len(self.gave_up) > MOST_GIVEN_UP:
            raise SystemExit("loaders end with errors again and again")

    def kill(self, chance: random.Random) -> None:
        """Kill one of them, and only it: those that it started have to find out."""
        loader = self.at_work.pop(chance.randrange(len(self.at_work)))
        loader.send_signal(signal.SIGKILL)
        loader.wait()

    def end(self) -> None:
        """Let as many as there should be end by themselves."""
        self.fill()
        for loader in self.at_work:
            loader.wait()
            self._ended(loader)
        self.at_work.clear()

    def alive(self) -> int:
        """How many process groups still have a process, a little after all loaders ended."""
        time.sleep(2)
        return sum(lives(group) for group in self.groups)


def lives(group: int) -> bool:
    """Whether a process of the group is there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def load_command(paths: Sequence[Path], address: str) -> list[str]:
    """One run of `gouji load`."""
    code = "from gouji.cli import main; main()"
    return [sys.executable, "-c", code, "load", *map(str, paths), "--to", address, "-q"]


# --- the experiment --------------------------------------------------------------------------------------------


@dataclass
class Disturbed:
    """What was seen while loaders were killed and the server crashed: documents loaded then, and readings in parts."""

    at_kills: list[int] = field(default_factory=list)
    at_crashes: list[int] = field(default_factory=list)
    in_parts: int = 0
    end_s: float = 0.0


def disturb(server: Postgres, loaders: Loaders, base: Engine, sizes: Sizes, plan: list[tuple[int, str]],
            chance: random.Random) -> Disturbed:  # fmt: skip
    """Kill and crash as planned, each when so many documents are there and a moment more; then let the load end."""
    seen = Disturbed()
    for goal, what in plan:
        loaders.fill()
        while loaded(base) < goal:
            time.sleep(LOOK_S)
            loaders.fill()
        time.sleep(chance.uniform(0, 0.5))
        loaders.fill()
        loaders.kill(chance) if what == "kill" else crash(server, chance)
        now, in_parts = look(base, sizes)
        seen.in_parts += in_parts
        (seen.at_kills if what == "kill" else seen.at_crashes).append(now)
        tell(f"{what} with {now} documents loaded")
    start = time.monotonic()
    loaders.end()
    seen.end_s = time.monotonic() - start
    return seen


def crash(server: Postgres, chance: random.Random) -> None:
    """Stop the server without a word, and start it again after a while."""
    server.stop()
    time.sleep(chance.uniform(0, MOST_AWAY_S))
    server.start()


def planned(documents: int, kills: int, restarts: int, chance: random.Random) -> list[tuple[int, str]]:
    """When to do what: after how many documents; the server's crashes lie in the middle."""
    killed = [(chance.randrange(round(0.9 * documents) or 1), "kill") for _ in range(kills)]
    middle = round(0.2 * documents), round(0.8 * documents) + 1
    return sorted([*killed, *((chance.randrange(*middle), "crash") for _ in range(restarts))])


def loaded(base: Engine) -> int:
    """How many documents are in the database."""
    with base.connect() as connection:
        if not inspect(connection).has_table(DocumentRow.__tablename__):
            return 0  # no loader has made the tables yet
        return connection.execute(select(func.count()).select_from(DocumentRow)).scalar_one()


def look(base: Engine, sizes: Sizes) -> tuple[int, int]:
    """How many documents there are, and how many readings have not all their rows, as anyone sees it now."""
    if not loaded(base):
        return 0, 0
    with base.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        found = sizes_of(connection)
        digests = set(connection.execute(select(VersionRow.digest)).scalars())
        documents = connection.execute(select(func.count()).select_from(DocumentRow)).scalar_one()
    kinds = [key for key in sizes if key[0] in digests]
    return documents, len({digest for digest, kind in kinds if found[digest, kind] != sizes[digest, kind]})


def sizes_of(connection: Connection) -> Sizes:
    """How many rows of each kind every reading has, by its digest."""
    sizes: Sizes = Counter()
    for kind, model in ROWS.items():
        query = select(VersionRow.digest, func.count()).join(model, model.version == VersionRow.id)
        for digest, number in connection.execute(query.group_by(VersionRow.digest)):
            sizes[digest, kind] += number
    return sizes


# --- the comparison --------------------------------------------------------------------------------------------


def compare(calm: str, address: str) -> tuple[int, Counter[str]]:
    """How many rows the calm database has, and what differs in the other, counted."""
    rows, wrong = 0, Counter[str]()
    for (name, wanted), (_, found) in zip(tables_of(calm), tables_of(address), strict=True):
        rows += len(wanted)
        missing, many = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
        if name == "documents":
            wrong["documents missing"] = missing.total()
            wrong["documents doubled or of nobody"] = many.total()
        wrong["rows missing or other"] += missing.total()
        wrong["rows doubled or of nobody"] += many.total()
        if missing or many:
            tell(f"{name}: {missing.total()} missing, {many.total()} too many; {next(iter(missing or many))[:300]}")
    return rows, wrong


def left_over(base: Engine) -> int:
    """Sessions of others and prepared transactions on the server."""
    sessions = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    with base.connect() as connection:
        prepared = connection.execute(text("SELECT count(*) FROM pg_prepared_xacts")).scalar_one()
        return int(connection.execute(sessions).scalar_one()) + int(prepared)


def in_peace(paths: Sequence[Path], address: str) -> tuple[int, Sizes]:
    """Load into the database and leave it alone; gives how many documents and rows of readings there are."""
    subprocess.run(load_command(paths, address), check=True)
    base = open_database(address)
    try:
        with base.connect() as connection:
            return connection.execute(select(func.count()).select_from(DocumentRow)).scalar_one(), sizes_of(connection)
    finally:
        base.dispose()


def experiment(paths: Sequence[Path], given: argparse.Namespace, folder: Path) -> int:
    """Load in peace, load disturbed, compare, print; gives the exit code."""
    calm, chance = f"sqlite:///{folder / 'calm.db'}", random.Random(given.seed)
    documents, sizes = in_peace(paths, calm)
    tell(f"{documents} documents loaded in peace")
    plan, start = planned(documents, given.kills, given.restarts, chance), time.monotonic()
    with running(durable=True) as server:
        address = server.new_database()
        loaders, base = Loaders(load_command(paths, address), folder), create_engine(address, poolclass=NullPool)
        seen = disturb(server, loaders, base, sizes, plan, chance)
        seconds = time.monotonic() - start
        tell("the load has ended")
        rows, wrong = compare(calm, address)
        wrong["readings seen in parts"] = seen.in_parts
        wrong["loaders that gave up"] = len(loaders.gave_up)
        wrong["processes left over"] = loaders.alive()
        wrong["sessions and transactions left over"] = left_over(base)
    print(f"documents  {documents} with {rows:,} rows in all tables, {LOADERS} loaders")
    print(f"loaders killed  {len(seen.at_kills)} times, with so many documents loaded: {listed(seen.at_kills)}")
    print(f"server crashed  {len(seen.at_crashes)} times, with so many documents loaded: {listed(seen.at_crashes)}")
    print(f"seconds  {seconds:.0f} in all, {seen.end_s:.0f} of them after the last")
    for what, number in wrong.items():
        print(f"{what}  {number}")
    return 1 if wrong.total() else 0


def listed(numbers: Sequence[int]) -> str:
    """The numbers, or that there are none."""
    return " ".join(map(str, numbers)) or "-"


def written(folder: Path, documents: int) -> Path:
    """The folder, with so many fictitious reports written to it."""
    number = sum(1 for _ in islice(fictitious_reports(folder), documents))
    tell(f"{number} fictitious reports are written")
    return folder


def main() -> int:
    """Find or write the reports and do the experiment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH")
    parser.add_argument("--documents", type=int, default=500, help="how many to write where no PATH is given")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        try:
            return experiment(given.paths or [written(folder / "in", given.documents)], given, folder)
        except GoujiError as error:
            print(f"database_kill: {error}", file=sys.stderr)
            return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
